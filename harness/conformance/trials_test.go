package conformance

import (
	"context"
	"fmt"
	"slices"
	"sync"
	"testing"
	"time"

	"assay/harness/again"
)

// trial is cases held against a target in a test.
type trial struct {
	target   Target
	cases    []Case // nil: all
	patience time.Duration
	wrong    func(Result) string // what is wrong with a result; "" for one that is as it must be
}

// doubt is a case of a trial that came out wrong.
type doubt struct {
	of    trial
	c     Case
	wrong string
}

// mostDoubts is how many cases of a test bad luck can spoil; more are not worth the
// time that to repeat them would take.
const mostDoubts = 20

// alone is locked by who must have this package's processes to himself, and read-locked by
// all others.
var alone sync.RWMutex

// hold holds targets against cases, so many targets at a time: most of the time a server is
// waited for. What comes out wrong is taken again alone when all are over, because a busy
// machine can hold up a process for longer than a case foresees.
func hold(t *testing.T, places int, trials []trial) {
	t.Helper()
	var mu sync.Mutex
	var doubts []doubt
	var wg sync.WaitGroup
	free := make(chan struct{}, places)
	for _, one := range trials {
		wg.Go(func() {
			free <- struct{}{}
			defer func() { <-free }()
			alone.RLock()
			mine := one.run()
			alone.RUnlock()
			mu.Lock()
			defer mu.Unlock()
			doubts = append(doubts, mine...)
		})
	}
	wg.Wait()
	for _, d := range doubts {
		what := d.of.target.Label() + ": " + d.c.Name
		if len(doubts) > mostDoubts {
			t.Errorf("%s: %s", what, d.wrong)
			continue
		}
		again.Until(t, what, d.wrong, func() string {
			repeat := d.of
			repeat.cases = []Case{d.c}
			alone.Lock()
			defer alone.Unlock()
			if still := repeat.run(); len(still) > 0 {
				return still[0].wrong
			}
			return ""
		})
	}
}

// run runs a trial's cases once. What stood in the way of the suite is a doubt about all of them.
func (o trial) run() (doubts []doubt) {
	cases := o.cases
	if cases == nil {
		cases = Cases
	}
	err := runWithin(context.Background(), o.target, cases, o.patience, func(r Result) {
		if wrong := o.wrong(r); wrong != "" {
			i := slices.IndexFunc(cases, func(c Case) bool { return c.Name == r.Case })
			doubts = append(doubts, doubt{o, cases[i], wrong})
		}
	})
	if err != nil {
		doubts = append(doubts, doubt{o, cases[0], fmt.Sprint("the suite itself: ", err)})
	}
	return doubts
}

// outcomeBut is what is wrong with a result that is not as wanted.
func outcomeBut(r Result, want Outcome) string {
	if r.Outcome == want {
		return ""
	}
	return fmt.Sprintf("%s %s, want %s", r.Outcome, r.Detail, want)
}
