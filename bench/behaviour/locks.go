package behaviour

import (
	"bytes"
	"fmt"
	"sync"
	"time"

	"assay/models/base/style"
)

// board is two locks that a request may wait for in any style: it looks, rests and
// looks again. It knows who holds and who wants what, so that a hang can be named.
type board struct {
	mu    sync.Mutex
	holds map[string]uint64 // by lock: the request
	wants map[uint64]string // by request: the lock
}

var locks = board{holds: map[string]uint64{}, wants: map[uint64]string{}}

// locks are the two that a request takes, in order.
func (q *question) locks() (first, second string, err error) {
	order, err := q.word("order", "ab", "ba")
	if err != nil {
		return "", "", err
	}
	return order[:1], order[1:], nil
}

// take gives request n the lock if it is free.
func (b *board) take(name string, n uint64) bool {
	b.mu.Lock()
	defer b.mu.Unlock()
	if _, held := b.holds[name]; held {
		b.wants[n] = name
		return false
	}
	delete(b.wants, n)
	b.holds[name] = n
	return true
}

// release ends what request n holds and wants.
func (b *board) release(n uint64) {
	b.mu.Lock()
	defer b.mu.Unlock()
	delete(b.wants, n)
	for name, holder := range b.holds {
		if holder == n {
			delete(b.holds, name)
		}
	}
}

// hang answers who waits for whom, from request n on until it comes back to it.
func (b *board) hang(x *style.Exchange, n uint64) {
	b.mu.Lock()
	defer b.mu.Unlock()
	x.Body = append(x.Body, "hang: "...)
	for at := n; ; {
		want, waiting := b.wants[at]
		holder, held := b.holds[want]
		if !waiting || !held {
			x.Body = fmt.Appendf(x.Body, "request %d waits for nobody: not a circle", at)
			return
		}
		x.Body = fmt.Appendf(x.Body, "request %d waits for lock %s of request %d", at, want, holder)
		if at = holder; at == n {
			return
		}
		x.Body = append(x.Body, "; "...)
	}
}

// consumer takes items from a bounded queue, and each makes items for that queue.
type consumer struct {
	queue    chan struct{}
	makes    int // items that each item makes
	due      int // of the one in hand, still to be put
	rounds   int
	deadline time.Time
}

// newConsumer stands before a full queue.
func newConsumer(q *question) (*consumer, error) {
	makes, err := q.word("makes", "2", "1")
	if err != nil {
		return nil, err
	}
	if q.room == 0 {
		return nil, style.Badf("room=0: want at least 1")
	}
	k := &consumer{queue: make(chan struct{}, q.room), makes: int(makes[0] - '0'), rounds: 3, deadline: time.Now().Add(q.within)}
	for range q.room {
		k.queue <- struct{}{}
	}
	return k, nil
}

// next takes an item when all that the last one made is put; false after a few.
func (k *consumer) next() bool {
	if k.due > 0 {
		return true
	}
	if k.rounds == 0 {
		return false
	}
	k.rounds--
	<-k.queue
	k.due = k.makes
	return true
}

// put puts an item if there is room.
func (k *consumer) put() bool {
	select {
	case k.queue <- struct{}{}:
		k.due--
		return true
	default:
		return false
	}
}

func (k *consumer) late() bool { return time.Now().After(k.deadline) }

func (k *consumer) hang(x *style.Exchange) {
	x.Body = fmt.Appendf(x.Body, "hang: the queue holds %d of %d, and who waits for room is its only consumer", len(k.queue), cap(k.queue))
}

// threadLock is a lock as threads have it: who waits for it, waits with the thread.
type threadLock struct {
	free chan struct{}
	mu   sync.Mutex
	by   uint64 // the request that holds it
}

var mutex = threadLock{free: make(chan struct{}, 1)}

// lock waits for the lock, and gives up after within: then holder has it.
func (l *threadLock) lock(n uint64, within time.Duration) (holder uint64, ok bool) {
	late := time.NewTimer(within)
	defer late.Stop()
	select {
	case l.free <- struct{}{}:
		l.mu.Lock()
		l.by = n
		l.mu.Unlock()
		return n, true
	case <-late.C:
		l.mu.Lock()
		defer l.mu.Unlock()
		return l.by, false
	}
}

func (l *threadLock) unlock() { <-l.free }

func mutexHang(x *style.Exchange, holder uint64) {
	x.Body = fmt.Appendf(x.Body, "hang: the lock is held by request %d, which does not go on", holder)
}

func parseFault(x *style.Exchange) (q question, after bool, err error) {
	if q, err = parse(x); err != nil {
		return q, false, err
	}
	at, err := q.word("at", "before", "after")
	return q, at == "after", err
}

func faultText(n uint64) string { return fmt.Sprintf("the fault that request %d asked for", n) }

func parseVia(x *style.Exchange) (q question, via string, err error) {
	if q, err = parse(x); err != nil {
		return q, "", err
	}
	via, err = q.word("via", "call", "offload")
	return q, via, err
}

// firstLine is for messages.
func firstLine(b []byte) []byte {
	line, _, _ := bytes.Cut(b, []byte{'\n'})
	return line
}
