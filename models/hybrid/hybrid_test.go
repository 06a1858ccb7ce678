package hybrid

import (
	"fmt"
	"os"
	"sync"
	"sync/atomic"
	"testing"

	"go.uber.org/goleak"
	"golang.org/x/sys/unix"

	"assay/models/base/conn"
	"assay/models/base/model"
	"assay/models/base/model/modeltest"
	"assay/models/base/style"
	"assay/models/reactor"
)

// TestMain is also the worker processes': this executable is what they run.
func TestMain(m *testing.M) {
	if model.IsChild() {
		if err := compute(&model.Env{Service: &conn.Service{Routes: routes()}}); err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
		os.Exit(0)
	}
	goleak.VerifyTestMain(m)
}

// variants are the ways in which the model can be started.
var variants = []string{"size=4", "size=4,executor=processes,processes=2"}

func TestSuite(t *testing.T) {
	for _, options := range variants {
		t.Run(options, func(t *testing.T) { modeltest.Suite(t, Model, options) })
	}
}

// What is not handed to the executor costs what it costs in a reactor.
func TestFrugal(t *testing.T) {
	floor := modeltest.Allocations(t, reactor.Model, "")
	for _, options := range variants {
		ask := modeltest.Allocations(t, Model, options)
		for _, target := range modeltest.Targets {
			got, want := ask(target), floor(target)
			if got > want+modeltest.Stray && !modeltest.RaceDetector {
				t.Errorf("%s: %s: %.2f allocations a request, those of a reactor are %.2f", options, target, got, want)
			}
		}
	}
}

func get(path string, h style.Callback) style.Route {
	return style.Route{Method: "GET", Path: path, Callback: h}
}

// What is offloaded runs on threads of the executor's own, at once with the loop and
// with each other; handler and continuation run on the loop.
func TestOffload(t *testing.T) {
	var mu sync.Mutex
	loops, threads := map[int]bool{}, map[int]bool{}
	in := func(m map[int]bool) {
		mu.Lock()
		defer mu.Unlock()
		m[unix.Gettid()] = true
	}
	var away atomic.Int32
	hold := make(chan struct{})
	s := modeltest.Start(t, Model, modeltest.Config{Options: "size=3", Routes: []style.Route{
		get("/offload", func(w style.Loop, x *style.Exchange, done func(error)) {
			in(loops)
			w.Offload(func() { in(threads); away.Add(1); <-hold }, func() { in(loops); done(nil) })
		}),
		get("/victim", func(_ style.Loop, _ *style.Exchange, done func(error)) { in(loops); done(nil) }),
		get("/fault", func(w style.Loop, _ *style.Exchange, _ func(error)) {
			w.Offload(func() { panic("away") }, func() { t.Error("went on after a fault") })
		}),
	}})
	var all []*modeltest.Client
	for range 3 {
		c := s.Dial()
		c.Send(modeltest.Request("/offload"))
		all = append(all, c)
	}
	modeltest.Until(t, "all threads to be busy", func() bool { return away.Load() == 3 })
	s.Dial().Want("/victim", 200, "")
	close(hold)
	for _, c := range all {
		c.Read()
	}
	for range 5 {
		s.Dial().Want("/fault", 500, "fault in handler: away\n")
	}
	s.Drain()
	if len(loops) != 1 || len(threads) != 3 {
		t.Errorf("handlers ran on threads %v, what they offloaded on %v: want 1 and 3 others", loops, threads)
	}
	for id := range loops {
		if threads[id] {
			t.Error("a function was offloaded to the loop's own thread")
		}
	}
}

// With the threads busy and the queue full, what is offloaded is refused at once; other
// requests are served, and so is the connection when there is room.
func TestFull(t *testing.T) {
	var away atomic.Int32
	hold := make(chan struct{})
	s := modeltest.Start(t, Model, modeltest.Config{Options: "size=1,queue=1", Routes: []style.Route{
		get("/offload", func(w style.Loop, _ *style.Exchange, done func(error)) {
			w.Offload(func() { away.Add(1); <-hold }, func() { done(nil) })
		}),
		get("/victim", func(_ style.Loop, _ *style.Exchange, done func(error)) { done(nil) }),
	}})
	busy, refused := s.Dial(), s.Dial()
	busy.Send(modeltest.Request("/offload"))
	modeltest.Until(t, "the thread to be busy", func() bool { return away.Load() == 1 })
	s.Fill("/offload")
	if a := refused.Get("/offload"); a.Status != 503 || a.Close {
		t.Errorf("got %d, close %v, want 503 and the connection kept", a.Status, a.Close)
	}
	refused.Want("/victim", 200, "")
	close(hold)
	if a := busy.Read(); a.Status != 200 {
		t.Errorf("got %d, want 200", a.Status)
	}
	if a := refused.GetWithRoom("/offload"); a.Status != 200 {
		t.Errorf("with room again: got %d, want 200", a.Status)
	}
}

// A drain waits for what is with the executor, and answers it.
func TestDrainOwesWhatIsAway(t *testing.T) {
	var away atomic.Int32
	hold := make(chan struct{})
	s := modeltest.Start(t, Model, modeltest.Config{Options: "size=1", Routes: []style.Route{
		get("/offload", func(w style.Loop, _ *style.Exchange, done func(error)) {
			w.Offload(func() { away.Add(1); <-hold }, func() { done(nil) })
		}),
	}})
	var all []*modeltest.Client
	for range 4 {
		c := s.Dial()
		c.Send(modeltest.Request("/offload"))
		all = append(all, c)
	}
	modeltest.Until(t, "the thread to be busy", func() bool { return away.Load() == 1 })
	s.Begin()
	close(hold)
	for _, c := range all {
		if a := c.Read(); a.Status != 200 || !a.Close {
			t.Errorf("got %d, close %v, want 200 and the end", a.Status, a.Close)
		}
	}
	s.Drain()
}
