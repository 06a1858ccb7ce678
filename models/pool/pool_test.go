package pool

import (
	"strings"
	"testing"

	"assay/models/base/model/modeltest"
)

func TestSuite(t *testing.T) { modeltest.Suite(t, Model, "size=4") }

func TestFrugal(t *testing.T) { modeltest.Frugal(t, Model, "size=2") }

// With every thread busy and the queue full, requests are refused at once; the
// connection stays, and is served when there is room.
func TestFull(t *testing.T) {
	back := modeltest.NewBackend(t)
	s := modeltest.Start(t, Model, modeltest.Config{
		Options: "size=2,queue=1", Routes: modeltest.Routes(), Backends: []string{back.Addr},
	})
	var busy []*modeltest.Client
	for i := range 2 {
		c := s.Dial()
		c.Send(modeltest.Request("/ask?hold-one"))
		modeltest.Until(t, "the threads to be busy", func() bool { return int(back.Held.Load()) == i+1 })
		busy = append(busy, c)
	}
	queued := s.Dial()
	queued.Send(modeltest.Request("/hello"))
	refused := s.Dial()
	modeltest.Until(t, "the queue to be full", func() bool { return refused.Get("/hello").Status == 503 })
	if a := refused.Get("/hello"); a.Status != 503 || a.Close {
		t.Errorf("got %d, close %v, want 503 and the connection kept", a.Status, a.Close)
	}
	back.Release()
	for _, c := range busy {
		if a := c.Read(); a.Status != 200 {
			t.Errorf("in hand: got %d, want 200", a.Status)
		}
	}
	if a := queued.Read(); a.Status != 200 {
		t.Errorf("in the queue: got %d, want 200", a.Status)
	}
	refused.Want("/hello", 200, "hello")
}

// A client that does not take its refusals holds up nobody.
func TestRefusalWaitsForNobody(t *testing.T) {
	back := modeltest.NewBackend(t)
	s := modeltest.Start(t, Model, modeltest.Config{
		Options: "size=1,queue=1,write-timeout=1h", Routes: modeltest.Routes(), Backends: []string{back.Addr},
	})
	for range 2 { // one in hand, one in the queue
		s.Dial().Send(modeltest.Request("/ask?hold-one"))
		modeltest.Until(t, "the thread to be busy", func() bool { return back.Held.Load() == 1 })
	}
	other := s.Dial()
	modeltest.Until(t, "the queue to be full", func() bool { return other.Get("/hello").Status == 503 })
	deaf := s.Dial()
	deaf.SetReadBuffer(4 << 10)
	modeltest.Until(t, "the deaf client to be cut off", func() bool {
		_, err := deaf.TCPConn.Write([]byte(strings.Repeat(modeltest.Request("/hello"), 1000)))
		return err != nil
	})
	if a := other.Get("/hello"); a.Status != 503 {
		t.Errorf("got %d, want 503", a.Status)
	}
	back.Release()
}
