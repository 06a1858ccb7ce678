package load

import (
	"testing"
	"time"

	"github.com/HdrHistogram/hdrhistogram-go"

	"assay/bench/workload"
	"assay/harness/certify"
	"assay/harness/oracle"
)

// The errors that load generators are known for, planted one at a time in a run of the
// generator's own schedule, queue and choice of connections on a simulated clock. The comparison that a
// certificate rests on must find each, and nothing in the run without.

// planted is a law under a load in which its error shows, and what a generator with the error
// would say of the run.
type planted struct {
	name  string
	law   string
	conns int
	tells func(seen []Times, due []int64) certify.Seen
	round int64 // intended times are waited for to a whole multiple of it, ns
}

const simRate = 1000

var plants = []planted{
	{name: "start stamped at send", law: "stall:1s,5s", conns: 64, tells: stampedAtSend},
	{name: "waits rounded to milliseconds", law: "fixed:10ms", conns: 64, tells: honest, round: int64(time.Millisecond)},
	{name: "skipped sends", law: "stall:1s,5s", conns: 64, tells: skipped},
	{name: "clipped histogram", law: "stall:1s,5s", conns: 2000, tells: clipped},
	{name: "averaged percentiles", law: "stall:1s,5s", conns: 2000, tells: averaged},
}

func TestPlantedErrorsAreFound(t *testing.T) {
	for _, p := range plants {
		form := formOf(t, p.law)
		seen, due := p.run(t, form.Law)
		if d := certify.Compare(form, p.tells(seen, due), certify.DefaultBound); len(d.Faults) == 0 {
			t.Errorf("%s passes: distance %.4f, %+v", p.name, d.Distance, d.Points)
		}
		p.round = 0
		seen, due = p.run(t, form.Law)
		for _, fault := range certify.Compare(form, honest(seen, due), certify.DefaultBound).Faults {
			t.Errorf("the same run without %s: %s", p.name, fault)
		}
	}
}

// Without any error every law passes, queues included.
func TestHonestRunIsTheLaws(t *testing.T) {
	for _, law := range []string{"fixed:10ms", "two-point:2ms,20ms,0.05", "exponential:5ms", "stall:1s,5s", "md1:500us", "mm1:500us"} {
		form := formOf(t, law)
		p := planted{conns: 64}
		seen, due := p.run(t, form.Law)
		for _, fault := range certify.Compare(form, honest(seen, due), certify.DefaultBound).Faults {
			t.Errorf("%s: %s", law, fault)
		}
	}
}

func formOf(t *testing.T, text string) certify.Form {
	t.Helper()
	law, err := oracle.Parse(text)
	if err != nil {
		t.Fatal(err)
	}
	form, err := certify.FormOf(law, simRate)
	if err != nil {
		t.Fatal(err)
	}
	return form
}

// run simulates 20 s of the law and gives the four times of every request, and when each was due.
func (p planted) run(t *testing.T, law oracle.Law) (seen []Times, due []int64) {
	t.Helper()
	arrivals := Poisson
	if law.Kind == oracle.Stall {
		arrivals = Constant
	}
	due = mustSchedule(t, arrivals, simRate, 20*time.Second, 11, 0).Times
	waited := make([]int64, len(due))
	for i, at := range due {
		waited[i] = at
		if p.round > 0 {
			waited[i] = (at + p.round - 1) / p.round * p.round
		}
	}
	planner := oracle.NewPlanner(law, 7, 0)
	simulate(waited, p.conns, func(_ int32, sent int64) int64 {
		done := planner.Depart(sent)
		// requests are taken in the order in which they are due
		seen = append(seen, Times{Intended: due[len(seen)], Sent: sent, First: done, Done: done})
		return done
	})
	return seen, due
}

// recorded is what the generator's own recorder makes of the requests.
func recorded(seen []Times) *hdrhistogram.Histogram {
	r := NewRecorder()
	for i := range seen {
		r.Answer(workload.Ordinary, &seen[i])
	}
	return r.class[workload.Ordinary].response
}

func honest(seen []Times, _ []int64) certify.Seen { return certify.FromHistogram(recorded(seen)) }

// stampedAtSend is coordinated omission: the wait for a connection is nobody's.
func stampedAtSend(seen []Times, _ []int64) certify.Seen {
	for i := range seen {
		seen[i].Intended = seen[i].Sent
	}
	return honest(seen, nil)
}

// skipped leaves out requests that could not be sent when they were due.
func skipped(seen []Times, _ []int64) certify.Seen {
	var sent []Times
	for _, x := range seen {
		if x.Sent == x.Intended {
			sent = append(sent, x)
		}
	}
	return honest(sent, nil)
}

// clipped records no more than half a second.
func clipped(seen []Times, _ []int64) certify.Seen {
	for i := range seen {
		seen[i].Done = min(seen[i].Done, seen[i].Intended+int64(500*time.Millisecond))
	}
	return honest(seen, nil)
}

// averaged takes the percentiles of each second and their mean.
func averaged(seen []Times, due []int64) certify.Seen {
	mean := certify.Seen{Count: int64(len(seen)), Quantiles: map[float64]float64{}}
	seconds := int(due[len(due)-1]/int64(time.Second)) + 1
	for s := range seconds {
		var part []Times
		for _, x := range seen {
			if int(x.Intended/int64(time.Second)) == s {
				part = append(part, x)
			}
		}
		h := recorded(part)
		for _, q := range certify.Quantiles {
			mean.Quantiles[q] += float64(h.ValueAtQuantile(100*q)) / float64(seconds)
		}
	}
	return mean
}
