package micro

import (
	"fmt"
	"sync/atomic"
	"testing"
	"unsafe"

	"golang.org/x/sys/unix"
)

// threadSwitches are those in which the kernel switches from one thread to
// another: on one processor it must, across two it has to wake the other.
func threadSwitches() []mechanism {
	all := []mechanism{{name: "how=thread-channel", run: switchThreads}}
	for _, cpus := range []int{1, 2} {
		for _, how := range []struct {
			name string
			make func() (baton, error)
		}{{"pipe", newPipes}, {"eventfd", newEventfds}, {"futex", newFutex}} {
			all = append(all, mechanism{
				name:  fmt.Sprintf("how=thread-%s/lang=go/cpus=%d", how.name, cpus),
				run:   func(c clock, n int) (int, error) { return switchBaton(c, n, cpus, how.make) },
				lacks: lacksProcessors(cpus),
			})
		}
		for _, how := range []string{"pipe", "eventfd", "futex", "condvar"} {
			all = append(all, inC("thread-"+how, cpus, fmt.Sprintf("how=thread-%s/lang=c/cpus=%d", how, cpus)))
		}
	}
	return append(all, inC("swapcontext", 1, "how=coroutine/lang=c"))
}

// switchThreads are goroutines on a channel again, each locked to a thread.
func switchThreads(c clock, n int) (int, error) {
	there, back := make(chan int), make(chan int)
	seen := 0
	other := onThread(-1, func() error { pong(there, back, &seen); return nil })
	err := <-onThread(-1, func() error {
		c.ResetTimer()
		ping(there, back, n)
		c.StopTimer()
		return nil
	})
	close(there)
	<-back
	<-other
	return seen, err
}

// baton passes between two threads, 0 and 1, which block in the kernel without it.
type baton interface {
	pass(to int)       // gives it to the other
	await(me int) bool // blocks until it is here; false: no more
	end()              // tells 1 that there is no more
	close()            // releases what it is made of
}

// switchBaton counts how often thread 1 had it.
func switchBaton(c clock, n, cpus int, make func() (baton, error)) (int, error) {
	b, err := make()
	if err != nil {
		return 0, err
	}
	defer b.close()
	here, there := sides(cpus)
	seen := 0
	other := onThread(there, func() error {
		for b.await(1) {
			seen++
			b.pass(0)
		}
		return nil
	})
	err = <-onThread(here, func() error {
		c.ResetTimer()
		for range n {
			b.pass(1)
			b.await(0)
		}
		c.StopTimer()
		b.end()
		return nil
	})
	if other := <-other; err == nil {
		err = other
	}
	return seen, err
}

// fds is a baton of two descriptors to read and two to write, by thread.
type fds struct {
	in, out [2]int
	size    int // of a message in bytes
}

func newPipes() (baton, error) {
	b := &fds{size: 1}
	for i := range b.in {
		var p [2]int
		if err := unix.Pipe2(p[:], unix.O_CLOEXEC); err != nil {
			return nil, fmt.Errorf("pipe: %w", err)
		}
		b.in[i], b.out[i] = p[0], p[1]
	}
	return b, nil
}

func newEventfds() (baton, error) {
	b := &fds{size: 8}
	for i := range b.in {
		fd, err := unix.Eventfd(0, unix.EFD_CLOEXEC)
		if err != nil {
			return nil, fmt.Errorf("eventfd: %w", err)
		}
		b.in[i], b.out[i] = fd, fd
	}
	return b, nil
}

// The calls cannot fail on descriptors that are open and block.

func (b *fds) pass(to int) { b.send(to, 1) }
func (b *fds) end()        { b.send(1, 2) }

func (b *fds) send(to int, what byte) {
	m := [8]byte{what}
	_, _ = unix.Write(b.out[to], m[:b.size])
}

func (b *fds) await(me int) bool {
	var m [8]byte
	_, _ = unix.Read(b.in[me], m[:b.size])
	return m[0] == 1
}

func (b *fds) close() {
	for i := range b.in {
		unix.Close(b.in[i])
		if b.out[i] != b.in[i] {
			unix.Close(b.out[i])
		}
	}
}

// The operations of futex(2), private to the process.
const (
	futexWait = 128
	futexWake = 129
)

// futex is a word that two threads wait on in turn: how threads hand over at the
// least cost that the kernel offers.
type futex struct{ turn atomic.Uint32 }

func newFutex() (baton, error) { return &futex{}, nil }

const noMore = 2

func (f *futex) await(me int) bool {
	for {
		now := f.turn.Load()
		if now == uint32(me) || now == noMore {
			return now != noMore
		}
		// It returns when woken, or at once if the word is not now any more.
		unix.Syscall6(unix.SYS_FUTEX, uintptr(unsafe.Pointer(&f.turn)), futexWait, uintptr(now), 0, 0, 0)
	}
}

func (f *futex) pass(to int) {
	f.turn.Store(uint32(to))
	unix.Syscall6(unix.SYS_FUTEX, uintptr(unsafe.Pointer(&f.turn)), futexWake, 1, 0, 0, 0)
}

func (f *futex) end()   { f.pass(noMore) }
func (f *futex) close() {}

// On one processor the other can run only after a switch, so there are two for each
// hand-over there and back: voluntary ones of who blocks, and involuntary ones where the kernel
// prefers who was woken to who woke it.
func TestThreadSwitchesAreSwitches(t *testing.T) {
	if why := lacksProcessors(1)(); why != "" {
		t.Skip(why)
	}
	const n = 500
	for name, make := range map[string]func() (baton, error){"pipe": newPipes, "eventfd": newEventfds, "futex": newFutex} {
		before := contextSwitches(t)
		if _, err := switchBaton(noClock{}, n, 1, make); err != nil {
			t.Fatal(err)
		}
		if got := contextSwitches(t) - before; got < 2*n {
			t.Errorf("%s: %d switches for %d hand-overs there and back, want two each", name, got, n)
		}
	}
}

// Threads are bound to the processors that the names say.
func TestThreadsAreBound(t *testing.T) {
	if why := lacksProcessors(2)(); why != "" {
		t.Skip(why)
	}
	for cpus := 1; cpus <= 2; cpus++ {
		var bound [2]unix.CPUSet
		here, there := sides(cpus)
		for i, on := range []int{here, there} {
			if err := <-onThread(on, func() error { return unix.SchedGetaffinity(0, &bound[i]) }); err != nil {
				t.Fatal(err)
			}
		}
		if bound[0].Count() != 1 || bound[1].Count() != 1 || (bound[0] == bound[1]) != (cpus == 1) {
			t.Errorf("cpus=%d: threads are bound to %v and %v", cpus, bound[0], bound[1])
		}
	}
}

// contextSwitches of the process so far.
func contextSwitches(t *testing.T) int64 {
	var u unix.Rusage
	if err := unix.Getrusage(unix.RUSAGE_SELF, &u); err != nil {
		t.Fatal(err)
	}
	return u.Nvcsw + u.Nivcsw
}
