package nonblocking

import (
	"fmt"
	"os"
	"os/exec"
	"strings"
	"testing"
	"time"

	"golang.org/x/sys/unix"
)

// The server runs in a child, whose descriptors are then few; the test is its client.
func TestAcceptWithoutDescriptors(t *testing.T) {
	if os.Getenv("ASSAY_TEST_CHILD") != "" {
		child(t)
		return
	}
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	cmd := exec.Command(self, "-test.run=^TestAcceptWithoutDescriptors$")
	cmd.Env = append(os.Environ(), "ASSAY_TEST_CHILD=1")
	in, err := cmd.StdinPipe()
	if err != nil {
		t.Fatal(err)
	}
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	cmd.Stderr = os.Stderr
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	var addr string
	if _, err := fmt.Fscan(out, &addr); err != nil {
		t.Fatal(err)
	}
	h := &host{t: t, addr: addr}
	var peers []*peer
	for range 40 { // the kernel queues those that the server cannot accept
		peers = append(peers, h.dial())
	}
	for _, p := range peers {
		p.send(get("/echo?x"))
	}
	var served, waiting []*peer
	for _, p := range peers {
		_ = p.SetReadDeadline(time.Now().Add(50 * time.Millisecond))
		if _, err := p.r.Peek(1); err != nil {
			waiting = append(waiting, p)
			continue
		}
		served = append(served, p)
	}
	if len(served) == 0 || len(waiting) == 0 {
		t.Errorf("%d connections were served at first and %d were not; the limit did not bind", len(served), len(waiting))
	}
	for len(served) > 0 { // each that closes makes room for one that waits
		served[0].want("200 x")
		served[0].Close()
		served = served[1:]
		if len(waiting) > 0 {
			_ = waiting[0].SetReadDeadline(time.Now().Add(patience))
			served, waiting = append(served, waiting[0]), waiting[1:]
		}
	}
	in.Close()
	if err := cmd.Wait(); err != nil {
		t.Errorf("the child: %v", err)
	}
}

func child(t *testing.T) {
	h := start(t, service(handlers()))
	time.Sleep(time.Millisecond) // the runtime opens its own poller with its first timer: not when nothing is left
	probe, err := unix.Dup(0)    // the lowest free number
	if err != nil {
		t.Fatal(err)
	}
	unix.Close(probe)
	limit := unix.Rlimit{Cur: uint64(probe) + 8, Max: uint64(probe) + 8}
	if err := unix.Setrlimit(unix.RLIMIT_NOFILE, &limit); err != nil {
		t.Fatal(err)
	}
	fmt.Println(h.addr)
	_, _ = os.Stdin.Read(make([]byte, 1))
	if n := strings.Count(h.log.String(), "too many open files"); n == 0 || n > 20 {
		t.Errorf("%d lines of log tell of the shortage, want a few:\n%s", n, h.log.String())
	}
}

func TestListenerThatFailsEndsTheServer(t *testing.T) {
	h := start(t, service(handlers()))
	h.on(func() {
		a := &acceptor{srv: h.Server, fd: -1}
		a.accept()
	})
	if err := <-h.done; err == nil {
		t.Error("Run returned nil, want the listener's error")
	}
	h.done <- nil
}
