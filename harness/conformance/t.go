package conformance

import (
	"fmt"
	"strings"
	"sync"
	"time"

	"assay/harness/backend"
)

// patience bounds every single wait. It is there so that nothing hangs, and is
// long enough never to be what a case measures.
const patience = 15 * time.Second

// T is a case on its way: what it runs against, and how it fails.
type T struct {
	Target   *Target
	run      *runner
	server   *server
	needs    *Needs
	patience time.Duration // bounds every single wait
	cleanups []func()
}

// failure is what Fatalf throws.
type failure string

// skipped is what Skipf throws.
type skipped string

// Fatalf ends the case: the server has not done as it must.
func (t *T) Fatalf(format string, args ...any) { panic(failure(fmt.Sprintf(format, args...))) }

// Skipf ends the case: it cannot be run against this server.
func (t *T) Skipf(format string, args ...any) { panic(skipped(fmt.Sprintf(format, args...))) }

// Cleanup has f called when the case is over.
func (t *T) Cleanup(f func()) { t.cleanups = append(t.cleanups, f) }

// must fails the case with err, if there is one.
func (t *T) must(err error, doing string) {
	if err != nil {
		t.Fatalf("%s: %v", doing, err)
	}
}

// All runs f for 0 to n-1 at the same time and fails if one of them fails.
func (t *T) All(n int, f func(i int)) {
	failures := make([]any, n)
	var wg sync.WaitGroup
	for i := range n {
		wg.Go(func() {
			defer func() { failures[i] = recover() }()
			f(i)
		})
	}
	wg.Wait()
	for _, v := range failures {
		if v != nil {
			panic(v)
		}
	}
}

// Eventually waits until f is true; what says what it is that never came.
func (t *T) Eventually(what string, f func() bool) {
	for end := time.Now().Add(t.patience); !f(); time.Sleep(2 * time.Millisecond) {
		if time.Now().After(end) {
			t.Fatalf("not within %v: %s", t.patience, what)
		}
	}
}

// Backends are the figures of the backends since this was last asked.
func (t *T) Backends() backend.Stats { return t.run.backends.take() }

// quietBackends waits until no call is under way and forgets what was.
func (t *T) quietBackends() {
	t.Eventually("the backends are idle", func() bool { return t.Backends().InFlight == 0 })
}

// outcome runs the case and says how it ended.
func (t *T) outcome(run func(*T)) (o Outcome, detail string) {
	defer func() {
		switch v := recover().(type) {
		case nil:
		case failure:
			o, detail = Fail, string(v)
		case skipped:
			o, detail = NotRun, string(v)
		default:
			panic(v) // a mistake in the suite itself
		}
		for _, f := range t.cleanups {
			f()
		}
	}()
	run(t)
	return Pass, ""
}

// brief cuts text to what fits a line.
func brief(text string) string {
	text = fmt.Sprintf("%q", text)
	if len(text) > 120 {
		text = text[:110] + `…"`
	}
	return strings.TrimSpace(text)
}
