package oracle

import (
	"testing"
	"time"

	"golang.org/x/sys/unix"
)

// The kernel says when answers left, and agrees with the oracle: never before the oracle sent them,
// and never less after the request than the law says.
func TestKernelSaysWhenAnswersLeft(t *testing.T) {
	s := running(t, "fixed:2ms")
	c, r := dial(t, s)
	const n = 4 * sampleEvery
	for range n {
		say(t, c, get)
		if status, body, _ := hear(t, r); status != 200 || body != "ok" {
			t.Fatalf("got %d %q", status, body)
		}
	}
	got := statsOf(t, s, "/-/stats")
	if !stampsSends(t) {
		t.Skip("this kernel does not stamp what is sent")
	}
	if got.Left.Count != n/sampleEvery || got.Left.P50 < 0 || got.Kernel.Count < n/sampleEvery-1 || got.Kernel.P50 < int64(2*time.Millisecond) {
		t.Errorf("left %+v, kernel %+v", got.Left, got.Kernel)
	}
	if own := got.Delay.Max; got.Kernel.P50 > own+got.Left.Max {
		t.Errorf("by the kernel's clock half took more than %d ns, by the oracle's none more than %d", got.Kernel.P50, own)
	}
}

// stampsSends says whether the kernel knows the stamps that are asked for. Where it does, it must give them.
func stampsSends(t *testing.T) bool {
	t.Helper()
	fd, err := unix.Socket(unix.AF_INET, unix.SOCK_STREAM|unix.SOCK_CLOEXEC, 0)
	if err != nil {
		t.Fatal(err)
	}
	defer unix.Close(fd)
	return unix.SetsockoptInt(fd, unix.SOL_SOCKET, unix.SO_TIMESTAMPING, unix.SOF_TIMESTAMPING_SOFTWARE|unix.SOF_TIMESTAMPING_OPT_TSONLY) == nil
}
