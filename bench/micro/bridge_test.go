package micro

import (
	"fmt"
	"iter"
	"runtime"
	"strings"
	"testing"
)

// Bridges are how a function deep in a handler gets to wait. An operation is
// one wait. depth is how many frames, or tasks, stand between handler and wait.
//
//	kind=coroutine  plain calls; the deepest yields, with all frames standing
//	kind=await      a task for each frame, woken from the deepest up (JavaScript, C#, asyncio's futures)
//	kind=poll       a task for each frame, polled from the handler down (Rust; Python's await within a task)
//
// With each=call the chain is built up for the wait and taken down after it: a
// handler that calls down and waits once. With each=wait the chain stands, and its deepest waits
// again and again: a driver that reads row after row. With io=pipe a byte goes through a pipe and
// epoll for each wait, so that the bridge is seen beside what it is there for.
func bridges() []mechanism {
	var all []mechanism
	for _, io := range []string{"none", "pipe"} {
		for _, each := range []string{"call", "wait"} {
			for _, kind := range []struct {
				name string
				make func(depth int, perCall bool, seen *int) bridge
			}{{"coroutine", newStackful}, {"await", newAwait}, {"poll", newPolled}} {
				for _, depth := range []int{1, 10, 100} {
					all = append(all, mechanism{
						name: fmt.Sprintf("kind=%s/each=%s/io=%s/depth=%d", kind.name, each, io, depth),
						run: func(c clock, n int) (int, error) {
							seen := 0
							b := kind.make(depth, each == "call", &seen)
							defer b.end()
							return runBridge(c, n, b, io == "pipe", &seen)
						},
					})
				}
			}
		}
	}
	return all
}

func BenchmarkBridge(b *testing.B) { measure(b, bridges()) }
func TestBridge(t *testing.T)      { verify(t, bridges()) }

// bridge is a handler that waits, seen from the loop.
type bridge interface {
	resume() // what it waits for has come; it waits again when resume returns
	end()
	standing() int // frames or tasks from the handler to the wait
}

// runBridge is the loop. seen counts the waits that ended where they were made, and with
// each=call the handlers that returned with what all frames made of it.
func runBridge(c clock, n int, b bridge, io bool, seen *int) (int, error) {
	if !io {
		c.ResetTimer()
		for range n {
			b.resume()
		}
		c.StopTimer()
		return *seen, nil
	}
	e, err := openPipe()
	if err != nil {
		return 0, err
	}
	defer e.close()
	p, err := newPoller(e.in)
	if err != nil {
		return 0, err
	}
	defer p.close()
	c.ResetTimer()
	for range n {
		e.send(1)
		if p.ready() && e.take() == 1 {
			b.resume()
		}
	}
	c.StopTimer()
	return *seen, nil
}

// The chain is as long as it says, while it waits.
func TestBridgeDepth(t *testing.T) {
	for kind, make := range map[string]func(int, bool, *int) bridge{"coroutine": newStackful, "await": newAwait, "poll": newPolled} {
		for _, perCall := range []bool{true, false} {
			seen := 0
			b := make(10, perCall, &seen)
			for waits := range 3 {
				if got := b.standing(); got != 10 || seen != waits {
					t.Errorf("%s: %d of 10 frames stand at wait %d, %d seen", kind, got, waits, seen)
				}
				b.resume()
			}
			b.end()
		}
	}
}

// stackful is a coroutine with depth frames between its handler and its wait.
type stackful struct {
	next  func() (struct{}, bool)
	stop  func()
	yield func(struct{}) bool
	seen  *int
	again bool // the deepest waits again
	over  bool
}

func newStackful(depth int, perCall bool, seen *int) bridge {
	s := &stackful{seen: seen, again: !perCall}
	s.next, s.stop = iter.Pull(func(yield func(struct{}) bool) {
		s.yield = yield
		for !s.over {
			if s.down(depth) == depth {
				*s.seen++
			}
		}
	})
	s.next() // to its first wait
	return s
}

// down is the chain of plain calls. What it returns keeps it from becoming a loop.
//
//go:noinline
func (s *stackful) down(depth int) int {
	if depth > 1 {
		return s.down(depth-1) + 1
	}
	for {
		if s.over = !s.yield(struct{}{}); s.over {
			return 0
		}
		if !s.again {
			return 1
		}
		*s.seen++
	}
}

func (s *stackful) resume() { s.next() }
func (s *stackful) end()    { s.stop() }

// standing counts the frames in the stacks of all goroutines: there is one such bridge.
func (s *stackful) standing() int {
	text := make([]byte, 1<<20)
	return strings.Count(string(text[:runtime.Stack(text, true)]), "(*stackful).down(")
}
