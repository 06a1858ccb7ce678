package validity

import (
	"fmt"
	"math"
	"strings"

	"assay/harness/trial"
)

func identity(f *facts) (float64, string, bool) {
	id := &f.Identity
	var failed []string
	if f.Status == trial.Failed && f.Addr == "" {
		return 0, "", false // it was never ready: nobody answered
	}
	if !id.SocketOwned {
		failed = append(failed, "the listening socket is not the started server's")
	}
	if id.SocketOwned && id.Nonce != "answered" && id.Nonce != "not-offered" {
		failed = append(failed, fmt.Sprintf("asked who it is, it did not answer rightly (%s)", id.Nonce))
	}
	// A trial that failed half-way was not looked at in the end; what failed says itself.
	if !id.AliveAtEnd && (f.Status == trial.OK || strings.Contains(f.Reason, "the server died") || strings.Contains(f.Reason, "the server has ended")) {
		failed = append(failed, "it was not alive at the end")
	}
	return float64(len(failed)), strings.Join(failed, "; "), true
}

func answers(f *facts) (float64, string, bool) {
	if f.Kind != trial.Load || len(f.Slices) == 0 && len(f.by) == 0 {
		return 0, "", false
	}
	var parts []string
	var bad uint64
	add := func(n uint64, what string) {
		if n > 0 {
			bad += n
			parts = append(parts, fmt.Sprintf("%d %s", n, what))
		}
	}
	add(f.by["wrong"], "wrong")
	add(f.by["parse"], "no HTTP")
	add(f.by["unsolicited"], "to no request")
	if !f.overwhelmed() {
		add(f.by["timeout"]+f.by["eof"]+f.by["reset"], "never came")
	}
	if all := f.answers + f.errors; all != f.requests {
		add(max(all, f.requests)-min(all, f.requests), "unaccounted for")
	}
	says := fmt.Sprintf("of the answers to %d requests: %s", f.requests, strings.Join(parts, ", "))
	switch first := f.firstBad(); {
	case first != "":
		says += "; the first: " + first
	case f.Status == trial.Failed:
		says += "; " + f.Reason
	}
	return float64(bad), says, true
}

func (f *facts) firstBad() string {
	for i := range f.Slices {
		if bad := f.Slices[i].Load.FirstBad; bad != "" {
			return bad
		}
	}
	return ""
}

func bytes(f *facts) (float64, string, bool) {
	if !f.machine || f.errors+f.by["unsolicited"] > 0 || f.answers == 0 {
		return 0, "", false
	}
	over := math.Abs(float64(f.bytesIn) - float64(f.answerBytes))
	return over, fmt.Sprintf("%d bytes came, the answers have %d", f.bytesIn, f.answerBytes), true
}

func count(f *facts) (float64, string, bool) {
	if f.Runtime == nil || f.Runtime.Requests == 0 || f.errors > 0 || f.answers == 0 {
		return 0, "", false
	}
	apart := math.Abs(float64(f.Runtime.Requests)-float64(f.requests)) / float64(f.requests)
	return apart, fmt.Sprintf("the server counts %d requests, %d were sent", f.Runtime.Requests, f.requests), true
}

func onTime(f *facts) (float64, string, bool) {
	if !f.Open || f.requests == 0 {
		return 0, "", false
	}
	late := f.late
	if f.arrivals {
		late = f.lateOwn
	}
	return 1 - float64(late)/float64(f.requests), fmt.Sprintf("%d of %d requests left more than 1 ms late", late, f.requests), true
}

func achieved(f *facts) (float64, string, bool) {
	if !f.Open || f.requests == 0 || f.saturated() {
		return 0, "", false
	}
	return float64(f.answers) / float64(f.requests), fmt.Sprintf("%d right answers to %d requests", f.answers, f.requests), true
}

func generatorBusy(f *facts) (float64, string, bool) {
	if !f.Open || f.length == 0 || f.Shared {
		return 0, "", false
	}
	return f.loadShare(), "the load's processors were busy " + percent(f.loadShare()) + " of the time", true
}

func headroom(f *facts) (float64, string, bool) {
	if !f.Open || f.offered == 0 || f.NullRate == 0 || f.Shared {
		return 0, "", false
	}
	v := f.NullRate / f.offered
	return v, fmt.Sprintf("asked for %.0f/s, the generator gets %.0f/s of a server that does nothing: %.1f times that", f.offered, f.NullRate, v), true
}

func arrivals(f *facts) (float64, string, bool) {
	if !f.Open || math.IsNaN(f.pArrivals) {
		return 0, "", false
	}
	return f.pArrivals, fmt.Sprintf("the gaps between sent requests are not the schedule's (p = %.2g)", f.pArrivals), true
}

func little(f *facts) (float64, string, bool) {
	if f.Open || f.Conns == 0 || f.length == 0 || !f.decoded || f.errors > 0 || f.answers == 0 {
		return 0, "", false
	}
	n := f.served / f.occupied()
	return math.Abs(float64(f.Conns)-n) / float64(f.Conns), fmt.Sprintf("%d connections, but rate × (service + think time) is %.1f", f.Conns, n), true
}

// occupied is how long a connection is in use that never stands idle, ns: in every slice until it
// ends, and then for what the request has left that is out. That is half a service time on average, whether
// requests take equally long, or are answered one by one in whatever order until none is left.
func (f *facts) occupied() float64 {
	if f.Slice == 0 {
		return f.length
	}
	return float64(len(f.Slices)) * (float64(f.Slice) + f.service/2)
}

func fairness(f *facts) (float64, string, bool) {
	if f.Open || f.Jain == 0 || f.NewConns {
		return 0, "", false
	}
	return f.Jain, fmt.Sprintf("Jain's index is %.3f, the least served connection got %d answers", f.Jain, f.Least), true
}

func parity(f *facts) (float64, string, bool) {
	apart, mine, others, ok := f.block.apart(f, callTime)
	return apart, fmt.Sprintf("the backends took %s a call for this arm, %s for the median arm", ms(mine), ms(others)), ok
}

func backendBusy(f *facts) (float64, string, bool) {
	apart, mine, others, ok := f.block.apart(f, backendWork)
	return apart, fmt.Sprintf("the backends computed %s for a request of this arm, %s for one of the median arm", ms(mine), ms(others)), ok
}

func settled(f *facts) (float64, string, bool) {
	size, p, ok := f.block.shift(f)
	if p >= .001 {
		size = 0
	}
	return size, fmt.Sprintf("its service times changed for good by a factor of %.3g in its course (p = %.1g)", 1+size, p), ok
}

func idleArm(f *facts) (float64, string, bool) {
	if f.idleSpan == 0 {
		return 0, "", false
	}
	v := f.idleCPU / f.idleSpan
	return v, "while others had the load it used " + percent(v) + " of a processor", true
}

func collections(f *facts) (float64, string, bool) {
	if f.Model != "thread" || f.Runtime == nil {
		return 0, "", false
	}
	return float64(f.Runtime.Collections), fmt.Sprintf("%d collections ran inside its slices", f.Runtime.Collections), true
}

func stranger(f *facts) (float64, string, bool) {
	if !f.machine || f.Shared {
		return 0, "", false
	}
	v := share(math.Max(0, f.serverBusy-f.server-f.waking()), f.span*float64(max(1, f.Server)))
	return v, percent(v) + " of the server's processors' time was another's", true
}

// What a processor spends on falling idle and waking again, which the kernel counts as busy and charges no
// task with, and how long it stays idle at the least, ns. The former is the slope of busy time that is not the
// server's over switches, 3.3 to 3.7 µs from 16,000 to 33,000 a second on a virtual machine of
// results/2026-11-21-full; the latter is half the shortest mean there.
const (
	idleCost     = 3500
	shortestIdle = 5000
)

// waking is what the server's own waits cost its processors beside what its tasks are charged
// with, ns: at most an idle spell for each, and no more spells than fit the idle time.
func (f *facts) waking() float64 {
	idle := math.Max(0, f.span*float64(max(1, f.Server))-f.serverBusy)
	return idleCost * math.Min(f.sleeps, idle/shortestIdle)
}

func loadStranger(f *facts) (float64, string, bool) {
	if !f.machine || f.Shared {
		return 0, "", false
	}
	v := share(math.Max(0, f.loadBusy-f.generator-f.backend), f.span*float64(max(1, f.Load)))
	return v, percent(v) + " of the load's processors' time was another's", true
}

func steal(f *facts) (float64, string, bool) {
	v := share(f.steal, f.length*float64(max(1, f.Server+f.Load)))
	return v, "the host took " + percent(v) + " of the processors' time away", f.length > 0
}

func throttled(f *facts) (float64, string, bool) {
	v := share(f.throttled, f.span)
	return v, "the quota of the control group stopped it for " + percent(v) + " of the time", f.machine
}

func drops(f *facts) (float64, string, bool) {
	return share(float64(f.drops), float64(f.requests)), fmt.Sprintf("%d connections were dropped at listening sockets", f.drops), f.requests > 0
}

func retransmits(f *facts) (float64, string, bool) {
	return share(float64(f.retransmits), float64(f.requests)), fmt.Sprintf("%d segments were sent again", f.retransmits), f.requests > 0
}

func memory(f *facts) (float64, string, bool) {
	v := share(f.memory, f.span)
	return v, "tasks waited for memory " + percent(v) + " of the time", f.machine
}

func hiccups(f *facts) (float64, string, bool) {
	if !f.machine || f.Sentinel != "fifo" {
		return 0, "", false
	}
	v := share(f.hiccupTime, f.length*float64(max(1, f.Server+f.Load)))
	says := "processors paused " + percent(v) + " of the time"
	if tail := coincidence(f.Trial); tail != "" {
		says += "; " + tail
	}
	return v, says, true
}
