package coroutine

import (
	"fmt"
	"math/rand/v2"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"assay/models/base/model/modeltest"
	"assay/models/base/style"
)

// Clients come, wait, pipeline, fault and leave in the midst of it, at random and all
// at once; afterwards nothing waits, and the server serves.
func TestStorm(t *testing.T) {
	t.Cleanup(leakless(t))
	var begun, ended atomic.Int64
	counted := func(h style.Direct) style.Direct {
		return func(w style.Waiter, x *style.Exchange) error {
			begun.Add(1)
			defer ended.Add(1)
			return h(w, x)
		}
	}
	s, _ := start(t, "keep=5",
		get("/quick", counted(func(_ style.Waiter, x *style.Exchange) error { x.Body = append(x.Body, x.Request.Query...); return nil })),
		get("/wait", counted(ask)),
		get("/fault", counted(func(w style.Waiter, x *style.Exchange) error { _ = ask(w, x); return fall(3) })))
	var all sync.WaitGroup
	for i := range 50 {
		all.Go(func() {
			r := rand.New(rand.NewPCG(1, uint64(i)))
			for round := range 6 {
				storm(t, s, r, fmt.Sprintf("%d-%d", i, round))
			}
		})
	}
	all.Wait()
	s.Dial().Want("/wait?after", 200, "after")
	modeltest.Until(t, "every handler to end", func() bool { return begun.Load() == ended.Load() })
	if begun.Load() < 100 {
		t.Errorf("only %d requests came through", begun.Load())
	}
	s.Drain()
}

// storm is one client's visit: some requests at once, of which it reads the answers to all,
// or to none.
func storm(t *testing.T, s *modeltest.Server, r *rand.Rand, name string) {
	c := s.Dial()
	kinds := []string{"/quick?", "/wait?", "/wait?wait-", "/fault?"}
	var sent []string
	text := ""
	for range 1 + r.IntN(3) {
		target := kinds[r.IntN(len(kinds))] + name
		sent, text = append(sent, target), text+modeltest.Request(target)
	}
	c.Send(text)
	if r.IntN(3) == 0 {
		time.Sleep(time.Duration(r.IntN(20)) * time.Millisecond)
		reset(c.TCPConn)
		return
	}
	for _, target := range sent {
		_, body, _ := strings.Cut(target, "?")
		status := 200
		if strings.HasPrefix(target, "/fault") {
			status, body = 500, "fault in handler: fell\n"
		}
		if a, err := c.TryRead(); err != nil || a.Status != status || a.Body != body {
			t.Errorf("%s: got %d %q, %v, want %d %q", target, a.Status, a.Body, err, status, body)
		}
	}
	c.Close()
}
