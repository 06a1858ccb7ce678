package blocking

import (
	"sync"
	"sync/atomic"
)

// Queue hands items from any thread to waiting ones, first in first out, and
// holds so many at most. Make one with NewQueue.
//
// At most one thread is being woken at a time, and who takes an item wakes the
// next if there is more to do. Under load that saves nearly all wake-ups: while
// one thread is on its way, others that are awake come for the work themselves.
type Queue[T any] struct {
	mu      sync.Mutex
	ring    []T
	head    int // of the oldest item
	count   int
	asleep  int  // threads in Pop that found nothing
	waking  bool // one of them was woken and has not been here since
	closed  bool
	changes atomic.Uint32 // what they sleep on
}

// NewQueue makes a queue for up to size items.
func NewQueue[T any](size int) *Queue[T] { return &Queue[T]{ring: make([]T, size)} }

// Push adds an item; false if the queue is full or closed. It never waits.
func (q *Queue[T]) Push(item T) bool {
	q.mu.Lock()
	if q.closed || q.count == len(q.ring) {
		q.mu.Unlock()
		return false
	}
	q.ring[(q.head+q.count)%len(q.ring)] = item
	q.count++
	q.leave()
	return true
}

// Pop takes the oldest item, and blocks the calling thread until there is one.
// It is false once the queue is closed and empty.
func (q *Queue[T]) Pop() (item T, ok bool) {
	q.mu.Lock()
	for q.count == 0 && !q.closed {
		q.asleep++
		seen := q.changes.Load()
		q.mu.Unlock()
		sleep(&q.changes, seen)
		q.mu.Lock()
		q.asleep--
		q.waking = false
	}
	if q.count == 0 {
		q.mu.Unlock()
		return item, false
	}
	slot := &q.ring[q.head]
	item = *slot
	*slot = *new(T) // keep nothing alive that was handed over
	q.head = (q.head + 1) % len(q.ring)
	q.count--
	q.leave()
	return item, true
}

// leave unlocks, and wakes a sleeper if there is work for it and nobody is on the
// way. A sleeper that has not reached the kernel yet finds the count changed.
func (q *Queue[T]) leave() {
	rouse := q.count > 0 && q.asleep > 0 && !q.waking
	if rouse {
		q.waking = true
		q.changes.Add(1)
	}
	q.mu.Unlock()
	if rouse {
		wake(&q.changes, 1)
	}
}

// Close lets every Pop return once the queue is empty.
func (q *Queue[T]) Close() {
	q.mu.Lock()
	q.closed = true
	q.changes.Add(1)
	q.mu.Unlock()
	wake(&q.changes, everybody)
}
