package backend

import (
	"errors"
	"fmt"
	"os"
	"runtime"
	"testing"
	"time"
)

func TestManyConnections(t *testing.T) {
	s := start(t, 3)
	const conns = 900
	clients := make([]*client, conns)
	for i := range clients {
		clients[i] = dial(t, s.Addrs()[i%3])
		clients[i].send(get(i, i%3, 50_000, ""))
	}
	for i, c := range clients {
		c.want(200, text(i, i%3))
	}
	got, err := Fetch(s.Addrs()[0], false)
	if err != nil {
		t.Fatal(err)
	}
	if got.Calls != conns || got.PerBackend[2] != conns/3 || got.Connections < conns || got.Accepted < conns || got.Misdirected != 0 {
		t.Errorf("figures %+v after %d calls over as many connections", got, conns)
	}
	if brief, err := Brief(s.Addrs()[0], false); err != nil || brief.Service.Histogram != "" || got.Service.Histogram == "" || brief.Service.Mean < int64(50*time.Millisecond) {
		t.Errorf("in brief %+v, %v", brief, err)
	}
	if got.Late.Count != conns || got.Service.P50 < int64(50*time.Millisecond) || got.MostFlight < 2 {
		t.Errorf("times %+v, late %+v, at most %d at once", got.Service, got.Late, got.MostFlight)
	}
}

func TestFiguresStartAnew(t *testing.T) {
	s := start(t, 2)
	c := dial(t, s.Addrs()[0])
	c.send(get(1, 1, 0, "")) // meant for the other backend
	c.want(200, text(1, 1))
	for _, want := range []uint64{1, 0} {
		got, err := Fetch(s.Addrs()[1], true)
		if err != nil {
			t.Fatal(err)
		}
		if got.Calls != want || got.Misdirected != want || got.Late.Count != int64(want) || got.Wall <= 0 {
			t.Errorf("figures %+v, want %d calls", got, want)
		}
	}
}

// A closed server leaves no connection behind, so that another can take its place.
func TestCloseEndsConnections(t *testing.T) {
	s, err := New(Options{Listen: []string{"127.0.0.1:0"}})
	if err != nil {
		t.Fatal(err)
	}
	over := make(chan error)
	go func() { over <- s.Run() }()
	a, b := dial(t, s.Addrs()[0]), dial(t, s.Addrs()[0])
	for _, c := range []*client{a, b} {
		c.send(get(1, 0, 0, ""))
		c.want(200, text(1, 0))
	}
	s.Stop()
	if err := errors.Join(<-over, s.Close()); err != nil {
		t.Fatal(err)
	}
	a.wantEnd()
	b.wantEnd()
}

// HangUp ends connections, those in the middle of a call too, and takes new ones.
func TestHangUp(t *testing.T) {
	s := start(t, 1)
	a, b := dial(t, s.Addrs()[0]), dial(t, s.Addrs()[0])
	a.send(get(1, 0, 0, ""))
	a.want(200, text(1, 0))
	b.send(get(1, 0, 10_000_000, ""))
	for s.Take(false).InFlight == 0 {
		time.Sleep(time.Millisecond)
	}
	s.HangUp()
	a.wantEnd()
	b.wantEnd()
	if got := s.Take(false); got.Connections != 0 || got.Dropped != 1 || got.InFlight != 0 {
		t.Errorf("figures %+v after all was hung up", got)
	}
	c := dial(t, s.Addrs()[0])
	c.send(get(1, 0, 0, ""))
	c.want(200, text(1, 0))
}

func TestIdentity(t *testing.T) {
	c := dial(t, start(t, 1).Addrs()[0])
	c.send("GET /-/id HTTP/1.1\r\nHost: b\r\n\r\n")
	c.want(200, fmt.Sprintf(`{"nonce":"abc","pid":%d}`, os.Getpid()))
}

// A call is decoded, queued, timed and answered without an allocation.
func TestNoAllocationPerCall(t *testing.T) {
	c := dial(t, start(t, 1).Addrs()[0])
	request, answer := []byte(get(1, 0, 10, "")), make([]byte, 1000)
	ask := func() {
		if _, err := c.Write(request); err != nil {
			t.Fatal(err)
		}
		if _, err := c.Read(answer); err != nil {
			t.Fatal(err)
		}
	}
	ask()
	var before, after runtime.MemStats
	const calls = 2000
	runtime.ReadMemStats(&before)
	for range calls {
		ask()
	}
	runtime.ReadMemStats(&after)
	if n := after.Mallocs - before.Mallocs; n > calls/10 {
		t.Errorf("%d allocations in %d calls", n, calls)
	}
}
