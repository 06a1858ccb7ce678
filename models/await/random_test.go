package await

import (
	"fmt"
	"math/rand/v2"
	"strconv"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"assay/models/base/model/modeltest"
	"assay/models/base/style"
)

// grove counts the tasks of random requests.
type grove struct{ begun, ended atomic.Int64 }

// tree is a task that waits for something random, and is counted.
type tree struct {
	grove  *grove
	random *rand.Rand // of the request: its tasks take turns
	depth  int
}

func (g *grove) plant(random *rand.Rand, depth int) *tree {
	g.begun.Add(1)
	return &tree{g, random, depth}
}

func (a *tree) Cancelled() { a.grove.ended.Add(1) }

// Step implements style.Async.
func (a *tree) Step(t *style.Task, err error) style.Poll {
	if t.At() == 0 {
		return t.Await(a.future(t, a.depth), a, 1)
	}
	a.grove.ended.Add(1)
	if a.random.IntN(20) == 0 {
		panic("drawn")
	}
	return t.Return(err)
}

func (a *tree) future(t *style.Task, depth int) style.Future {
	kind := a.random.IntN(9)
	if depth >= 3 {
		kind = a.random.IntN(4)
	}
	switch kind {
	case 0, 1, 2:
		name := []string{"a", "b", "late-c", "fail-d", "stall-e"}[a.random.IntN(5)]
		return t.Call(&style.Call{Target: []byte("/" + name)})
	case 3:
		return t.Sleep(time.Duration(a.random.IntN(2000)) * time.Microsecond)
	case 4:
		return t.Spawn(a.grove.plant(a.random, depth+1))
	case 5:
		return t.Timeout(a.future(t, depth+1), time.Duration(a.random.IntN(10))*time.Millisecond)
	}
	var fs []style.Future
	for range 1 + a.random.IntN(3) {
		fs = append(fs, a.future(t, depth+1))
	}
	switch kind {
	case 6:
		return t.Gather(fs...)
	case 7:
		return t.TryGather(fs...)
	default:
		return t.Race(fs...)
	}
}

// Random trees of tasks over real connections, some of whose clients leave: every task
// that began ends, every stalled call is let go of, and no answer goes astray.
func TestRandomTrees(t *testing.T) {
	const clients, requests = 12, 25
	b, g := newBackend(t), &grove{}
	s := start(t, "backend-timeout=1h", b, get("/tree", func(t *style.Task, x *style.Exchange) style.Poll {
		seed, err := strconv.ParseUint(string(x.Request.Query), 10, 64)
		if err != nil {
			return t.Return(err)
		}
		root := t.Spawn(g.plant(rand.New(rand.NewPCG(seed, 1)), 0))
		return t.Await(t.Timeout(root, 30*time.Millisecond), steps{func(t *style.Task, err error) style.Poll { return t.Return(err) }}, 0)
	}))
	var all sync.WaitGroup
	for i := range clients {
		leaves := i%4 == 0
		c := s.Dial()
		all.Go(func() {
			for j := range requests {
				if leaves && j == requests/2 {
					c.Send(modeltest.Request(fmt.Sprintf("/tree?%d", i*requests+j)))
					_ = c.SetLinger(0) // a reset: if it fails, an orderly end
					c.Close()
					return
				}
				a := c.Get(fmt.Sprintf("/tree?%d", i*requests+j))
				if a.Status != 200 && a.Status != 500 && a.Status != 502 && a.Status != 504 {
					t.Errorf("a tree ended with %d %q", a.Status, a.Body)
				}
				if body := c.Get("/all?x&y").Body; body != "x y " {
					t.Errorf("behind a tree: %q, which is another's answer", body)
				}
			}
		})
	}
	all.Wait()
	s.Drain()
	if g.begun.Load() < clients*requests/2 || g.begun.Load() != g.ended.Load() {
		t.Errorf("%d tasks began, %d ended", g.begun.Load(), g.ended.Load())
	}
	// Those that were cancelled while they connected never came.
	modeltest.Until(t, "the last stalled call to be let go of", func() bool {
		b.mu.Lock()
		defer b.mu.Unlock()
		return b.stall >= clients && len(b.left) == b.stall
	})
}
