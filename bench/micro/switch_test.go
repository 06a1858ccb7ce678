package micro

import (
	"iter"
	"runtime"
	"testing"

	"golang.org/x/sys/unix"
)

// BenchmarkSwitch hands control from one to another and back: two switches an
// operation.
func BenchmarkSwitch(b *testing.B) {
	b.Run("how=call", switchCall)
	b.Run("how=callback", switchCallback)
	b.Run("how=coroutine", switchCoroutine)
	b.Run("how=goroutine", func(b *testing.B) { switchChannel(b, false) })
	b.Run("how=goroutine-on-thread", func(b *testing.B) { switchChannel(b, true) })
	b.Run("how=thread-eventfd", switchEventfd)
	b.Run("how=thread-futex", switchFutex)
}

//go:noinline
func callee(n int) int { return n + 1 }

func switchCall(b *testing.B) {
	n := 0
	for b.Loop() {
		n = callee(n)
	}
	runtime.KeepAlive(n)
}

// switchCallback queues a continuation and has a loop run it.
func switchCallback(b *testing.B) {
	var queue []func()
	n := 0
	for b.Loop() {
		queue = append(queue[:0], func() { n++ })
		for _, f := range queue {
			f()
		}
	}
	runtime.KeepAlive(n)
}

// switchCoroutine resumes a coroutine of the runtime, which yields at once.
func switchCoroutine(b *testing.B) {
	next, stop := iter.Pull(func(yield func(int) bool) {
		for n := 0; yield(n); n++ {
		}
	})
	defer stop()
	for b.Loop() {
		next()
	}
}

// switchChannel goes through the scheduler; with threads each side is locked to
// its own, and the kernel has to switch too.
func switchChannel(b *testing.B, threads bool) {
	there, back := make(chan int), make(chan int)
	go func() {
		if threads {
			runtime.LockOSThread()
		}
		for n := range there {
			back <- n
		}
		close(back)
	}()
	if threads {
		runtime.LockOSThread()
		defer runtime.UnlockOSThread()
	}
	for b.Loop() {
		there <- 1
		<-back
	}
	close(there)
	<-back
}

// switchEventfd blocks two threads in turn in read(2), which the Go scheduler sees.
func switchEventfd(b *testing.B) {
	there, back := eventfd(b), eventfd(b)
	over := make(chan struct{})
	go func() {
		runtime.LockOSThread()
		defer close(over)
		for take(there) == 1 {
			give(back, 1)
		}
	}()
	runtime.LockOSThread()
	defer runtime.UnlockOSThread()
	for b.Loop() {
		give(there, 1)
		take(back)
	}
	give(there, 2) // ends the other
	<-over
}

func eventfd(b *testing.B) int {
	fd, err := unix.Eventfd(0, unix.EFD_CLOEXEC)
	if err != nil {
		b.Fatal(err)
	}
	b.Cleanup(func() { unix.Close(fd) })
	return fd
}

// give and take cannot fail on an eventfd that is open and blocks.

func give(fd int, n byte) {
	_, _ = unix.Write(fd, []byte{n, 0, 0, 0, 0, 0, 0, 0})
}

func take(fd int) byte {
	var b [8]byte
	_, _ = unix.Read(fd, b[:])
	return b[0]
}
