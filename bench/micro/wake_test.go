package micro

import (
	"fmt"
	"testing"
	"unsafe"

	"golang.org/x/sys/unix"
)

// wakes are how a loop learns that somebody who waits can go on. With sides=1 one thread
// does all of it: a wake-up an operation, and no switch, so that the kernel's part is seen
// bare beside a list in memory. With sides=2 two threads wake each other, both having
// gone to sleep: two wake-ups an operation (wake_pair_test.go).
var wakes = append([]mechanism{
	{name: "via=memory/sides=1/lang=go", run: wakeMemory},
	{name: "via=eventfd/sides=1/lang=go", run: func(c clock, n int) (int, error) { return wakeAlone(c, n, openEventfd) }},
	{name: "via=pipe/sides=1/lang=go", run: func(c clock, n int) (int, error) { return wakeAlone(c, n, openPipe) }},
	{name: "via=socket/sides=1/lang=go", run: func(c clock, n int) (int, error) { return wakeAlone(c, n, openSocket) }},
	inC("wake-eventfd", 1, "via=eventfd/sides=1/lang=c"),
	inC("wake-pipe", 1, "via=pipe/sides=1/lang=c"),
}, pairWakes()...)

func BenchmarkWake(b *testing.B) { measure(b, wakes) }
func TestWake(t *testing.T)      { verify(t, wakes) }

// wakeMemory is what switch/how=callback is, but with the waiter found by its number,
// as a loop finds it by its descriptor.
func wakeMemory(c clock, n int) (int, error) {
	var waiting [64]func()
	seen := 0
	for i := range waiting {
		waiting[i] = func() { seen++ }
	}
	var ready []int
	c.ResetTimer()
	for i := range n {
		ready = append(ready, i%len(waiting))
		for _, who := range ready {
			waiting[who]()
		}
		ready = ready[:0]
	}
	return seen, nil
}

// end is one end to write to, one to read from, and the bytes of a message.
type end struct{ in, out, size int }

func (e end) close() {
	unix.Close(e.in)
	if e.out != e.in {
		unix.Close(e.out)
	}
}

func openEventfd() (end, error) {
	fd, err := unix.Eventfd(0, unix.EFD_CLOEXEC|unix.EFD_NONBLOCK)
	if err != nil {
		return end{}, fmt.Errorf("eventfd: %w", err)
	}
	return end{fd, fd, 8}, nil
}

func openPipe() (end, error) {
	var p [2]int
	if err := unix.Pipe2(p[:], unix.O_CLOEXEC|unix.O_NONBLOCK); err != nil {
		return end{}, fmt.Errorf("pipe: %w", err)
	}
	return end{p[0], p[1], 1}, nil
}

func openSocket() (end, error) {
	p, err := unix.Socketpair(unix.AF_UNIX, unix.SOCK_STREAM|unix.SOCK_CLOEXEC|unix.SOCK_NONBLOCK, 0)
	if err != nil {
		return end{}, fmt.Errorf("socketpair: %w", err)
	}
	return end{p[0], p[1], 1}, nil
}

// wakeAlone writes, learns by epoll that there is something to read, and reads it.
func wakeAlone(c clock, n int, open func() (end, error)) (int, error) {
	e, err := open()
	if err != nil {
		return 0, err
	}
	defer e.close()
	p, err := newPoller(e.in)
	if err != nil {
		return 0, err
	}
	defer p.close()
	seen := 0
	c.ResetTimer()
	for range n {
		e.send(1)
		if p.ready() && e.take() == 1 {
			seen++
		}
	}
	c.StopTimer()
	return seen, nil
}

// poller is an epoll instance with one descriptor.
type poller struct {
	fd     int
	events [1]unix.EpollEvent
}

func newPoller(fd int) (*poller, error) {
	ep, err := unix.EpollCreate1(unix.EPOLL_CLOEXEC)
	if err != nil {
		return nil, fmt.Errorf("epoll_create1: %w", err)
	}
	if err := unix.EpollCtl(ep, unix.EPOLL_CTL_ADD, fd, &unix.EpollEvent{Events: unix.EPOLLIN}); err != nil {
		unix.Close(ep)
		return nil, fmt.Errorf("epoll_ctl: %w", err)
	}
	return &poller{fd: ep}, nil
}

func (p *poller) close() { unix.Close(p.fd) }

// The calls below cannot block, because what they ask for is there or the descriptor
// does not block. So the Go scheduler need not be told, as the models' loop does not tell it.

func (p *poller) ready() bool {
	n, _, _ := unix.RawSyscall6(unix.SYS_EPOLL_PWAIT, uintptr(p.fd), uintptr(unsafe.Pointer(&p.events)), 1, 0, 0, 0)
	return n == 1
}

func (e end) send(what byte) {
	m := [8]byte{what}
	_, _, _ = unix.RawSyscall(unix.SYS_WRITE, uintptr(e.out), uintptr(unsafe.Pointer(&m)), uintptr(e.size))
}

// take gives 0 if nothing was there.
func (e end) take() byte {
	var m [8]byte
	_, _, _ = unix.RawSyscall(unix.SYS_READ, uintptr(e.in), uintptr(unsafe.Pointer(&m)), uintptr(e.size))
	return m[0]
}
