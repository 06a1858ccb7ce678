package conformance

import (
	"context"
	"errors"
	"fmt"
	"os"
	"sync"
	"time"
)

// Outcome says how a case ended.
type Outcome string

const (
	Pass     Outcome = "pass"
	Fail     Outcome = "fail"
	Expected Outcome = "expected-difference" // it failed where the table, or the target's own limits, say so
	NotRun   Outcome = "not-run"             // the target lacks what the case needs
)

// Result is one case against one target.
type Result struct {
	Model   string        `json:"model"` // the target's label
	Case    string        `json:"case"`
	Outcome Outcome       `json:"outcome"`
	Detail  string        `json:"detail"` // why, unless it passed; of a behaviour case what was seen
	Took    time.Duration `json:"took"`   // ns
	// Finding is what a behaviour case has observed, one of its Findings; "" for
	// every other case, and where nothing could be observed.
	Finding string `json:"finding,omitempty"`
}

// Run holds a target against cases (nil: all) and reports each in the order of the
// table. It may run beside others. The error is for what stands in the suite's own
// way: no backends, a process that outlives SIGKILL, ctx ended.
func Run(ctx context.Context, target Target, cases []Case, report func(Result)) error {
	return runWithin(ctx, target, cases, patience, report)
}

// runWithin is Run with another patience, for servers that are known to be silent.
func runWithin(ctx context.Context, target Target, cases []Case, patience time.Duration, report func(Result)) error {
	if cases == nil {
		cases = Cases
	}
	if err := greet(&target, patience); err != nil {
		return err
	}
	// Two lanes, because half of the cases do little but wait: those that share
	// the ordinary processes, and those with processes of their own or with deadlines.
	results := make([]chan Result, len(cases))
	var lanes [2][]int
	for i := range cases {
		results[i] = make(chan Result, 1)
		n := &cases[i].Needs
		lane := 0
		if n.Own || n.None || n.Options != "" {
			lane = 1
		}
		lanes[lane] = append(lanes[lane], i)
	}
	var wg sync.WaitGroup
	errs := make([]error, len(lanes))
	for l, lane := range lanes {
		wg.Go(func() { errs[l] = runLane(ctx, &runner{target: &target, patience: patience}, cases, lane, results) })
	}
	for _, c := range results {
		if r, ok := <-c; ok {
			report(r)
		}
	}
	wg.Wait()
	return errors.Join(errs...)
}

// greet starts a server of which nothing is known, once: one that does not speak
// the contract would fail all cases, each after a long wait. To refuse the
// workload is to speak it.
func greet(target *Target, patience time.Duration) error {
	if target.Described {
		return nil
	}
	r := &runner{target: target, patience: patience}
	if err := r.open(); err != nil {
		return err
	}
	defer r.close()
	t := r.newT(&Needs{})
	if outcome, detail := t.outcome(func(t *T) { t.start(nil) }); outcome == Fail {
		return fmt.Errorf("the server does not speak the contract of models/CONTRACT.md: %s", detail)
	}
	return errors.Join(r.trouble...)
}

// runLane runs the cases of those indexes in turn; the channel of one that is not
// run is closed.
func runLane(ctx context.Context, r *runner, cases []Case, lane []int, results []chan Result) error {
	defer func() {
		for _, i := range lane {
			close(results[i])
		}
	}()
	if err := r.open(); err != nil {
		return err
	}
	defer r.close()
	shared := make(map[key]*server)
	for _, i := range lane {
		if ctx.Err() != nil {
			r.trouble = append(r.trouble, context.Cause(ctx))
			break
		}
		start := time.Now()
		outcome, detail := r.one(&cases[i], shared)
		results[i] <- Result{r.target.Label(), cases[i].Name, outcome, detail, time.Since(start), r.finding}
	}
	r.stop(shared)
	return errors.Join(r.trouble...)
}

// runner is what the cases of one lane share.
type runner struct {
	target   *Target
	patience time.Duration
	backends *backends
	logs     string // folder of the processes' stderr
	started  int    // processes
	finding  string // of the behaviour case on its way, and what was seen
	seen     string
	trouble  []error

	mu    sync.Mutex
	conns []*Conn // of the case on its way
}

func (r *runner) open() (err error) {
	if r.logs, err = os.MkdirTemp("", "assay-check-"); err != nil {
		return fmt.Errorf("conformance: %w", err)
	}
	if r.backends, err = newBackends(); err != nil {
		return errors.Join(fmt.Errorf("conformance: %w", err), os.RemoveAll(r.logs))
	}
	return nil
}

func (r *runner) close() {
	r.backends.close()
	os.RemoveAll(r.logs)
}

// one runs one case and judges how it ended.
func (r *runner) one(c *Case, shared map[key]*server) (Outcome, string) {
	r.finding = ""
	if why := r.target.lacks(&c.Needs); why != "" {
		return NotRun, why
	}
	if why := r.target.beyond(&c.Needs); why != "" {
		return Expected, why
	}
	r.seen = ""
	outcome, detail := r.run(c, shared)
	if outcome == Pass {
		return Pass, r.seen
	}
	r.finding = "" // what broke off has observed nothing
	if outcome == Fail {
		if d, known := difference(r.target.Name, c.Name); known {
			return Expected, d.Why
		}
	}
	return outcome, detail
}

func (r *runner) run(c *Case, shared map[key]*server) (Outcome, string) {
	t := r.newT(&c.Needs)
	defer r.hangUp()
	switch {
	case c.Needs.None:
		return t.outcome(c.Run)
	case c.Needs.Own:
		return t.outcome(func(t *T) {
			t.server = t.start(nil)
			c.Run(t)
		})
	}
	k := c.Needs.key()
	if s := shared[k]; s == nil || !s.Alive() {
		r.stop(shared) // one is enough at a time
		opener := r.newT(&c.Needs)
		// Its clean-up is not the case's: the process stays for others.
		if o, detail := t.outcome(func(*T) { shared[k] = opener.start(nil) }); o != Pass {
			opener.outcome(func(*T) {})
			return o, detail
		}
	}
	t.server = shared[k]
	outcome, detail := t.outcome(c.Run)
	r.hangUp()
	if words := t.server.obituary(2 * time.Millisecond); words != "" && outcome == Pass {
		return Fail, "all went well, and then" + words
	}
	return outcome, detail
}

func (r *runner) newT(n *Needs) *T {
	return &T{Target: r.target, run: r, needs: n, patience: r.patience}
}

// stop ends the shared processes.
func (r *runner) stop(shared map[key]*server) {
	for k, s := range shared {
		r.newT(nil).end(s.Proc)
		delete(shared, k)
	}
}

func (r *runner) track(c *Conn) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.conns = append(r.conns, c)
}

// hangUp closes the connections of the case that is over.
func (r *runner) hangUp() {
	r.mu.Lock()
	defer r.mu.Unlock()
	for _, c := range r.conns {
		c.Close()
	}
	r.conns = nil
}
