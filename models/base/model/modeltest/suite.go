package modeltest

import (
	"fmt"
	"strings"
	"sync"
	"testing"
	"time"

	"assay/models/base/model"
)

// Suite is what every model must do, under the race detector. options are those
// of the arm; a model with a limit of one connection leaves out the cases that need more.
func Suite(t *testing.T, m model.Model, options string) {
	cases := []struct {
		name  string
		conns int // needed at a time
		run   func(*testing.T, *bench)
	}{
		{"hello", 1, hello},
		{"fragments", 1, fragments},
		{"pipelined", 1, pipelined},
		{"fault", 1, fault},
		{"refused input", 1, refusedInput},
		{"half-close", 1, halfClose},
		{"dribble", 1, dribble},
		{"silent clients", 40, silentClients},
		{"slow reader", 1, slowReader},
		{"crowd", 64, crowd},
		{"backends", 1, backends},
		{"backend deadline", 1, backendDeadline},
		{"drain of the idle", 1, drainIdle},
		{"drain of the busy", 1, drainBusy},
		{"drain of the queue", 1, drainQueue},
		{"drain before the first wait", 1, drainEarly},
		{"exhaustion", 1, exhaustion},
	}
	for _, c := range cases {
		if m.Limits.Connections == 0 || c.conns <= m.Limits.Connections {
			t.Run(c.name, func(t *testing.T) { c.run(t, &bench{t, m, options}) })
		}
	}
}

// bench is where one case starts its server.
type bench struct {
	t       *testing.T
	model   model.Model
	options string
}

func (b *bench) start(more string) *Server {
	s, _ := b.startWithBackend(more)
	return s
}

func (b *bench) startWithBackend(more string) (*Server, *Backend) {
	back := NewBackend(b.t)
	return Start(b.t, b.model, Config{
		Options:  b.options + "," + more,
		Routes:   Routes(),
		Backends: []string{back.Addr, back.Addr, back.Addr},
	}), back
}

func hello(_ *testing.T, b *bench) {
	c := b.start("").Dial()
	c.Want("/hello", 200, "hello")
	c.Want("/hello", 200, "hello")
	c.Want("/nowhere", 404, "no such path\n")
	c.Send("POST /echo HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\n\r\nabc")
	if a := c.Read(); a.Body != "abc" {
		b.t.Errorf("POST /echo: got %q, want abc", a.Body)
	}
}

func fragments(t *testing.T, b *bench) {
	c := b.start("").Dial()
	for range 3 {
		for i, piece := range strings.SplitAfter("POST /echo HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\n\r\nabc", "") {
			c.Send(piece)
			if i%16 == 0 {
				time.Sleep(time.Millisecond) // so that the server sees some pieces apart
			}
		}
		if a := c.Read(); a.Body != "abc" {
			t.Errorf("in pieces: got %q, want abc", a.Body)
		}
	}
}

func pipelined(t *testing.T, b *bench) {
	c := b.start("").Dial()
	const n = 200 // more than one read takes
	all := strings.Repeat(Request("/hello"), n)
	half := len(all) - 10
	c.Send(all[:half])
	for i := range n - 1 {
		if a := c.Read(); a.Body != "hello" || a.Close {
			t.Fatalf("answer %d: %+v", i, a)
		}
	}
	c.Send(all[half:])
	c.Read()
}

func fault(_ *testing.T, b *bench) {
	c := b.start("").Dial()
	for range 3 {
		c.Want("/panic", 500, "fault in handler: asked to\n")
		c.Want("/hello", 200, "hello")
	}
}

// The answer to what is refused arrives though the client goes on sending.
func refusedInput(t *testing.T, b *bench) {
	c := b.start("").Dial()
	c.Send("GET / HTTP/1.1\r\nno colon here\r\n\r\n" + strings.Repeat("x", 1<<16))
	if a := c.Read(); a.Status != 400 || !a.Close {
		t.Errorf("got %d, close %v, want 400 and the end", a.Status, a.Close)
	}
	c.CloseWrite()
	c.WantClosed()
}

func halfClose(_ *testing.T, b *bench) {
	c := b.start("").Dial()
	c.Send(Request("/hello"))
	c.CloseWrite()
	c.Read()
	c.WantClosed()
}

// A byte now and then does not keep a request alive: its deadline is absolute.
func dribble(t *testing.T, b *bench) {
	c := b.start("request-timeout=300ms").Dial()
	c.Want("/hello", 200, "hello")
	over := make(chan struct{})
	defer close(over)
	go func() {
		for _, piece := range strings.SplitAfter(Request("/"+strings.Repeat("x", 4000)), "") {
			select {
			case <-over:
				return
			case <-time.After(20 * time.Millisecond):
			}
			if _, err := c.TCPConn.Write([]byte(piece)); err != nil {
				return
			}
		}
	}()
	if a := c.Read(); a.Status != 408 || !a.Close {
		t.Errorf("got %d, close %v, want 408 and the end", a.Status, a.Close)
	}
	c.WantClosed()
}

// Clients that send half a request, or nothing, do not keep others from being served.
func silentClients(t *testing.T, b *bench) {
	s := b.start("")
	for i := range 32 {
		c := s.Dial()
		if i%2 == 0 {
			c.Send("GET /hello HTTP/1.1\r\nHo")
		}
	}
	for range 4 {
		s.Dial().Want("/hello", 200, "hello")
	}
}

// A client that does not read is cut off, and others are served.
func slowReader(t *testing.T, b *bench) {
	s := b.start("write-timeout=300ms")
	slow := s.Dial()
	slow.SetReadBuffer(4 << 10)
	slow.Send(Request("/big"))
	s.Dial().Want("/hello", 200, "hello")
	Until(t, "the slow reader to be cut off", func() bool {
		// A write to a connection that the server has closed fails before long.
		_, err := slow.TCPConn.Write([]byte("\r\n"))
		return err != nil
	})
}

func crowd(t *testing.T, b *bench) {
	s := b.start("")
	var all sync.WaitGroup
	for range 64 {
		c := s.Dial()
		all.Go(func() {
			for i := range 20 {
				name := fmt.Sprintf("%d", i)
				if a := c.Get("/ask?" + name + "&" + name); a.Body != name+" "+name {
					t.Errorf("got %d %q, want %q twice", a.Status, a.Body, name)
					return
				}
			}
		})
	}
	all.Wait()
	if got := s.Service.Requests(); got != 64*20 {
		t.Errorf("the server counted %d requests, want %d", got, 64*20)
	}
}

func backends(t *testing.T, b *bench) {
	c := b.start("").Dial()
	c.Want("/ask?one", 200, "one")
	c.Want("/ask?one&wait-two&three", 200, "one wait-two three")
	if a := c.Get("/ask?one&fail-two"); a.Status != 502 {
		t.Errorf("a backend that fails: got %d, want 502", a.Status)
	}
	if a := c.Get("/ask?cut-one"); a.Status != 502 {
		t.Errorf("a backend that hangs up: got %d, want 502", a.Status)
	}
	c.Want("/ask?four&five", 200, "four five")
}

func backendDeadline(t *testing.T, b *bench) {
	c := b.start("backend-timeout=200ms").Dial()
	if a := c.Get("/ask?one&hold-two"); a.Status != 504 {
		t.Errorf("a backend that stalls: got %d, want 504", a.Status)
	}
	c.Want("/ask?one&two", 200, "one two")
}

func drainIdle(_ *testing.T, b *bench) {
	s := b.start("")
	n := 8
	if most := b.model.Limits.Connections; most > 0 {
		n = most
	}
	var clients []*Client
	for i := range n {
		c := s.Dial()
		if i%2 == 0 {
			c.Want("/hello", 200, "hello")
		}
		clients = append(clients, c)
	}
	s.Drain()
	for _, c := range clients {
		c.WantClosed()
	}
}

// A request in hand is answered, and its connection told that this was the last.
func drainBusy(t *testing.T, b *bench) {
	s, back := b.startWithBackend("")
	c := s.Dial()
	c.Send(Request("/ask?hold-one"))
	Until(t, "the call to be held", func() bool { return back.Held.Load() == 1 })
	s.Begin()
	back.Release()
	if a := c.Read(); a.Status != 200 || a.Body != "hold-one" || !a.Close {
		t.Errorf("got %+v, want the answer and the end", a)
	}
	c.WantClosed()
	s.Drain()
}

// Who was in the queue of the listener when the drain began, with a request sent,
// is served.
func drainQueue(t *testing.T, b *bench) {
	s, back := b.startWithBackend("")
	first := s.Dial()
	first.Send(Request("/ask?hold-one"))
	Until(t, "the call to be held", func() bool { return back.Held.Load() == 1 })
	var queued []*Client
	for range 3 {
		c := s.Dial()
		c.Send(Request("/hello"))
		queued = append(queued, c)
	}
	s.Begin()
	back.Release()
	for _, c := range append([]*Client{first}, queued...) {
		if a := c.Read(); a.Status != 200 {
			t.Errorf("got %d, want 200", a.Status)
		}
	}
	s.Drain()
}

// A drain that begins before the model looks at anything finds clients in the queue.
func drainEarly(t *testing.T, b *bench) {
	var queued []*Client
	s := Start(t, b.model, Config{Options: b.options, Routes: Routes(), Early: func(s *Server) {
		s.Begin()
		for range 3 {
			c := s.Dial()
			c.Send(Request("/hello"))
			queued = append(queued, c)
		}
	}})
	for i, c := range queued {
		if a, err := c.TryRead(); err != nil || a.Status != 200 {
			t.Errorf("client %d of the queue: got %d, %v, want 200", i, a.Status, err)
		}
	}
	s.Drain()
}
