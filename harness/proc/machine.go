package proc

import (
	"fmt"
	"os"
	"time"

	"github.com/prometheus/procfs"
	"golang.org/x/sys/unix"
)

// Machine is what the kernel has counted since boot; differences mean something.
type Machine struct {
	Busy        int64 // processors not idle, all together, ns in steps of 10 ms
	Steal       int64 // time that the hypervisor gave to others, ns in steps of 10 ms
	Forks       int64 // processes and threads born
	Retransmits int64 // TCP segments sent again
	ListenDrops int64 // connections dropped at listening sockets

	At        int64         // CLOCK_MONOTONIC, ns
	Idle      map[int]int64 // time in which a processor was idle or taken away, by its number, ns in steps of 10 ms
	Throttled int64         // time for which the control group's quota stopped its threads, ns

	// Time in which some task waited for a thing, ns.
	PressureCPU, PressureMemory, PressureIO int64
}

// BusyOf is how long the processors cpus together were busy since an earlier look, ns.
func (m *Machine) BusyOf(cpus []int, before *Machine) int64 {
	var busy int64
	for _, cpu := range cpus {
		busy += m.At - before.At - (m.Idle[cpu] - before.Idle[cpu])
	}
	return max(0, busy)
}

// Look reads the machine's counters.
func Look() (Machine, error) {
	fs, err := procfs.NewFS(procfs.DefaultMountPoint)
	if err != nil {
		return Machine{}, fmt.Errorf("counters of the machine: %w", err)
	}
	now, err := monotonic()
	if err != nil {
		return Machine{}, err
	}
	stat, err := fs.Stat()
	if err != nil {
		return Machine{}, fmt.Errorf("counters of the machine: %w", err)
	}
	// The kernel samples busy time at its ticks, which a load in step with them
	// fools; idle time it measures. So busy is what is not idle.
	t := stat.CPUTotal
	notBusy := t.Idle + t.Iowait + t.Steal
	m := Machine{
		Busy:  now*int64(len(stat.CPU)) - int64(notBusy*1e9),
		Steal: int64(t.Steal * 1e9),
		Forks: int64(stat.ProcessCreated),
		At:    now, Idle: make(map[int]int64, len(stat.CPU)), Throttled: throttled(),
		PressureCPU: pressure("cpu"), PressureMemory: pressure("memory"), PressureIO: pressure("io"),
	}
	for cpu, c := range stat.CPU {
		m.Idle[int(cpu)] = int64((c.Idle + c.Iowait + c.Steal) * 1e9)
	}
	self, err := procfs.Self()
	if err != nil {
		return Machine{}, fmt.Errorf("counters of the machine: %w", err)
	}
	if snmp, err := self.Snmp(); err == nil && snmp.Tcp.RetransSegs != nil {
		m.Retransmits = int64(*snmp.Tcp.RetransSegs)
	}
	if netstat, err := self.Netstat(); err == nil && netstat.ListenDrops != nil {
		m.ListenDrops = int64(*netstat.ListenDrops)
	}
	return m, nil
}

// monotonic is CLOCK_MONOTONIC, ns.
func monotonic() (int64, error) {
	var ts unix.Timespec
	if err := unix.ClockGettime(unix.CLOCK_MONOTONIC, &ts); err != nil {
		return 0, fmt.Errorf("clock: %w", err)
	}
	return ts.Nano(), nil
}

// Now is CLOCK_MONOTONIC, ns: the clock that the generator stamps with.
func Now() int64 {
	now, err := monotonic()
	if err != nil {
		return time.Now().UnixNano() // cannot happen: every Linux has the clock
	}
	return now
}

// TCPMemory is what the machine's TCP sockets hold in buffers, bytes: on loopback, both ends.
func TCPMemory() (int64, error) {
	fs, err := procfs.NewFS(procfs.DefaultMountPoint)
	if err != nil {
		return 0, fmt.Errorf("memory of sockets: %w", err)
	}
	stat, err := fs.NetSockstat()
	if err != nil {
		return 0, fmt.Errorf("memory of sockets: %w", err)
	}
	for _, protocol := range stat.Protocols {
		if protocol.Protocol == "TCP" && protocol.Mem != nil {
			return int64(*protocol.Mem) * int64(os.Getpagesize()), nil
		}
	}
	return 0, fmt.Errorf("memory of sockets: /proc/net/sockstat has no line for TCP")
}
