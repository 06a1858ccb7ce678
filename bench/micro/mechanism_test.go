package micro

import (
	"os"
	"runtime"
	"testing"

	"golang.org/x/sys/unix"
)

// mechanism is one way to do what a benchmark is about.
type mechanism struct {
	name string
	// run does it n times and says how often the other side saw it done. Set-up
	// comes before c.ResetTimer, what must be ended after c.StopTimer.
	run func(c clock, n int) (seen int, err error)
	// lacks says what this machine lacks for it; empty: nothing. Nil: it lacks nothing.
	lacks func() string
}

// clock is a *testing.B, or nothing in particular in a test.
type clock interface {
	ResetTimer()
	StopTimer()
}

type noClock struct{}

func (noClock) ResetTimer() {}
func (noClock) StopTimer()  {}

// measure runs each as a benchmark of its own.
func measure(b *testing.B, all []mechanism) {
	for _, m := range all {
		b.Run(m.name, func(b *testing.B) {
			m.mustHave(b)
			b.ReportAllocs()
			if seen, err := m.run(b, b.N); err != nil || seen != b.N {
				b.Fatalf("%d of %d happened, %v", seen, b.N, err)
			}
		})
	}
}

// verify sees that each does what it says, as often as it says.
func verify(t *testing.T, all []mechanism) {
	for _, m := range all {
		t.Run(m.name, func(t *testing.T) {
			m.mustHave(t)
			for _, n := range []int{1, 100} {
				if seen, err := m.run(noClock{}, n); err != nil || seen != n {
					t.Errorf("%d of %d happened, %v", seen, n, err)
				}
			}
		})
	}
}

func (m mechanism) mustHave(t testing.TB) {
	if m.lacks != nil {
		if what := m.lacks(); what != "" {
			t.Skip(what)
		}
	}
}

// processors are those that this process may use, two at most.
func processors() []int {
	var set unix.CPUSet
	var all []int
	if unix.SchedGetaffinity(0, &set) != nil {
		return nil
	}
	for i := 0; len(all) < 2 && i < 1024; i++ {
		if set.IsSet(i) {
			all = append(all, i)
		}
	}
	return all
}

func lacksProcessors(n int) func() string {
	return func() string {
		if len(processors()) < n {
			return "it needs two processors, and this process may use one"
		}
		here, _ := sides(1)
		if err := <-onThread(here, func() error { return nil }); err != nil {
			return "threads cannot be bound to processors here: " + err.Error()
		}
		return ""
	}
}

// onThread runs f on an OS thread of its own, bound to a processor (-1: to none), and
// returns what to receive from for its end. The thread ends with f.
func onThread(processor int, f func() error) <-chan error {
	over := make(chan error, 1)
	go func() {
		runtime.LockOSThread() // and never unlocked: the runtime ends the thread
		var err error
		if processor >= 0 {
			var set unix.CPUSet
			set.Set(processor)
			err = os.NewSyscallError("sched_setaffinity", unix.SchedSetaffinity(0, &set))
		}
		if err == nil {
			err = f()
		}
		over <- err
	}()
	return over
}

// sides are the processors of two threads: the same, two, or wherever they like.
func sides(processorsApart int) (here, there int) {
	all := processors()
	switch {
	case processorsApart == 0 || len(all) == 0:
		return -1, -1
	case processorsApart == 1:
		return all[0], all[0]
	default:
		return all[0], all[len(all)-1]
	}
}
