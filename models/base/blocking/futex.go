package blocking

import (
	"sync/atomic"
	"unsafe"

	"golang.org/x/sys/unix"
)

const (
	futexWait = 0 | 128 // FUTEX_WAIT_PRIVATE
	futexWake = 1 | 128 // FUTEX_WAKE_PRIVATE
	everybody = 1<<31 - 1
)

// sleep blocks the calling thread while *word is value. It may return early: the
// caller looks again.
func sleep(word *atomic.Uint32, value uint32) {
	_, _, _ = unix.Syscall6(unix.SYS_FUTEX, uintptr(unsafe.Pointer(word)), futexWait, uintptr(value), 0, 0, 0)
}

// wake wakes up to n threads that sleep on word.
func wake(word *atomic.Uint32, n int) {
	_, _, _ = unix.Syscall6(unix.SYS_FUTEX, uintptr(unsafe.Pointer(word)), futexWake, uintptr(n), 0, 0, 0)
}

// Latch is opened once by the last of several threads, and waited for by one.
// The zero value is ready for Add.
type Latch struct{ open atomic.Uint32 }

// Add says that n more threads must be Done.
func (l *Latch) Add(n int) { l.open.Add(uint32(n)) }

// Done says that one of them is.
func (l *Latch) Done() {
	if l.open.Add(^uint32(0)) == 0 {
		wake(&l.open, 1)
	}
}

// Wait blocks the calling thread until all are done.
func (l *Latch) Wait() {
	for {
		n := l.open.Load()
		if n == 0 {
			return
		}
		sleep(&l.open, n)
	}
}
