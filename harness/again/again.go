// Package again is for tests whose answer only measuring can give: what comes out wrong
// is taken again, and only what is wrong every time is a failure. A machine that holds a
// process up for seconds spoils one measurement; a defect spoils them all. Each repeat is
// in the test's log (go test -v), from which one can tell luck from a rare defect.
package again

import (
	"fmt"
	"runtime"
	"strings"
	"sync"
	"testing"
)

// Times is how often something is taken again.
const Times = 3

// Until takes again what came out wrong the first time: attempt returns what is wrong,
// "" if nothing is. The caller sees to it that nothing runs beside it.
func Until(t testing.TB, what, wrong string, attempt func() string) {
	t.Helper()
	for n := 1; n <= Times && wrong != ""; n++ {
		t.Logf("%s: taken again, %d of %d: %s", what, n, Times, wrong)
		wrong = attempt()
	}
	if wrong != "" {
		t.Errorf("%s: wrong each of %d times: %s", what, 1+Times, wrong)
	}
}

// Run runs a test's body until it fails no more. The body fails by the TB that it is
// given; what it hands to Cleanup is done before the next attempt.
func Run(t testing.TB, body func(t testing.TB)) {
	t.Helper()
	attempt := func() string { return try(t, body) }
	Until(t, t.Name(), attempt(), attempt)
}

// try runs body once, and returns how it failed.
func try(t testing.TB, body func(t testing.TB)) string {
	r := &record{TB: t}
	done := make(chan any)
	go func() { // which FailNow may end
		returned := false
		defer func() {
			var fault any
			if !returned {
				fault = recover() // nil for FailNow and SkipNow
			}
			done <- fault
		}()
		defer r.cleanUp()
		body(r)
		returned = true
	}()
	if fault := <-done; fault != nil {
		panic(fault)
	}
	if r.skipped {
		t.SkipNow()
	}
	return strings.Join(r.wrong, "; ")
}

// record is a TB whose failures are not yet the test's.
type record struct {
	testing.TB
	mu       sync.Mutex
	wrong    []string
	skipped  bool
	cleanups []func()
}

func (r *record) add(text string) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.wrong = append(r.wrong, strings.TrimSpace(text))
}

func (r *record) cleanUp() {
	for len(r.cleanups) > 0 {
		last := len(r.cleanups) - 1
		f := r.cleanups[last]
		r.cleanups = r.cleanups[:last]
		f()
	}
}

func (r *record) Cleanup(f func()) { r.cleanups = append(r.cleanups, f) }

func (r *record) Fail() { r.add("failed") }

func (r *record) Error(args ...any) { r.add(fmt.Sprintln(args...)) }

func (r *record) Errorf(format string, args ...any) { r.add(fmt.Sprintf(format, args...)) }

func (r *record) FailNow() {
	r.Fail()
	runtime.Goexit()
}

func (r *record) Fatal(args ...any) {
	r.Error(args...)
	runtime.Goexit()
}

func (r *record) Fatalf(format string, args ...any) {
	r.Errorf(format, args...)
	runtime.Goexit()
}

// Failed tells whether this attempt has failed.
func (r *record) Failed() bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	return len(r.wrong) > 0
}

func (r *record) SkipNow() {
	r.skipped = true
	runtime.Goexit()
}

func (r *record) Skip(args ...any) {
	r.Log(args...)
	r.SkipNow()
}

func (r *record) Skipf(format string, args ...any) {
	r.Logf(format, args...)
	r.SkipNow()
}

// Skipped tells whether this attempt was broken off as one that cannot be made here.
func (r *record) Skipped() bool { return r.skipped }
