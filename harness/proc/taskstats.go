package proc

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"os"
	"strconv"
	"sync"
	"unsafe"

	"golang.org/x/sys/unix"
)

// switched counts context switches.
type switched struct {
	all         int64
	involuntary int64 // of those, where the kernel took the processor away
}

func (s *switched) add(n switched) {
	s.all += n.all
	s.involuntary += n.involuntary
}

// switchesOf counts the context switches of the living threads of one process: by
// one question to the kernel where that is allowed (CAP_NET_ADMIN), else by a sweep
// over its threads, which takes 20 µs each.
func switchesOf(pid int) (switched, error) {
	if c := taskstats(); c != nil {
		if n, err := c.switches(pid); err == nil {
			return n, nil
		}
	}
	return sweep(pid)
}

// sweep adds up what /proc says of each thread.
func sweep(pid int) (sum switched, err error) {
	dir := fmt.Sprintf("/proc/%d/task/", pid)
	tasks, err := os.ReadDir(dir)
	if err != nil {
		return sum, err
	}
	for _, task := range tasks {
		status, err := os.ReadFile(dir + task.Name() + "/status")
		if err != nil {
			continue // ended since
		}
		for line := range bytes.Lines(status) {
			name, value, _ := bytes.Cut(line, []byte(":"))
			forced := string(name) == "nonvoluntary_ctxt_switches"
			if !forced && string(name) != "voluntary_ctxt_switches" {
				continue
			}
			n, err := strconv.ParseInt(string(bytes.TrimSpace(value)), 10, 64)
			if err != nil {
				return sum, fmt.Errorf("%s%s/status: %w", dir, task.Name(), err)
			}
			sum.all += n
			if forced {
				sum.involuntary += n
			}
		}
	}
	return sum, nil
}

// taskstatsClient asks the kernel for the accounts of a thread group, over generic
// netlink (Documentation/accounting/taskstats.rst).
type taskstatsClient struct {
	mu     sync.Mutex
	fd     int
	family uint16
}

// taskstats is the client, nil where the kernel or the privilege is not there.
var taskstats = sync.OnceValue(func() *taskstatsClient {
	fd, err := unix.Socket(unix.AF_NETLINK, unix.SOCK_RAW|unix.SOCK_CLOEXEC, unix.NETLINK_GENERIC)
	if err != nil {
		return nil
	}
	c := &taskstatsClient{fd: fd}
	// The kernel answers at once or not at all; a second is for ever.
	err = unix.SetsockoptTimeval(fd, unix.SOL_SOCKET, unix.SO_RCVTIMEO, &unix.Timeval{Sec: 1})
	if err == nil {
		err = c.resolve()
	}
	if err == nil {
		_, err = c.switches(os.Getpid())
	}
	if err != nil {
		unix.Close(fd)
		return nil
	}
	return c
})

func (c *taskstatsClient) resolve() error {
	answer, err := c.ask(unix.GENL_ID_CTRL, unix.CTRL_CMD_GETFAMILY, unix.CTRL_ATTR_FAMILY_NAME, []byte(unix.TASKSTATS_GENL_NAME+"\x00"))
	if err != nil {
		return err
	}
	id := attribute(answer, unix.CTRL_ATTR_FAMILY_ID)
	if len(id) < 2 {
		return fmt.Errorf("taskstats: the kernel names no family")
	}
	c.family = binary.NativeEndian.Uint16(id)
	return nil
}

// switches are those of pid's living threads.
func (c *taskstatsClient) switches(pid int) (switched, error) {
	who := binary.NativeEndian.AppendUint32(nil, uint32(pid))
	answer, err := c.ask(c.family, unix.TASKSTATS_CMD_GET, unix.TASKSTATS_CMD_ATTR_TGID, who)
	if err != nil {
		return switched{}, fmt.Errorf("taskstats of %d: %w", pid, err)
	}
	var s unix.Taskstats
	raw := attribute(attribute(answer, unix.TASKSTATS_TYPE_AGGR_TGID), unix.TASKSTATS_TYPE_STATS)
	if end := unsafe.Offsetof(s.Nivcsw) + unsafe.Sizeof(s.Nivcsw); uintptr(len(raw)) < end {
		return switched{}, fmt.Errorf("taskstats of %d: %d bytes, want at least %d", pid, len(raw), end)
	}
	at := func(offset uintptr) int64 { return int64(binary.NativeEndian.Uint64(raw[offset:])) }
	involuntary := at(unsafe.Offsetof(s.Nivcsw))
	return switched{at(unsafe.Offsetof(s.Nvcsw)) + involuntary, involuntary}, nil
}

const (
	netlinkHeader = unix.SizeofNlMsghdr
	genlHeader    = 4
	attrHeader    = unix.SizeofNlAttr
)

// ask sends one command with one attribute and gives the answer's attributes.
func (c *taskstatsClient) ask(family uint16, command byte, attr uint16, value []byte) ([]byte, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	m := make([]byte, netlinkHeader, 64)
	m = append(m, command, 1, 0, 0)
	m = binary.NativeEndian.AppendUint16(m, uint16(attrHeader+len(value)))
	m = binary.NativeEndian.AppendUint16(m, attr)
	m = append(m, value...)
	for len(m)%4 != 0 {
		m = append(m, 0)
	}
	binary.NativeEndian.PutUint32(m, uint32(len(m)))
	binary.NativeEndian.PutUint16(m[4:], family)
	binary.NativeEndian.PutUint16(m[6:], unix.NLM_F_REQUEST)
	if err := unix.Sendto(c.fd, m, 0, &unix.SockaddrNetlink{Family: unix.AF_NETLINK}); err != nil {
		return nil, err
	}
	b := make([]byte, 8<<10)
	n, _, err := unix.Recvfrom(c.fd, b, 0)
	if err != nil {
		return nil, err
	}
	if b = b[:n]; n < netlinkHeader+genlHeader {
		return nil, fmt.Errorf("an answer of %d bytes", n)
	}
	if binary.NativeEndian.Uint16(b[4:]) == unix.NLMSG_ERROR {
		return nil, unix.Errno(-int32(binary.NativeEndian.Uint32(b[netlinkHeader:])))
	}
	return b[netlinkHeader+genlHeader:], nil
}

// attribute finds a netlink attribute by type; nil if there is none.
func attribute(b []byte, kind uint16) []byte {
	for len(b) >= attrHeader {
		size := int(binary.NativeEndian.Uint16(b))
		if size < attrHeader || size > len(b) {
			return nil
		}
		if binary.NativeEndian.Uint16(b[2:])&^(1<<15) == kind {
			return b[attrHeader:size]
		}
		b = b[min(len(b), (size+3)&^3):]
	}
	return nil
}
