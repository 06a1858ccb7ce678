package load

import (
	"net/netip"
	"strings"
	"testing"
)

func TestSources(t *testing.T) {
	local, far := netip.MustParseAddr("127.0.0.1"), netip.MustParseAddr("192.0.2.1")
	for _, c := range []struct {
		to    netip.Addr
		conns int
		ports int
		addrs int    // that are taken; 0: the kernel chooses
		err   string // instead
	}{
		{local, 1000, 28232, 0, ""},
		{local, 22585, 28232, 0, ""}, // just four fifths
		{local, 22586, 28232, 2, ""},
		{local, 100_000, 28232, 5, ""},
		{local, 100, 10, 13, ""},
		{local, 10_000, 10, 0, "more than 200: widen net.ipv4.ip_local_port_range"},
		{far, 20_000, 28232, 0, ""},
		{far, 30_000, 28232, 0, "widen net.ipv4.ip_local_port_range or use fewer"},
		{netip.MustParseAddr("::1"), 30_000, 28232, 0, "widen net.ipv4.ip_local_port_range"},
	} {
		s, err := newSources(c.to, c.conns, c.ports)
		if c.err != "" {
			if err == nil || !strings.Contains(err.Error(), c.err) {
				t.Errorf("%d connections to %s: error %v, want %q", c.conns, c.to, err, c.err)
			}
			continue
		}
		if err != nil || len(s.addrs) != c.addrs {
			t.Errorf("%d connections to %s: %d addresses, error %v; want %d", c.conns, c.to, len(s.addrs), err, c.addrs)
		}
	}
}

func TestSourcesTakeTurnsAndGrow(t *testing.T) {
	s, err := newSources(netip.MustParseAddr("127.0.0.1"), 25, 10)
	if err != nil {
		t.Fatal(err)
	}
	counts := map[netip.Addr]int{}
	for range 4 * len(s.addrs) {
		counts[s.next()]++
	}
	if len(counts) != 4 {
		t.Fatalf("%d addresses in use, want 4", len(counts))
	}
	for a, n := range counts {
		if n != 4 || !a.IsLoopback() {
			t.Errorf("address %s used %d times, want a loopback address 4 times", a, n)
		}
	}
	if !s.grow() || s.next() != netip.MustParseAddr("127.0.1.5") {
		t.Error("the address that was added is not the next")
	}
	for s.grow() {
	}
	if len(s.addrs) != mostSources {
		t.Errorf("grew to %d addresses, want %d", len(s.addrs), mostSources)
	}
}

func TestLocalPorts(t *testing.T) {
	if n := localPorts(); n < 1 || n > 65536 {
		t.Errorf("%d local ports", n)
	}
}
