package ring

import (
	"strings"
	"testing"

	"golang.org/x/sys/unix"
)

// needsRing leaves a test out where the kernel has no io_uring to offer.
func needsRing(t *testing.T) {
	t.Helper()
	if _, err := Probe(Wish{}); err != nil {
		t.Skip(err)
	}
}

// kernel has setup answer as an older or closed kernel would.
func kernel(t *testing.T, answer func(p *params) unix.Errno) {
	real := setup
	t.Cleanup(func() { setup = real })
	setup = func(sq uint32, p *params) (int, unix.Errno) {
		if errno := answer(p); errno != 0 {
			return -1, errno
		}
		return real(sq, p)
	}
}

// The ladder goes down to what the kernel has, and says what that is.
func TestLadder(t *testing.T) {
	needsRing(t)
	for _, row := range []struct {
		lacks uint32 // flags that the kernel does not know
		wish  Wish
		want  string
		says  string
	}{
		{0, Wish{Shots: "single"}, "defer single", "an operation for each"},
		{setupDefer, Wish{}, "coop multi", "coop_taskrun"},
		{setupDefer | setupCoop, Wish{}, "plain multi", "interrupt"},
		{0, Wish{Taskrun: "plain", Shots: "multi"}, "plain multi", "multishot"},
	} {
		t.Run(row.want, func(t *testing.T) {
			kernel(t, func(p *params) unix.Errno {
				if p.flags&row.lacks != 0 {
					return unix.EINVAL
				}
				return 0
			})
			f, err := Probe(row.wish)
			if err != nil {
				t.Fatal(err)
			}
			if got := f.Taskrun + " " + f.Shots; got != row.want || !strings.Contains(f.String(), row.says) {
				t.Errorf("found %s (%s), want %s (… %s …)", got, f, row.want, row.says)
			}
		})
	}
}

// A kernel that has none of it is told apart, with the remedy.
func TestRefusals(t *testing.T) {
	for _, row := range []struct {
		errno unix.Errno
		wish  Wish
		says  string
	}{
		{unix.ENOSYS, Wish{}, "built without"},
		{unix.EPERM, Wish{}, "seccomp"},
		{unix.ENOMEM, Wish{}, "ulimit -l"},
		{unix.EINVAL, Wish{Taskrun: "defer"}, "6.1"},
	} {
		kernel(t, func(*params) unix.Errno { return row.errno })
		for what, try := range map[string]func() error{
			"Probe": func() error { _, err := Probe(row.wish); return err },
			"New":   func() error { _, err := New(row.wish, 64); return err },
		} {
			if err := try(); err == nil || !strings.Contains(err.Error(), row.says) {
				t.Errorf("%s with %v: got %v, want the word %q", what, row.errno, err, row.says)
			}
		}
	}
}
