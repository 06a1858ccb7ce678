package proc

import (
	"testing"
	"time"

	"golang.org/x/sys/unix"
)

// worker waits until the crew's one child has used what it will use.
func worker(t *testing.T, p *Proc, other int) (pid int) {
	t.Helper()
	for end := time.Now().Add(20 * time.Second); time.Now().Before(end); time.Sleep(time.Millisecond) {
		pids, err := p.Tree()
		if err != nil {
			t.Fatal(err)
		}
		for _, pid := range pids {
			if ns, err := clock(pid); pid != p.PID && pid != other && err == nil && ns >= 250e6 {
				return pid
			}
		}
	}
	t.Fatal("there is no child")
	return 0
}

// What a child has used is counted while it lives, at the moment it ends and when another
// has taken its place: at no edge of a slice is it missing, or there twice.
func TestReplacedChildrenAreCounted(t *testing.T) {
	p, _ := listening(t, helper(t, "crew"))
	last, least := 0, int64(0)
	for n := int64(1); n <= 3; n++ {
		last = worker(t, p, last)
		least = n * 240e6 // each rounded down in user and in system time
		u, err := p.Usage()
		if err != nil || u.CPU < least || u.CPU > 8*least {
			t.Fatalf("with child %d: %+v, %v; want %d ns and some for starts", n, u, err, least)
		}
		if err := unix.Kill(last, unix.SIGKILL); err != nil {
			t.Fatal(err)
		}
		before := u
		for range 30 { // while it ends, and the next begins
			u, err := p.Usage()
			if err != nil || u.CPU < before.CPU || u.Switches < before.Switches {
				t.Fatalf("at the end of child %d: %+v, %v; before it was %+v", n, u, err, before)
			}
			if sum, settled := cpuOf(must(p.members())(t)); settled && sum < before.CPU-20e6 {
				t.Fatalf("at the end of child %d: %d ns, before it was %d", n, sum, before.CPU)
			}
			before = u
		}
	}
}

func must[T any](v T, err error) func(*testing.T) T {
	return func(t *testing.T) T {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
		return v
	}
}

// A tree that was looked at before a child ended is not taken for the truth: the
// child is neither in it nor in what its parent had been told by then.
func TestStaleTreeIsLookedAtAgain(t *testing.T) {
	p, _ := listening(t, helper(t, "crew"))
	pid := worker(t, p, 0)
	tree := must(p.members())(t)
	whole, settled := cpuOf(tree)
	if !settled || whole < 240e6 {
		t.Fatalf("a quiet tree: %d ns, settled %v", whole, settled)
	}
	var childless []member // as a sweep has it that passes the child after its end
	for _, m := range tree {
		if m.pid != pid {
			childless = append(childless, m)
		}
	}
	unix.Kill(pid, unix.SIGKILL)
	for {
		if m, ok := lookAt(pid); !ok || m.state == "" {
			break
		}
		time.Sleep(time.Millisecond)
	}
	for name, stale := range map[string][]member{"with the child": tree, "without it": childless} {
		if sum, settled := cpuOf(stale); settled || sum >= whole {
			t.Errorf("%s: a stale tree gives %d ns, settled %v; the whole was %d", name, sum, settled, whole)
		}
	}
	if now := must(p.CPU())(t); now < whole-20e6 { // rounded down in user and in system time
		t.Errorf("CPU fell from %d to %d", whole, now)
	}
}
