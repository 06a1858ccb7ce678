package micro

import (
	"runtime"
	"sync/atomic"
	"testing"
	"unsafe"

	"golang.org/x/sys/unix"
)

// The operations of futex(2), private to the process.
const (
	futexWait = 128
	futexWake = 129
)

// baton is a word that two threads wait on in turn.
type baton struct{ turn atomic.Uint32 }

// await blocks until the baton says turn.
func (f *baton) await(turn uint32) {
	for {
		now := f.turn.Load()
		if now == turn {
			return
		}
		// It returns when woken, or at once if the word is not now any more.
		unix.Syscall6(unix.SYS_FUTEX, uintptr(unsafe.Pointer(&f.turn)), futexWait, uintptr(now), 0, 0, 0)
	}
}

// pass says turn and wakes who waits.
func (f *baton) pass(turn uint32) {
	f.turn.Store(turn)
	unix.Syscall6(unix.SYS_FUTEX, uintptr(unsafe.Pointer(&f.turn)), futexWake, 1, 0, 0, 0)
}

// switchFutex is how threads hand over at the least cost the kernel offers.
func switchFutex(b *testing.B) {
	var f baton
	var over atomic.Bool
	done := make(chan struct{})
	go func() {
		runtime.LockOSThread()
		defer close(done)
		for {
			f.await(1)
			if over.Load() {
				return
			}
			f.pass(0)
		}
	}()
	runtime.LockOSThread()
	defer runtime.UnlockOSThread()
	for b.Loop() {
		f.pass(1)
		f.await(0)
	}
	over.Store(true)
	f.pass(1)
	<-done
}
