package doctor

import (
	"context"
	"io/fs"
	"strconv"
	"strings"
	"time"
)

// Probes are what no file tells. Times are ns; what could not be measured is 0 and
// stands in Failed.
type Probes struct {
	ClockCost int64 `json:"clock_cost"` // one reading of the clock

	SleepP50 int64 `json:"sleep_p50"` // by how much a sleep of 100 µs is too long
	SleepP99 int64 `json:"sleep_p99"`

	WakeBusy int64 `json:"wake_busy"` // from a write to the reader's return on another processor, median, both awake
	WakeHalt int64 `json:"wake_halt"` // the same where the reader's processor had gone to sleep
	WakeP99  int64 `json:"wake_p99"`  // its 99th percentile

	Speeds Speeds `json:"speeds"`

	Steal float64 `json:"steal"` // share of the machine that a hypervisor gave to others, while this was idle
	Busy  float64 `json:"busy"`  // share of the machine that others used, while this was idle

	Failed []string `json:"failed,omitempty"`
}

// Probe times the machine for about as long as it is given, which is shared out: most
// of it goes to the speed of the processors, which changes by the half minute. Below a
// second the figures are rough.
func Probe(ctx context.Context, h Host, f Facts, budget time.Duration) Probes {
	var p Probes
	fail := func(what string, err error) {
		if err != nil {
			p.Failed = append(p.Failed, what+": "+err.Error())
		}
	}
	p.Steal, p.Busy = idle(ctx, h.Root, len(f.Processors), min(budget/4, 500*time.Millisecond))
	p.ClockCost = clockCost()
	var err error
	p.SleepP50, p.SleepP99, err = oversleep(min(budget/10, 200*time.Millisecond))
	fail("sleep", err)
	if len(f.Server) > 0 && len(f.Load) > 0 {
		err = p.wakes(f.Server[0], f.Load[0], min(budget/5, 400*time.Millisecond))
		fail("wake-up", err)
	}
	if len(f.Server) > 0 {
		p.Speeds, err = speeds(ctx, f.Server[0], budget/2)
		fail("speed", err)
	}
	return p
}

// idle looks at the machine's counters before and after doing nothing.
func idle(ctx context.Context, root fs.FS, processors int, span time.Duration) (steal, busy float64) {
	before, ok := readTicks(root)
	select {
	case <-ctx.Done():
	case <-time.After(span):
	}
	after, ok2 := readTicks(root)
	total := after.total - before.total
	if !ok || !ok2 || total <= 0 || processors == 0 {
		return 0, 0
	}
	return (after.steal - before.steal) / total, (after.busy - before.busy) / total
}

// ticks are of all processors since boot.
type ticks struct{ total, busy, steal float64 }

func readTicks(root fs.FS) (t ticks, ok bool) {
	line, _, _ := strings.Cut(tree{root}.word("proc/stat"), "\n")
	fields := strings.Fields(line)
	if len(fields) < 9 || fields[0] != "cpu" {
		return t, false
	}
	for i, field := range fields[1:9] { // guest time is in user's already
		n, err := strconv.ParseFloat(field, 64)
		if err != nil {
			return t, false
		}
		t.total += n
		switch i {
		case 3, 4: // idle, and idle with a disk at work
		case 7:
			t.steal += n
		default:
			t.busy += n
		}
	}
	return t, true
}

// clockCost is the least of several means: what disturbs one only lengthens it.
func clockCost() int64 {
	const readings = 5000
	best := int64(1 << 62)
	for range 5 {
		start := time.Now()
		for range readings {
			_ = time.Since(start)
		}
		best = min(best, int64(time.Since(start))/readings)
	}
	return max(best, 1)
}
