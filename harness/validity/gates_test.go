package validity

import (
	"math"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"assay/harness/trial"
)

// Each gate sees its own fault, of each grade, and no other gate does. What is allowed is
// not seen.
func TestGates(t *testing.T) {
	slice := func(t *trial.Trial) *trial.Slice { return &t.Slices[1] }
	each := func(t *trial.Trial, f func(s *trial.Slice)) {
		for i := range t.Slices {
			f(&t.Slices[i])
		}
	}
	// Slices that ended with half a request of 4.99 ms left on average.
	known := closed
	known.Slice = length - 2495*time.Microsecond
	for _, row := range []struct {
		what  string
		cell  Context
		fault func(t *trial.Trial)
		want  string // gate and grade; "" for none
	}{
		{"nothing, open", open, func(*trial.Trial) {}, ""},
		{"nothing, closed", closed, func(*trial.Trial) {}, ""},
		{"another's socket", open, func(t *trial.Trial) { t.Identity.SocketOwned = false }, "identity INVALID"},
		{"another's nonce", open, func(t *trial.Trial) { t.Identity.Nonce = `wrong: "x"` }, "identity INVALID"},
		{"no nonce offered", open, func(t *trial.Trial) { t.Identity.Nonce = "not-offered" }, ""},
		{"dead at the end", closed, func(t *trial.Trial) { t.Identity.AliveAtEnd = false }, "identity INVALID"},
		{"a wrong answer", open, func(t *trial.Trial) { fails(slice(t), "wrong", 1) }, "answers INVALID"},
		{"no HTTP", closed, func(t *trial.Trial) { fails(slice(t), "parse", 1) }, "answers INVALID"},
		{"an answer twice", open, func(t *trial.Trial) { slice(t).Load.Errors = map[string]uint64{"unsolicited": 1} }, "answers INVALID"},
		{"an answer after the end", closed, func(t *trial.Trial) { t.Leftover = map[string]uint64{"unsolicited": 1} }, "answers INVALID"},
		{"a lost answer", open, func(t *trial.Trial) { fails(slice(t), "timeout", 1) }, "answers INVALID"},
		{"lost in saturation", open, func(t *trial.Trial) {
			fails(slice(t), "timeout", 1)
			busy(t)
			slice(t).Load.Slowest[0].Response = 500_000_000
		}, ""},
		{"lost in saturation, while all others were quick", open, func(t *trial.Trial) { fails(slice(t), "timeout", 1); busy(t) }, "answers INVALID"},
		{"a request unaccounted for", closed, func(t *trial.Trial) { slice(t).Load.Answers-- }, "answers INVALID"},
		{"a refusal", open, func(t *trial.Trial) { fails(slice(t), "status-503", 1) }, ""},
		{"bytes too many", closed, func(t *trial.Trial) { slice(t).Load.BytesIn++ }, "bytes INVALID"},
		{"the server counts one more", open, func(t *trial.Trial) { t.Runtime.Requests++ }, "count SUSPECT"},
		{"the server counts a tenth less", open, func(t *trial.Trial) { t.Runtime.Requests -= 200 }, "count SUSPECT"},
		{"some late", open, func(t *trial.Trial) { slice(t).Load.Arrivals.LateOwn = 21 }, "on time SUSPECT"},
		{"many late", open, func(t *trial.Trial) { slice(t).Load.Arrivals.LateOwn = 101 }, "on time INVALID"},
		{"late by the server", open, func(t *trial.Trial) { slice(t).Load.Late = 400 }, ""},
		{"late in an old record", open, func(t *trial.Trial) { slice(t).Load.Late = 30; slice(t).Load.Arrivals = nil }, "on time SUSPECT"},
		{"late in a closed loop", closed, func(t *trial.Trial) { slice(t).Load.Late = 400 }, ""},
		{"few refused", open, func(t *trial.Trial) { fails(slice(t), "status-503", 21) }, "achieved SUSPECT"},
		{"many refused", open, func(t *trial.Trial) { fails(slice(t), "status-503", 101) }, "achieved INVALID"},
		{"many refused in saturation", open, func(t *trial.Trial) { fails(slice(t), "status-503", 101); busy(t) }, ""},
		{"many refused as the backlog grew", open, func(t *trial.Trial) {
			fails(slice(t), "status-503", 101)
			each(t, func(s *trial.Slice) { s.Load.Series.Done[9] = 20 })
		}, ""},
		{"a busy generator", open, func(t *trial.Trial) { each(t, load(.81)) }, "generator busy SUSPECT"},
		{"a full generator", open, func(t *trial.Trial) { each(t, load(.96)) }, "generator busy INVALID"},
		{"a generator that polls", open, func(t *trial.Trial) { each(t, load(.99)); each(t, func(s *trial.Slice) { s.Polled = length / 4 }) }, ""},
		{"a full generator, closed", closed, func(t *trial.Trial) { each(t, load(.99)) }, ""},
		{"little headroom", open, func(t *trial.Trial) { slice(t).Load.Offered = 2001 }, "headroom SUSPECT"},
		{"no headroom", open, func(t *trial.Trial) { slice(t).Load.Offered = 3334 }, "headroom INVALID"},
		{"no headroom known", Context{Open: true, Conns: conns, Server: 1, Load: 1}, func(t *trial.Trial) { slice(t).Load.Offered = 1e6 }, ""},
		{"other arrivals", open, func(t *trial.Trial) { slice(t).Load.Arrivals.P = .002 }, "arrivals SUSPECT"},
		{"arrivals that four slices may have by chance", open, func(t *trial.Trial) { slice(t).Load.Arrivals.P = .003 }, ""},
		{"a connection idle now and then", closed, func(t *trial.Trial) { each(t, service(4_850_000)) }, "Little's law SUSPECT"},
		{"a drain of half a slice", closed, func(t *trial.Trial) { each(t, drained(length/2)) }, "Little's law INVALID"},
		{"a drain of half a slice, of known length", known, func(t *trial.Trial) { each(t, drained(length/2)) }, ""},
		{"a connection idle now and then, beside the drain", known, func(t *trial.Trial) { each(t, drained(length/2)); each(t, service(4_850_000)) }, "Little's law SUSPECT"},
		{"requests longer than the slice and its drain", known, func(t *trial.Trial) { each(t, drained(length/2)); each(t, service(5_200_000)) }, "Little's law SUSPECT"},
		{"connections that think", closed, func(t *trial.Trial) { each(t, service(3_990_000)); each(t, think(1_000_000)) }, ""},
		{"connections idle", closed, func(t *trial.Trial) { each(t, service(4_000_000)) }, "Little's law INVALID"},
		{"starved connections", closed, func(t *trial.Trial) { t.Jain = .94 }, "fairness SUSPECT"},
		{"starved connections, open", open, func(t *trial.Trial) { t.Jain = .5 }, ""},
		{"slower backends", open, func(t *trial.Trial) { each(t, func(s *trial.Slice) { s.Backend.ServiceMean = 1_110_000 }) }, "backend parity SUSPECT"},
		{"faster backends", closed, func(t *trial.Trial) { each(t, func(s *trial.Slice) { s.Backend.ServiceMean = 900_000 }) }, "backend parity SUSPECT"},
		{"slow backends", open, func(t *trial.Trial) { each(t, func(s *trial.Slice) { s.Backend.ServiceMean = 1_510_000 }) }, "backend parity INVALID"},
		{"busier backends", open, func(t *trial.Trial) { each(t, func(s *trial.Slice) { s.BackendCPU = s.BackendCPU * 126 / 100 }) }, "backend utilisation SUSPECT"},
		{"lazy backends", closed, func(t *trial.Trial) { each(t, func(s *trial.Slice) { s.BackendCPU = s.BackendCPU * 100 / 126 }) }, "backend utilisation SUSPECT"},
		{"backends that work twice", open, func(t *trial.Trial) { each(t, func(s *trial.Slice) { s.BackendCPU = s.BackendCPU * 201 / 100 }) }, "backend utilisation INVALID"},
		{"backends that work more for more requests", closed, func(t *trial.Trial) {
			each(t, func(s *trial.Slice) {
				s.BackendCPU *= 2
				s.Load.Requests, s.Load.Answers, s.Load.BytesIn, s.Load.AnswerBytes = 2*perSlice, 2*perSlice, 140*perSlice, 140*perSlice
				s.Load.Classes[0].Service, s.Load.Classes[0].Slip = histogram(2*perSlice, 2_490_000), histogram(2*perSlice, 10_000)
				s.Backend.Calls *= 2
			})
			t.Runtime.Requests *= 2
		}, ""},
		{"a warm-up too short", open, func(t *trial.Trial) {
			for i := range 18 { // a slice and a half
				t.Slices[i/12].Load.Series.Mean[i%12] = t.Slices[i/12].Load.Series.Mean[i%12] * 16 / 10
			}
		}, "settled SUSPECT"},
		{"an idle arm at work", open, func(t *trial.Trial) { each(t, func(s *trial.Slice) { s.IdleCPU = 6e6 }) }, "idle arm SUSPECT"},
		{"an idle arm that spins", closed, func(t *trial.Trial) { each(t, func(s *trial.Slice) { s.IdleCPU = 6e7 }) }, "idle arm INVALID"},
		{"a collection under threads", closed, func(t *trial.Trial) { t.Runtime.Collections = 1 }, "collections SUSPECT"},
		{"a collection elsewhere", closed, func(t *trial.Trial) { t.Runtime.Collections, t.Model = 1, "goroutine" }, ""},
		{"a stranger", open, func(t *trial.Trial) { each(t, func(s *trial.Slice) { s.Machine.ServerBusy += length * 11 / 100 }) }, "stranger SUSPECT"},
		{"a server that waits often", closed, func(t *trial.Trial) { each(t, waits(.11, 8000, 0)) }, ""},
		{"a server that is often made to wait", closed, func(t *trial.Trial) { each(t, waits(.11, 8000, 8000)) }, "stranger SUSPECT"},
		{"a stranger beside a server that waits often", closed, func(t *trial.Trial) { each(t, waits(.22, 8000, 0)) }, "stranger SUSPECT"},
		{"waits on a processor that is never idle", closed, func(t *trial.Trial) { each(t, waits(.5, 100_000, 0)) }, "stranger INVALID"},
		{"a greedy stranger", closed, func(t *trial.Trial) { each(t, func(s *trial.Slice) { s.Machine.ServerBusy += length * 31 / 100 }) }, "stranger INVALID"},
		{"a stranger beside the generator", closed, func(t *trial.Trial) { each(t, load(.46)) }, "load stranger SUSPECT"},
		{"a greedy one", closed, func(t *trial.Trial) { each(t, load(.72)) }, "load stranger INVALID"},
		{"steal", open, func(t *trial.Trial) { each(t, func(s *trial.Slice) { s.Steal = 2 * length * 11 / 1000 }) }, "steal SUSPECT"},
		{"much steal", open, func(t *trial.Trial) { each(t, func(s *trial.Slice) { s.Steal = 2 * length * 51 / 1000 }) }, "steal INVALID"},
		{"throttling", closed, func(t *trial.Trial) { each(t, func(s *trial.Slice) { s.Machine.Throttled = length / 500 }) }, "throttled SUSPECT"},
		{"much throttling", closed, func(t *trial.Trial) { each(t, func(s *trial.Slice) { s.Machine.Throttled = length / 40 }) }, "throttled INVALID"},
		{"a dropped connection", open, func(t *trial.Trial) { slice(t).ListenDrops = 1 }, "listen drops SUSPECT"},
		{"dropped connections", open, func(t *trial.Trial) { slice(t).ListenDrops = 21 }, "listen drops INVALID"},
		{"a segment again", closed, func(t *trial.Trial) { slice(t).Retransmits = 1 }, "retransmits SUSPECT"},
		{"segments again", closed, func(t *trial.Trial) { slice(t).Retransmits = 21 }, "retransmits INVALID"},
		{"want of memory", open, func(t *trial.Trial) { each(t, func(s *trial.Slice) { s.Machine.PressureMemory = length / 50 }) }, "memory SUSPECT"},
		{"great want of memory", open, func(t *trial.Trial) { each(t, func(s *trial.Slice) { s.Machine.PressureMemory = length / 8 }) }, "memory INVALID"},
		{"pauses", open, func(t *trial.Trial) { each(t, pause(.02)) }, "hiccups SUSPECT"},
		{"long pauses", open, func(t *trial.Trial) { each(t, pause(.11)) }, "hiccups INVALID"},
		{"pauses seen by fair sentinels", open, func(t *trial.Trial) { each(t, pause(.11)); t.Sentinel = "fair" }, ""},
		{"a failure without a gate", open, func(t *trial.Trial) { t.Status, t.Reason, t.Slices, t.Addr = trial.Failed, "never ready", nil, "" }, "ended well INVALID"},
	} {
		one := clean("one", row.cell)
		row.fault(one)
		v := Judge(one, blockOf(one, row.cell), row.cell)
		if got := strings.Join(fired(v), ", "); got != row.want {
			t.Errorf("%s: got %q, want %q", row.what, got, row.want)
		}
		for _, r := range v.Reasons {
			if r.Says == "" || r.Advice == "" || v.Grade != v.Reasons[0].Grade {
				t.Errorf("%s: %+v in a verdict %s", row.what, r, v.Grade)
			}
		}
	}
}

// fails turns n right answers into errors.
func fails(s *trial.Slice, kind string, n uint64) {
	s.Load.Answers -= n
	s.Load.Errors = map[string]uint64{kind: n}
}

// busy makes the server's processor busy, by the server.
func busy(t *trial.Trial) {
	for i := range t.Slices {
		t.Slices[i].ServerCPU, t.Slices[i].Machine.ServerBusy = length*96/100, length*96/100
	}
}

// load makes the load's processor busy; above a half by the generator.
func load(share float64) func(s *trial.Slice) {
	return func(s *trial.Slice) {
		s.Machine.LoadBusy = int64(share * length)
		if share > .75 {
			s.GeneratorCPU = int64((share - .2) * length)
		}
	}
}

// waits gives the server so many switches in a slice, and its processor a share of work more that is not the server's.
func waits(more float64, switches, forced int64) func(s *trial.Slice) {
	return func(s *trial.Slice) {
		s.Switches, s.Involuntary = switches, &forced
		s.Machine.ServerBusy += int64(more * length)
	}
}

// drained lets the last answer of a slice be so much later, ns.
func drained(by int64) func(s *trial.Slice) {
	return func(s *trial.Slice) { s.Length += by }
}

func think(ns int64) func(s *trial.Slice) {
	return func(s *trial.Slice) { s.Load.Classes[0].Slip = histogram(perSlice, ns) }
}

func service(ns int64) func(s *trial.Slice) {
	return func(s *trial.Slice) { s.Load.Classes[0].Service = histogram(perSlice, ns) }
}

// pause stops both processors for a share of the slice.
func pause(share float64) func(s *trial.Slice) {
	return func(s *trial.Slice) {
		s.Machine.Hiccups, s.Machine.HiccupTime = 2, int64(2*share*length)
	}
}

// The bounds themselves are allowed, the next number is not, and NaN is nothing to believe.
func TestBounds(t *testing.T) {
	for _, g := range Gates {
		next := func(bound float64) float64 {
			if g.Below {
				return math.Nextafter(bound, math.Inf(-1))
			}
			return math.Nextafter(bound, math.Inf(1))
		}
		worst, worstBound := Valid, None
		for _, step := range []struct {
			bound   float64
			at, off Grade
		}{{g.Suspect, Valid, Suspect}, {g.Invalid, Suspect, Invalid}} {
			if math.IsNaN(step.bound) {
				continue
			}
			if step.off == Invalid && math.IsNaN(g.Suspect) {
				step.at = Valid
			}
			if got, _ := g.grade(step.bound); got != step.at {
				t.Errorf("%s at its bound %g: %s, want %s", g.Name, step.bound, got, step.at)
			}
			got, bound := g.grade(next(step.bound))
			if got != step.off || bound != step.bound {
				t.Errorf("%s beyond its bound %g: %s of bound %g, want %s", g.Name, step.bound, got, bound, step.off)
			}
			worst, worstBound = step.off, step.bound
		}
		if got, bound := g.grade(math.NaN()); got != worst || bound != worstBound {
			t.Errorf("%s of NaN: %s, want %s", g.Name, got, worst)
		}
	}
}

// The table is whole: names are unique, all is worded, bounds are in order.
func TestTable(t *testing.T) {
	var names []string
	for _, g := range Gates {
		if slices.Contains(names, g.Name) || g.Looks == "" || g.Advice == "" || g.Proof == "" || g.of == nil {
			t.Errorf("%+v", g)
		}
		names = append(names, g.Name)
		if math.IsNaN(g.Suspect) && math.IsNaN(g.Invalid) {
			t.Errorf("%s never fires", g.Name)
		}
		if !math.IsNaN(g.Suspect) && !math.IsNaN(g.Invalid) && (g.Suspect < g.Invalid) == g.Below {
			t.Errorf("%s: SUSPECT at %g, INVALID at %g", g.Name, g.Suspect, g.Invalid)
		}
	}
}

// The tests that prove the gates exist: here with made-up records, in campaign with real processes.
func TestProofsExist(t *testing.T) {
	var text []byte
	files := []string{"gates_test.go"}
	for _, name := range []string{"faults_test.go", "faults_server_test.go", "quota_test.go"} {
		files = append(files, filepath.Join("..", "campaign", name))
	}
	for _, file := range files {
		b, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		text = append(text, b...)
	}
	for _, g := range Gates {
		for name := range strings.SplitSeq(g.Proof, ", ") {
			if !strings.Contains(string(text), "func "+name+"(t *testing.T)") {
				t.Errorf("%s is proven by %s, which is nowhere", g.Name, name)
			}
		}
	}
}

// Records from before a part was kept are judged by what they have.
func TestOldRecordsAreJudgedByWhatTheyHave(t *testing.T) {
	one := clean("one", open)
	for i := range one.Slices {
		s := &one.Slices[i]
		s.Machine, s.Backend = nil, nil
		s.Load.Arrivals, s.Load.Series, s.Load.Slowest, s.Load.AnswerBytes = nil, nil, nil, 0
	}
	one.Sentinel = ""
	if v := Judge(one, blockOf(one, open), open); v.Grade != Valid {
		t.Errorf("an old record: %s", v)
	}
	one.Slices[0].Steal = 2 * length
	if v := Judge(one, nil, open); v.Grade != Invalid || v.Reasons[0].Gate != "steal" {
		t.Errorf("an old record with steal: %s", v)
	}
}

func TestWhatWasNotRunHasNoVerdict(t *testing.T) {
	for _, status := range []trial.Status{trial.NotRun, trial.NotApplicable} {
		if v := Judge(&trial.Trial{Status: status}, nil, open); v.Grade != "" || v.Reasons != nil {
			t.Errorf("%s: %+v", status, v)
		}
	}
}

func TestLabels(t *testing.T) {
	for want, fault := range map[string]func(t *trial.Trial) Context{
		"generator-bound": func(t *trial.Trial) Context {
			for i := range t.Slices {
				load(.97)(&t.Slices[i])
			}
			return closed
		},
		"answers unchecked": func(t *trial.Trial) Context { t.Identity.Checked = false; return closed },
		"saturated":         func(t *trial.Trial) Context { busy(t); return open },
		"threads came":      func(t *trial.Trial) Context { t.SwitchesBy = "lifetime"; return open },
		"failed requests: 2 of 2000 got no right answer (2 status-503)": func(t *trial.Trial) Context {
			fails(&t.Slices[0], "status-503", 2)
			return open
		},
		"pauses of the machine: 1 of its 8 slowest answers waited through one (the longest 3 ms, on processor 1)": func(t *trial.Trial) Context {
			t.Slices[0].Machine.HiccupsLong = []trial.Hiccup{{CPU: 0, At: 200e6, Length: 9e6}, {CPU: 1, At: 3e6, Length: 3e6}, {CPU: 0, At: 90e6, Length: 1e6}}
			return open
		},
	} {
		one := clean("one", open)
		c := fault(one)
		v := Judge(one, nil, c)
		if len(v.Labels) != 1 || !strings.Contains(v.Labels[0], want) || v.Grade != Valid {
			t.Errorf("got %q in %s, want %q", v.Labels, v, want)
		}
	}
}
