package load

import (
	"fmt"
	"net/netip"
	"os"
	"strconv"
	"strings"
)

// sources are the local addresses that connections to one server come from. One
// address reaches one server over as many connections as there are local ports;
// loopback has 16 million addresses, so further ones are taken from it when
// ports run short.
type sources struct {
	loopback bool
	addrs    []netip.Addr // empty: the kernel chooses
	turn     int
}

// mostSources bounds how many local addresses are taken.
const mostSources = 200

// newSources plans for conns connections to to. Each address is planned to use
// four fifths of the ports, because others may use some.
func newSources(to netip.Addr, conns, ports int) (*sources, error) {
	s := &sources{loopback: to.Is4() && to.IsLoopback()}
	each := max(ports*4/5, 1)
	need := (conns + each - 1) / each
	switch {
	case need <= 1:
		return s, nil
	case !s.loopback:
		return nil, fmt.Errorf("%d connections to %s need more than the %d local ports: widen net.ipv4.ip_local_port_range or use fewer", conns, to, ports)
	case need > mostSources:
		return nil, fmt.Errorf("%d connections need %d local addresses, more than %d: widen net.ipv4.ip_local_port_range or use fewer", conns, need, mostSources)
	}
	for range need {
		s.grow()
	}
	return s, nil
}

// next gives the addresses in turn; the zero Addr lets the kernel choose.
func (s *sources) next() netip.Addr {
	if len(s.addrs) == 0 {
		return netip.Addr{}
	}
	s.turn = (s.turn + 1) % len(s.addrs)
	return s.addrs[s.turn]
}

// grow adds an address, 127.0.1.1 and up, after a connect found no port; false when
// there is none to add.
func (s *sources) grow() bool {
	if !s.loopback || len(s.addrs) >= mostSources {
		return false
	}
	s.addrs = append(s.addrs, netip.AddrFrom4([4]byte{127, 0, 1, byte(len(s.addrs) + 1)}))
	s.turn = len(s.addrs) - 2 // the new one is next
	return true
}

// localPorts is how many ports the kernel hands out for outgoing connections.
func localPorts() int {
	const fallback = 28232 // of 32768–60999, the kernel's default
	text, err := os.ReadFile("/proc/sys/net/ipv4/ip_local_port_range")
	if err != nil {
		return fallback
	}
	f := strings.Fields(string(text))
	if len(f) != 2 {
		return fallback
	}
	low, err1 := strconv.Atoi(f[0])
	high, err2 := strconv.Atoi(f[1])
	if err1 != nil || err2 != nil || high < low {
		return fallback
	}
	return high - low + 1
}
