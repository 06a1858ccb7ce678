package multireactor

import (
	"bytes"
	"fmt"
	"strings"
	"sync"
	"sync/atomic"
	"testing"

	"golang.org/x/sys/unix"

	"assay/models/base/http1"
	"assay/models/base/model/modeltest"
	"assay/models/base/style"
)

// kinded is a route whose requests are of the kind that their query names.
func kinded(path string, h style.Callback) style.Route {
	return style.Route{Method: "GET", Path: path, Callback: h, Kind: func(rq *http1.Request) style.Kind {
		for kind, name := range style.KindNames {
			if string(rq.Query) == name {
				return style.Kind(kind)
			}
		}
		panic("no such kind")
	}}
}

// Whole requests go to the pool of their kind, and those of a kind without one to the
// loop; what a fault in finding the kind hides, the handler is asked all the same.
func TestKinds(t *testing.T) {
	var mu sync.Mutex
	threads := map[string]map[int]bool{}
	s := modeltest.Start(t, Model, modeltest.Config{
		Options: "loops=1,workers=blocking:2+computing:1",
		Routes: []style.Route{kinded("/", func(_ style.Loop, x *style.Exchange, done func(error)) {
			mu.Lock()
			defer mu.Unlock()
			kind := string(x.Request.Query)
			if threads[kind] == nil {
				threads[kind] = map[int]bool{}
			}
			threads[kind][unix.Gettid()] = true
			done(nil)
		})},
	})
	c := s.Dial()
	for range 50 {
		for _, kind := range append(style.KindNames[:], "unknown") {
			c.Want("/?"+kind, 200, "")
		}
	}
	s.Drain()
	seen := map[int]string{}
	for kind, most := range map[string]int{"network": 1, "blocking": 2, "computing": 1, "unknown": 1} {
		if n := len(threads[kind]); n < 1 || n > most {
			t.Errorf("%s: handled on %d threads, want 1 to %d", kind, n, most)
		}
		for id := range threads[kind] {
			if other := seen[id]; other != "" && other+kind != "networkunknown" && other+kind != "unknownnetwork" {
				t.Errorf("%s and %s share a thread", kind, other)
			}
			seen[id] = kind
		}
	}
}

// A pool that is busy, and its queue full, refuses; other kinds are served, and so are
// all when there is room.
func TestFull(t *testing.T) {
	var busy atomic.Int32
	hold := make(chan struct{})
	s := modeltest.Start(t, Model, modeltest.Config{
		Options: "loops=2,workers=blocking:1+computing:1,queue=1",
		Routes: []style.Route{
			kinded("/hold", func(_ style.Loop, _ *style.Exchange, done func(error)) {
				busy.Add(1)
				<-hold
				done(nil)
			}),
			kinded("/", func(_ style.Loop, _ *style.Exchange, done func(error)) { done(nil) }),
		},
	})
	first, other := s.Dial(), s.Dial()
	first.Send(modeltest.Request("/hold?blocking"))
	modeltest.Until(t, "the worker to be busy", func() bool { return busy.Load() == 1 })
	s.Fill("/?blocking")
	if a := other.Get("/?blocking"); a.Status != 503 || a.Close {
		t.Errorf("got %d, close %v, want 503 and the connection kept", a.Status, a.Close)
	}
	other.Want("/?computing", 200, "")
	other.Want("/?network", 200, "")
	close(hold)
	if a := first.Read(); a.Status != 200 {
		t.Errorf("got %d, want 200", a.Status)
	}
	if a := other.GetWithRoom("/?blocking"); a.Status != 200 {
		t.Errorf("with room again: got %d, want 200", a.Status)
	}
}

// A handler's steps run one at a time on workers, its calls are made for it, and a
// fault in any of them is that request's alone.
func TestSteps(t *testing.T) {
	back := modeltest.NewBackend(t)
	s := modeltest.Start(t, Model, modeltest.Config{
		Options:  "loops=1,workers=network:3+blocking:1+computing:1",
		Backends: []string{back.Addr},
		Routes: []style.Route{
			kinded("/steps", func(w style.Loop, x *style.Exchange, done func(error)) {
				running := new(int) // not guarded: the race detector would tell
				left := 8
				over := func(error) {
					*running++
					if left--; left == 0 {
						stepsOn(w, x, done)
					}
				}
				cs := x.Calls(left)
				for i := range cs {
					cs[i].Target = append(cs[i].Target, "/a"...)
					w.Call(&cs[i], over)
				}
			}),
			kinded("/fault-late", func(w style.Loop, x *style.Exchange, _ func(error)) {
				c := &x.Calls(1)[0]
				c.Target = append(c.Target, "/wait-a"...)
				w.Call(c, func(error) { panic("late") })
			}),
			kinded("/fault-away", func(w style.Loop, _ *style.Exchange, _ func(error)) {
				w.Offload(func() { panic("away") }, func() { t.Error("went on after a fault") })
			}),
			kinded("/fault-computing", func(w style.Loop, _ *style.Exchange, _ func(error)) {
				bad := &style.Pure{Name: "bad", Do: func(uint64, uint64) uint64 { panic("computing") }}
				style.Compute(w, bad, 1, 2, func(uint64) { t.Error("went on after a fault") })
			}),
			kinded("/twice", func(_ style.Loop, x *style.Exchange, done func(error)) {
				x.Body = append(x.Body, "once"...)
				done(nil)
				done(nil)
				panic("afterwards")
			}),
		},
	})
	var all sync.WaitGroup
	for range 8 {
		c := s.Dial()
		all.Go(func() {
			for range 10 {
				for _, kind := range style.KindNames {
					c.Want("/steps?"+kind, 200, "7 aaaaaaaa")
					c.Want("/fault-away?"+kind, 500, "fault in handler: away\n")
					c.Want("/fault-computing?"+kind, 500, "fault in handler: computing\n")
				}
			}
			c.Want("/fault-late?network", 500, "fault in handler: late\n")
			c.Want("/twice?blocking", 200, "once")
		})
	}
	all.Wait()
	s.Drain()
	if n := strings.Count(s.Log(), "after it had answered"); n != 8 {
		t.Errorf("%d faults after an answer are in the log, want 8", n)
	}
}

// stepsOn goes on with a computation and with a function that blocks.
func stepsOn(w style.Loop, x *style.Exchange, done func(error)) {
	sum := &style.Pure{Name: "sum", Do: func(a, b uint64) uint64 { return a + b }}
	style.Compute(w, sum, 3, 4, func(got uint64) {
		w.Offload(func() { x.Body = fmt.Appendf(x.Body, "%d ", got) }, func() {
			x.Body = append(x.Body, bytes.Repeat([]byte("a"), 8)...)
			done(nil)
		})
	})
}

// A handler that ends while functions of its are elsewhere keeps its exchange until
// they are back.
func TestEarlyEnd(t *testing.T) {
	s := modeltest.Start(t, Model, modeltest.Config{
		Options: "loops=1,workers=network:2+blocking:2",
		Routes: []style.Route{kinded("/", func(w style.Loop, x *style.Exchange, _ func(error)) {
			for range 3 {
				w.Offload(func() {
					w.Block(2e6)
					if len(x.Request.Path) == 0 {
						t.Error("the exchange was taken away from a function that uses it")
					}
				}, func() { t.Error("went on after a fault") })
			}
			panic("with three away")
		})},
	})
	c := s.Dial()
	for range 20 {
		c.Want("/?network", 500, "fault in handler: with three away\n")
	}
}

func BenchmarkHandOver(b *testing.B) {
	for _, options := range []string{"loops=1", "loops=1,workers=network:1"} {
		b.Run(options, func(b *testing.B) {
			c := modeltest.Start(b, Model, modeltest.Config{Options: options, Routes: modeltest.Routes()}).Dial()
			request, answer := []byte(modeltest.Request("/hello")), make([]byte, 4096)
			b.ReportAllocs()
			for b.Loop() {
				if _, err := c.TCPConn.Write(request); err != nil {
					b.Fatal(err)
				}
				if _, err := c.TCPConn.Read(answer); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}
