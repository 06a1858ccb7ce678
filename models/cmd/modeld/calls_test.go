package main

import (
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
)

// traced are the system calls by which a loop serves: the Go runtime makes others,
// when it likes.
var traced = []string{
	"read", "write", "accept4", "close", "shutdown", "epoll_create1", "epoll_ctl", "epoll_pwait", "epoll_pwait2",
	"eventfd2", "socket", "setsockopt", "getsockopt", "sendto", "recvfrom", "ioctl",
}

// calls counts the system calls of an arm over n requests of one client, one after
// the other, the start and the end of the server included.
func calls(t *testing.T, arm string, n int) map[string]int {
	t.Helper()
	model, options, _ := strings.Cut(arm, ":")
	file := filepath.Join(t.TempDir(), "calls")
	p := launch(t, exec.Command("strace", "-f", "-c", "-U", "calls,name", "-e", "trace="+strings.Join(traced, ","),
		"-o", file, "modeld", model), "echo", options)
	for range n {
		if got := p.get("/echo?bytes=3"); got != "abc" {
			t.Fatalf("echo: got %q, want abc", got)
		}
	}
	p.stdin.Close()
	p.wantExit(0)
	text, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	counts := map[string]int{}
	for line := range strings.Lines(string(text)) {
		if f := strings.Fields(line); len(f) == 2 {
			if n, err := strconv.Atoi(f[0]); err == nil && f[1] != "total" {
				counts[f[1]] = n
			}
		}
	}
	return counts
}

// One loop of several makes the system calls of the one loop that reactor is.
func TestOneLoopMakesTheCallsOfAReactor(t *testing.T) {
	if exec.Command("strace", "-o", os.DevNull, "true").Run() != nil {
		t.Skip("strace is not installed, or may not trace here")
	}
	const n = 300
	reactor, one := calls(t, "reactor", n), calls(t, "multireactor:loops=1", n)
	if reactor["read"] < n || reactor["write"] < n {
		t.Fatalf("a reactor made these calls for %d requests: %v", n, reactor)
	}
	for _, name := range traced {
		// A signal of the runtime's own interrupts a wait now and then.
		if d := one[name] - reactor[name]; d < -n/30 || d > n/30 {
			t.Errorf("%s: %d calls, of a reactor %d", name, one[name], reactor[name])
		}
	}
}
