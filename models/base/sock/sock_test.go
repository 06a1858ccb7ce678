package sock

import (
	"errors"
	"net/netip"
	"os"
	"runtime"
	"strings"
	"testing"
	"time"

	"golang.org/x/sys/unix"
)

func TestParse(t *testing.T) {
	for _, c := range []struct{ in, want, err string }{
		{in: "127.0.0.1:0", want: "127.0.0.1:0"},
		{in: "localhost:8080", want: "127.0.0.1:8080"},
		{in: ":80", want: "0.0.0.0:80"},
		{in: "[::1]:9", want: "[::1]:9"},
		{in: "[::ffff:10.0.0.1]:9", want: "10.0.0.1:9"}, // an IPv4 address in disguise
		{in: "::1:9", err: "in brackets"},
		{in: "127.0.0.1", err: "no port"},
		{in: "127.0.0.1:http", err: `port "http"`},
		{in: "127.0.0.1:65536", err: "from 0 to 65535"},
		{in: "example.org:80", err: `host "example.org"`},
	} {
		got, err := Parse(c.in)
		if c.err != "" {
			if err == nil || !strings.Contains(err.Error(), c.err) || !strings.Contains(err.Error(), c.in) {
				t.Errorf("Parse(%q): error %v, want one that holds %q and the input", c.in, err, c.err)
			}
			continue
		}
		if err != nil || got.String() != c.want {
			t.Errorf("Parse(%q) = %v, %v, want %s", c.in, got, err, c.want)
		}
	}
}

// listen opens a listener on a free port of loopback for the test's life.
func listen(t *testing.T, backlog int) (int, netip.AddrPort) {
	t.Helper()
	ln, err := Listen("127.0.0.1:0", backlog, false)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { unix.Close(ln) })
	at, err := Addr(ln)
	if err != nil || at.Port() == 0 {
		t.Fatalf("Addr = %v, %v, want a chosen port", at, err)
	}
	return ln, at
}

func accept(t *testing.T, ln int, nonblock bool) int {
	t.Helper()
	if err := Wait(ln, unix.POLLIN, 5*time.Second); err != nil {
		t.Fatal(err)
	}
	fd, err := Accept(ln, nonblock)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { unix.Close(fd) })
	return fd
}

// What is accepted carries the listener's options without a call of its own.
func TestAcceptedOptions(t *testing.T) {
	ln, at := listen(t, 0)
	if _, err := Accept(ln, true); err != unix.EAGAIN {
		t.Fatalf("Accept on an empty queue: %v, want EAGAIN", err)
	}
	for _, nonblock := range []bool{true, false} {
		client, err := Dial(at, time.Second)
		if err != nil {
			t.Fatal(err)
		}
		defer unix.Close(client)
		fd := accept(t, ln, nonblock)
		for _, s := range []int{fd, client} {
			if v, err := unix.GetsockoptInt(s, unix.IPPROTO_TCP, unix.TCP_NODELAY); err != nil || v == 0 {
				t.Errorf("TCP_NODELAY = %d, %v, want on", v, err)
			}
			if v, err := unix.FcntlInt(uintptr(s), unix.F_GETFD, 0); err != nil || v&unix.FD_CLOEXEC == 0 {
				t.Errorf("descriptor flags = %#x, %v, want close on exec", v, err)
			}
		}
		if v, err := unix.FcntlInt(uintptr(fd), unix.F_GETFL, 0); err != nil || (v&unix.O_NONBLOCK != 0) != nonblock {
			t.Errorf("status flags = %#x, %v, want non-blocking %v", v, err, nonblock)
		}
		if v, err := unix.FcntlInt(uintptr(client), unix.F_GETFL, 0); err != nil || v&unix.O_NONBLOCK != 0 {
			t.Errorf("dialled status flags = %#x, %v, want blocking", v, err)
		}
	}
}

func TestListenErrors(t *testing.T) {
	_, at := listen(t, 0)
	_, err := Listen(at.String(), 0, false)
	if !errors.Is(err, unix.EADDRINUSE) || !strings.Contains(err.Error(), "choose another") {
		t.Errorf("a port in use: %v, want EADDRINUSE with its remedy", err)
	}
	if _, err := Listen("nowhere", 0, false); err == nil || !strings.Contains(err.Error(), `listen: address "nowhere"`) {
		t.Errorf("a bad address: %v, want it named", err)
	}
	first, err := Listen("127.0.0.1:0", 0, true)
	if err != nil {
		t.Fatal(err)
	}
	defer unix.Close(first)
	shared, _ := Addr(first)
	second, err := Listen(shared.String(), 0, true)
	if err != nil {
		t.Fatalf("a second listener with reuseport: %v", err)
	}
	unix.Close(second)
}

// Out of descriptors, Accept fails, the connection stays in the queue, and it
// is served when a descriptor is free again.
func TestAcceptUnderExhaustion(t *testing.T) {
	ln, at := listen(t, 0)
	client, err := Dial(at, time.Second)
	if err != nil {
		t.Fatal(err)
	}
	defer unix.Close(client)
	if err := Wait(ln, unix.POLLIN, 5*time.Second); err != nil {
		t.Fatal(err)
	}
	var was unix.Rlimit
	if err := unix.Getrlimit(unix.RLIMIT_NOFILE, &was); err != nil {
		t.Fatal(err)
	}
	none := was
	none.Cur = 0
	if err := unix.Setrlimit(unix.RLIMIT_NOFILE, &none); err != nil {
		t.Fatal(err)
	}
	_, err = Accept(ln, true)
	unix.Setrlimit(unix.RLIMIT_NOFILE, &was)
	if err != unix.EMFILE {
		t.Fatalf("Accept without descriptors: %v, want EMFILE", err)
	}
	accept(t, ln, true)
}

func TestBackoff(t *testing.T) {
	const ms = time.Millisecond
	var b Backoff
	for i, c := range []struct {
		err   error
		rest  time.Duration
		again bool
	}{
		{unix.EMFILE, 5 * ms, true},
		{unix.ENFILE, 10 * ms, true},
		{unix.ECONNABORTED, 0, true}, // one connection's misfortune: no rest, and the count stays
		{unix.ENOBUFS, 20 * ms, true},
		{unix.EMFILE, 40 * ms, true},
		{unix.EMFILE, 80 * ms, true},
		{unix.EMFILE, 160 * ms, true},
		{unix.EMFILE, 160 * ms, true}, // never longer
		{nil, 0, true},                // success, see below
		{unix.EMFILE, 5 * ms, true},
		{unix.EBADF, 0, false}, // the listener was closed
	} {
		if c.err == nil {
			b.Reset()
			continue
		}
		if rest, again := b.After(c.err); rest != c.rest || again != c.again {
			t.Errorf("row %d: After(%v) = %v, %v, want %v, %v", i, c.err, rest, again, c.rest, c.again)
		}
	}
}

func TestDialRefused(t *testing.T) {
	ln, at := listen(t, 0)
	unix.Close(ln)
	_, err := Dial(at, time.Second)
	if !errors.Is(err, unix.ECONNREFUSED) || !strings.Contains(err.Error(), at.String()) {
		t.Errorf("Dial to a closed port: %v, want ECONNREFUSED with the address", err)
	}
}

// A listener with a full queue drops what comes: the dialler must give up by itself.
func TestDialDeadline(t *testing.T) {
	_, at := listen(t, 1)
	for range 8 {
		fd, err := Dial(at, 50*time.Millisecond)
		if err != nil {
			if !errors.Is(err, os.ErrDeadlineExceeded) {
				t.Fatalf("Dial into a full queue: %v, want the deadline", err)
			}
			return
		}
		defer unix.Close(fd)
	}
	t.Fatal("eight connections fitted in a queue of one")
}

func TestBeginFrom(t *testing.T) {
	ln, at := listen(t, 0)
	from := netip.MustParseAddr("127.0.0.7")
	fd, done, err := Begin(at, from)
	if err != nil {
		t.Fatal(err)
	}
	defer unix.Close(fd)
	for !done {
		if err := Wait(fd, unix.POLLOUT, 5*time.Second); err != nil {
			t.Fatal(err)
		}
		if done, err = Finish(fd, at); err != nil {
			t.Fatal(err)
		}
	}
	if local, err := Addr(fd); err != nil || local.Addr() != from {
		t.Errorf("local address %v, %v, want %v", local, err, from)
	}
	accept(t, ln, true)
}

// Finish of a connect that goes on says so.
func TestFinishEarly(t *testing.T) {
	fd, err := unix.Socket(unix.AF_INET, unix.SOCK_STREAM, 0)
	if err != nil {
		t.Fatal(err)
	}
	defer unix.Close(fd)
	if done, err := Finish(fd, netip.AddrPort{}); done || err != nil {
		t.Errorf("Finish before the connection stands = %v, %v, want false and no error", done, err)
	}
}

func TestBlockBlocks(t *testing.T) {
	const d = 3 * time.Millisecond
	start := time.Now()
	Block(d)
	Block(0)
	Block(-d)
	if took := time.Since(start); took < d {
		t.Errorf("Block(%v) took %v", d, took)
	}
}

// A thread that asked for finer or coarser timers blocks as exactly as all others.
func TestBlockIsAsExactInEveryThread(t *testing.T) {
	runtime.LockOSThread()
	defer runtime.UnlockOSThread()
	was, err := unix.PrctlRetInt(unix.PR_GET_TIMERSLACK, 0, 0, 0, 0)
	if err != nil {
		t.Skipf("this kernel has no timer slack: %v", err)
	}
	defer unix.Prctl(unix.PR_SET_TIMERSLACK, uintptr(was), 0, 0, 0)
	for _, asked := range []uintptr{1, 10_000_000} { // a loop's, and what a slow watchdog leaves
		if err := unix.Prctl(unix.PR_SET_TIMERSLACK, asked, 0, 0, 0); err != nil {
			t.Fatal(err)
		}
		Block(time.Microsecond)
		if got, err := unix.PrctlRetInt(unix.PR_GET_TIMERSLACK, 0, 0, 0, 0); err != nil || got != slack {
			t.Errorf("after Block, the slack of a thread that had %d ns is %d, %v, want %d", asked, got, err, slack)
		}
	}
}
