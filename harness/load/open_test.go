package load

import (
	"context"
	"net"
	"strings"
	"sync"
	"testing"
	"time"
)

func TestCommandsRefused(t *testing.T) {
	s := newServer(t, answer1)
	g := newTestGenerator(t, 1)
	do(t, g, openNumbers(s.addr, 2))
	gone, err := net.Listen("tcp4", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	gone.Close()
	refused := openNumbers(gone.Addr().String(), 3)
	refused.Arm = "refused"
	for _, c := range []struct {
		name string
		c    Command
		want string
	}{
		{"operation", Command{Op: "slise"}, `did you mean "slice"?`},
		{"arm", Command{Op: OpSlice, Arm: "b"}, `arm "b" is not open; open are ["a"]`},
		{"close", Command{Op: OpClose, Arm: "b"}, `arm "b" is not open`},
		{"open twice", openNumbers(s.addr, 2), "it is open already"},
		{"address", Command{Op: OpOpen, Arm: "x", Addr: "nowhere", Conns: 1, URLPath: "/"}, "no port"},
		{"no connections", Command{Op: OpOpen, Arm: "x", Addr: s.addr, URLPath: "/"}, "0 connections"},
		{"nothing to ask", Command{Op: OpOpen, Arm: "x", Addr: s.addr, Conns: 1}, "neither a workload nor a URL path"},
		{"path", Command{Op: OpOpen, Arm: "x", Addr: s.addr, Conns: 1, URLPath: "/a b"}, `URL path "/a b"`},
		{"workload", Command{Op: OpOpen, Arm: "x", Addr: s.addr, Conns: 1, Workload: "nought"}, `unknown workload "nought"`},
		{"descriptors", Command{Op: OpOpen, Arm: "x", Addr: s.addr, Conns: 1 << 29, URLPath: "/"}, "ulimit -n"},
		{"refused", refused, "0 of 3 connections: dial"},
		{"duration", Command{Op: OpSlice, Arm: "a"}, "duration 0s"},
		{"rate", Command{Op: OpSlice, Arm: "a", Duration: 1e9, Rate: -1}, "rate -1"},
		{"arrivals", Command{Op: OpSlice, Arm: "a", Duration: 1e9, Rate: 10, Arrivals: "x"}, `arrivals "x"`},
	} {
		r := g.Do(context.Background(), c.c)
		if !strings.Contains(r.Error, c.want) {
			t.Errorf("%s: error %q, want it to say %q", c.name, r.Error, c.want)
		}
	}
	if r := do(t, g, Command{Op: OpCPU}); r.CPU <= 0 {
		t.Errorf("CPU time %d", r.CPU)
	}
	accounted(t, do(t, g, Command{Op: OpSlice, Arm: "a", Duration: int64(20 * time.Millisecond)}))
}

// A connect that fails leaves nothing behind: the arm can be opened later.
func TestOpenAgainAfterFailure(t *testing.T) {
	ln, err := net.Listen("tcp4", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	ln.Close()
	g := newTestGenerator(t, 1)
	if r := g.Do(context.Background(), openNumbers(ln.Addr().String(), 2)); r.Error == "" {
		t.Fatal("connected to nobody")
	}
	s := newServer(t, answer1)
	if r := do(t, g, openNumbers(s.addr, 2)); r.Connected != 2 {
		t.Errorf("%d connected, want 2", r.Connected)
	}
}

// A ramp spreads the connects over its time.
func TestRamp(t *testing.T) {
	const ramp = 200 * time.Millisecond
	s := newServer(t, answer1)
	g := newTestGenerator(t, 1)
	c := openNumbers(s.addr, 10)
	c.RampNanos = int64(ramp)
	start := time.Now()
	if r := do(t, g, c); r.Connected != 10 {
		t.Errorf("%d connected, want 10", r.Connected)
	}
	if took := time.Since(start); took < ramp*9/10 {
		t.Errorf("10 connections in %v, want them over %v", took, ramp)
	}
}

// When the ports of one local address do not suffice, connections come from several.
func TestSeveralSourceAddresses(t *testing.T) {
	var mu sync.Mutex
	from := map[string]int{}
	s := newServer(t, func(c *net.TCPConn, n int, head string) bool {
		mu.Lock()
		from[c.RemoteAddr().(*net.TCPAddr).IP.String()]++
		mu.Unlock()
		return answer1(c, n, head)
	})
	g := newTestGenerator(t, 1)
	g.ports = 5
	do(t, g, openNumbers(s.addr, 12)) // of 5 ports 4 are used: 3 addresses
	for range 40 {                    // a busy machine may send little in one slice
		accounted(t, do(t, g, Command{Op: OpSlice, Arm: "a", Duration: int64(50 * time.Millisecond)}))
		mu.Lock()
		seen := len(from)
		mu.Unlock()
		if seen == 3 {
			break
		}
	}
	mu.Lock()
	defer mu.Unlock()
	if len(from) != 3 || from["127.0.1.1"] == 0 || from["127.0.1.3"] == 0 {
		t.Errorf("requests by source address: %v; want 127.0.1.1 to 127.0.1.3", from)
	}
}

// Connections that are only held are opened, and opened again when they are lost.
func TestIdleConnectionsAreHeld(t *testing.T) {
	s := newServer(t, answer1)
	g := newTestGenerator(t, 1)
	c := openNumbers(s.addr, 1)
	c.Idle = 20
	do(t, g, c)
	eventually(t, "all are accepted", func() bool { return s.accepted.Load() == 21 })
	s.mu.Lock()
	for c := range s.conns {
		c.Close()
	}
	s.mu.Unlock()
	eventually(t, "all are opened again", func() bool { return s.accepted.Load() == 42 })
	r := do(t, g, Command{Op: OpSlice, Arm: "a", Duration: int64(20 * time.Millisecond)})
	accounted(t, r)
	if r.Connected != 21 || r.Load.Reopened != 21 || len(r.Load.Errors) != 0 {
		t.Errorf("%d connected, %d reopened, errors %v; want 21, 21, none", r.Connected, r.Load.Reopened, r.Load.Errors)
	}
}
