package blocking

import (
	"fmt"
	"runtime"
	"runtime/debug"
	"sync"
	"sync/atomic"

	"assay/models/base/sock"
)

// Threads starts OS threads, a goroutine locked to each, up to a bound: beyond
// it Start refuses, where the runtime and the kernel would end the process.
type Threads struct {
	most int32
	live atomic.Int32
	ends Latch
	mu   sync.Mutex // held to raise GOMAXPROCS
	room atomic.Int32
}

// aside is how many threads the runtime may need beside those counted here, for
// its own work and for handing on the processors of those that block.
const aside = 512

// NewThreads bounds threads to most, or to what the system leaves if that is less.
// GOMAXPROCS is doubled whenever threads would outnumber it: with less, threads
// that are ready wait for each other behind Go's scheduler.
func NewThreads(most int) *Threads {
	most = min(most, ceiling()-aside)
	debug.SetMaxThreads(max(most, 10000) + aside) // 10000 is the runtime's default
	t := &Threads{most: int32(max(most, 1))}
	t.room.Store(int32(runtime.GOMAXPROCS(0)))
	return t
}

// Live is how many there are.
func (t *Threads) Live() int { return int(t.live.Load()) }

// Wait returns when none is left. Start must not be called any more.
func (t *Threads) Wait() { t.ends.Wait() }

// Start runs f(x) on a new OS thread that ends with it; false if there are as
// many as there may be. (A function and its argument, because a closure would
// be one more allocation where threads are started for every request.)
func Start[T any](t *Threads, f func(T), x T) bool {
	n := t.live.Add(1)
	if n > t.most {
		t.live.Add(-1)
		return false
	}
	t.reserve(n)
	t.ends.Add(1)
	go func() {
		// Never unlocked: a goroutine that ends while locked ends its thread.
		Own()
		f(x)
		t.live.Add(-1)
		t.ends.Done()
	}()
	return true
}

// Fill starts n threads that run f. The error is that there may not be that many;
// those that were started go on.
func (t *Threads) Fill(n int, f func()) error {
	for range n {
		if !Start(t, func(struct{}) { f() }, struct{}{}) {
			return fmt.Errorf("%d threads: the system or an option allows %d", n, t.most)
		}
	}
	return nil
}

// Own locks the calling goroutine to its thread, and lets the thread sleep as
// exactly as any other: it has inherited the slack of the runtime's watchdog.
func Own() {
	runtime.LockOSThread()
	sock.EvenSlack()
}

// spare is how many processors of Go's scheduler stay free above the threads. While
// one is free, the scheduler leaves blocked threads theirs for 10 ms.
const spare = 2

func (t *Threads) reserve(threads int32) {
	if threads+spare <= t.room.Load() {
		return
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	if room := t.room.Load(); threads+spare > room {
		room = max(2*room, threads+spare)
		runtime.GOMAXPROCS(int(room))
		t.room.Store(room)
	}
}
