package validity

import (
	"math"

	"github.com/HdrHistogram/hdrhistogram-go"

	"assay/harness/trial"
)

// facts are a trial's slices summed up. Times are ns.
type facts struct {
	*trial.Trial
	Context
	block *block // nil where there is none

	length, span               float64 // of load; between the looks at the machine
	requests, answers, errors  uint64  // errors: requests without a right answer
	late, lateOwn              uint64
	by                         map[string]uint64 // errors by kind, those after the last slice too
	bytesIn, answerBytes       uint64
	served                     float64 // sum over requests of think and service time
	service                    float64 // mean over requests of service time
	server, generator, backend float64 // processor time
	polled                     float64 // of the generator's: no work
	serverBusy, loadBusy       float64 // of their processors
	sleeps                     float64 // switches at which a task of the server gave the processor up itself
	steal, throttled, memory   float64
	hiccupTime                 float64
	retransmits, drops         int64
	idleCPU, idleSpan          float64
	pArrivals                  float64 // the least, times the number of slices; NaN where unknown
	backlog, dueLast           float64 // growth in the last thirds; requests due in them
	machine, arrivals          bool    // the records have these parts
	decoded                    bool    // served is known
	slowest                    int64   // right answer; 0 where unknown
	offered                    float64 // requests per second; 0 in a closed loop
}

func gather(t *trial.Trial, c Context) *facts {
	f := &facts{Trial: t, Context: c, by: make(map[string]uint64), pArrivals: math.NaN(), machine: len(t.Slices) > 0, arrivals: len(t.Slices) > 0}
	for i := range t.Slices {
		s := &t.Slices[i]
		f.addLoad(&s.Load)
		f.addMachine(s)
	}
	for kind, n := range t.Leftover {
		f.by[kind] += n
	}
	if !math.IsNaN(f.pArrivals) {
		f.pArrivals = math.Min(1, f.pArrivals*float64(len(t.Slices)))
	}
	if !c.Open {
		f.decode()
	}
	return f
}

func (f *facts) addLoad(l *trial.LoadFigures) {
	f.requests += l.Requests
	f.offered = max(f.offered, l.Offered)
	f.answers += l.Answers
	f.late += l.Late
	f.bytesIn += l.BytesIn
	f.answerBytes += l.AnswerBytes
	for kind, n := range l.Errors {
		f.by[kind] += n
		if kind != "unsolicited" { // answers too many, not requests
			f.errors += n
		}
	}
	if a := l.Arrivals; a != nil {
		f.lateOwn += a.LateOwn
		if a.Compared > 0 && !(a.P >= f.pArrivals) {
			f.pArrivals = a.P
		}
	} else {
		f.arrivals = false
	}
	for _, slow := range l.Slowest {
		f.slowest = max(f.slowest, slow.Response)
	}
	if s := l.Series; s != nil {
		f.addBacklog(s)
	}
}

// addBacklog adds by how much the requests that are due and not done grew in the last third.
func (f *facts) addBacklog(s *trial.Series) {
	from := len(s.Due) * 2 / 3
	for i := from; i < len(s.Due)-1; i++ { // the last part holds what came after it too
		f.backlog += float64(s.Due[i]) - float64(s.Done[i])
		f.dueLast += float64(s.Due[i])
	}
}

func (f *facts) addMachine(s *trial.Slice) {
	f.length += float64(s.Length)
	f.server += float64(s.ServerCPU)
	f.generator += float64(s.GeneratorCPU)
	f.backend += float64(s.BackendCPU)
	f.polled += float64(s.Polled)
	f.steal += float64(s.Steal)
	f.retransmits += s.Retransmits
	f.drops += s.ListenDrops
	f.idleCPU += float64(s.IdleCPU)
	f.idleSpan += float64(s.IdleSpan)
	if s.Switches > 0 {
		f.sleeps += float64(s.Switches)
		if s.Involuntary != nil {
			f.sleeps -= float64(*s.Involuntary)
		}
	}
	m := s.Machine
	if m == nil {
		f.machine = false
		return
	}
	f.span += float64(m.Span)
	f.serverBusy += float64(m.ServerBusy)
	f.loadBusy += float64(m.LoadBusy)
	f.throttled += float64(m.Throttled)
	f.memory += float64(m.PressureMemory)
	f.hiccupTime += float64(m.HiccupTime)
}

// decode sums think and service times over all requests. What cannot be decoded is the
// business of whoever reads the figures; here it leaves the sum unknown.
func (f *facts) decode() {
	sum, count := 0.0, 0.0
	for _, c := range f.Classes() {
		service, err := hdrhistogram.Decode([]byte(c.Service))
		if err != nil {
			return
		}
		think, err := hdrhistogram.Decode([]byte(c.Slip))
		if err != nil {
			return
		}
		n := float64(service.TotalCount())
		sum, count = sum+n*service.Mean(), count+n
		f.served += n*service.Mean() + float64(think.TotalCount())*think.Mean()
	}
	f.service = share(sum, count)
	f.decoded = len(f.Slices) > 0
}

// serverShare is how much of its processors' time the server's were busy.
func (f *facts) serverShare() float64 {
	if f.machine {
		return share(f.serverBusy, f.span*float64(max(1, f.Server)))
	}
	return share(f.server, f.length*float64(max(1, f.Server)))
}

// loadShare is the same of the generator's, the backends' and the harness's, without the
// generator's polling for the next arrival; old records know the generator's own time only.
func (f *facts) loadShare() float64 {
	if f.machine {
		return share(max(0, f.loadBusy-f.polled), f.span*float64(max(1, f.Load)))
	}
	return share(max(0, f.generator-f.polled), f.length*float64(max(1, f.Load)))
}

// growing says that in the last thirds of the slices requests came faster than they were
// served, by more than chance: in the steady state as many are served as come.
func (f *facts) growing() bool {
	return f.backlog > math.Max(.05*f.dueLast, 3*math.Sqrt(f.dueLast))
}

// saturated says that the server could not keep up: what is lost or late then is its own
// figure. Its processors are full, and by its own work: a stranger's is no excuse.
func (f *facts) saturated() bool {
	own := share(f.server, f.length*float64(max(1, f.Server)))
	return f.growing() || f.serverShare() >= .95 && own >= .70
}

// verySlow is a response time by which a server shows that it loses answers for want of time.
const verySlow = 500_000_000 // ns

// overwhelmed says that answers that never came are the server's want of time, and no fault of
// another kind: it is saturated, and of the answers that came some were very slow. Old
// records do not tell, and are given the benefit of the doubt.
func (f *facts) overwhelmed() bool {
	return f.saturated() && (f.slowest == 0 || f.slowest >= verySlow)
}

func share(part, whole float64) float64 {
	if whole <= 0 {
		return 0
	}
	return part / whole
}
