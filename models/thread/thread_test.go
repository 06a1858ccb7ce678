package thread

import (
	"testing"

	"assay/models/base/model/modeltest"
)

func TestSuite(t *testing.T) {
	for _, options := range []string{
		"", "spawn=request", "callall=spawn", "callall=pool,callers=4", "spawn=request,callall=pool,callers=2",
	} {
		t.Run(options, func(t *testing.T) { modeltest.Suite(t, Model, options) })
	}
}

func TestFrugal(t *testing.T) {
	for _, options := range []string{"", "callall=pool,callers=4"} {
		t.Run(options, func(t *testing.T) { modeltest.Frugal(t, Model, options) })
	}
}

// The connection that would be one thread too many is refused and closed; when
// another ends, there is room again.
func TestConnectionsBeyond(t *testing.T) {
	s := modeltest.Start(t, Model, modeltest.Config{Options: "max-threads=2", Routes: modeltest.Routes()})
	a, b := s.Dial(), s.Dial()
	a.Want("/hello", 200, "hello")
	b.Want("/hello", 200, "hello")
	c := s.Dial()
	if got := c.Get("/hello"); got.Status != 503 || !got.Close {
		t.Errorf("got %d, close %v, want 503 and the end", got.Status, got.Close)
	}
	c.CloseWrite()
	c.WantClosed()
	a.Want("/hello", 200, "hello")
	b.Close()
	modeltest.Until(t, "room for another connection", func() bool { return s.Dial().Get("/hello").Status == 200 })
}

// A request that would be one thread too many is refused; its connection is kept.
func TestRequestsBeyond(t *testing.T) {
	back := modeltest.NewBackend(t)
	s := modeltest.Start(t, Model, modeltest.Config{
		Options: "spawn=request,max-threads=1", Routes: modeltest.Routes(), Backends: []string{back.Addr},
	})
	a, b := s.Dial(), s.Dial()
	a.Send(modeltest.Request("/ask?hold-one"))
	modeltest.Until(t, "the thread to be busy", func() bool { return back.Held.Load() == 1 })
	if got := b.Get("/hello"); got.Status != 503 || got.Close {
		t.Errorf("got %d, close %v, want 503 and the connection kept", got.Status, got.Close)
	}
	back.Release()
	a.Read()
	modeltest.Until(t, "room for another request", func() bool { return b.Get("/hello").Status == 200 })
}

// With no thread left for a call, its handler makes it.
func TestCallsBeyond(t *testing.T) {
	back := modeltest.NewBackend(t)
	s := modeltest.Start(t, Model, modeltest.Config{
		Options: "callall=spawn,max-threads=2", Routes: modeltest.Routes(), Backends: []string{back.Addr},
	})
	s.Dial().Want("/ask?one&two&three", 200, "one two three")
}
