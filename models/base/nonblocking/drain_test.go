package nonblocking

import (
	"io"
	"net"
	"strings"
	"testing"
	"time"

	"golang.org/x/sys/unix"

	"assay/models/base/conn"
	"assay/models/base/style"
)

func TestDrainWithNothingOpen(t *testing.T) {
	h := start(t, service(handlers()))
	h.Loop.Post(func() { h.Drain(); h.Drain() })
	if err := h.ended(); err != nil {
		t.Error(err)
	}
	if _, err := net.Dial("tcp", h.addr); err == nil {
		t.Error("the listener is still open")
	}
}

func TestDrainOwesWhatHasCome(t *testing.T) {
	b := newBackend(t)
	s := service(handlers())
	h := start(t, withBackend(s, b))
	idle, partial, waits, pipelined, exact := h.dial(), h.dial(), h.dial(), h.dial(), h.dial()
	idle.send(get("/echo?x")).want("200 x")
	partial.send("GET /echo?half")
	waits.send(get("/ask?held"))
	b.got("held")
	pipelined.send(get("/ask?stay")+get("/echo?2")+get("/echo?3")+"GET /echo?half").want("200 stay", "200 2", "200 3")
	h.until("all are served", func() bool { return h.open == 5 })
	var queued *peer
	h.on(func() {
		// The loop stands still: these reach the kernel, and no event has told of them.
		queued = h.dial()
		queued.send(get("/echo?queued"))
		idle.send(get("/echo?unseen") + get("/echo?unseen2"))
		// Requests of which a read takes two, and nothing of the third.
		half := get("/no" + strings.Repeat("x", conn.ReadBuffer/2-len(get("/no"))))
		exact.send(half + half + half)
		time.Sleep(20 * time.Millisecond)
		h.Drain()
	})
	queued.want("200 queued").wantEnd()
	idle.want("200 unseen", "200 unseen2").wantEnd()
	exact.want("404 no such path\n", "404 no such path\n", "404 no such path\n").wantEnd()
	partial.wantEnd()
	pipelined.wantEnd()
	select {
	case err := <-h.done:
		t.Fatalf("the drain ended before the last answer was sent: %v", err)
	default:
	}
	b.release <- struct{}{}
	waits.want("200 held").wantEnd()
	if err := h.ended(); err != nil {
		t.Error(err)
	}
}

func TestDrainSaysClose(t *testing.T) {
	b := newBackend(t)
	h := start(t, withBackend(service(handlers()), b))
	p := h.dial()
	p.send(get("/ask?held"))
	b.got("held")
	h.on(h.Drain)
	b.release <- struct{}{}
	all, err := io.ReadAll(p)
	if err != nil || !strings.Contains(string(all), "\r\nConnection: close\r\n") {
		t.Errorf("last answer %q, %v; want Connection: close", all, err)
	}
}

func TestDrainOn(t *testing.T) {
	stop, err := unix.Eventfd(0, unix.EFD_CLOEXEC|unix.EFD_NONBLOCK)
	if err != nil {
		t.Fatal(err)
	}
	defer unix.Close(stop)
	h := start(t, service(handlers()), func(s *Server) {
		if err := s.DrainOn(stop); err != nil {
			t.Fatal(err)
		}
	})
	p := h.dial()
	p.send(get("/echo?x")).want("200 x")
	if _, err := unix.Write(stop, []byte{1, 0, 0, 0, 0, 0, 0, 0}); err != nil {
		t.Fatal(err)
	}
	p.wantEnd()
	if err := h.ended(); err != nil {
		t.Error(err)
	}
}

// A connection that is cut off while its handler waits leaves nothing behind.
func TestCloseWhileAHandlerWaits(t *testing.T) {
	s := service(nil)
	s.Routes = []style.Route{{Method: "GET", Path: "/never", Callback: func(style.Loop, *style.Exchange, func(error)) {}}}
	h := start(t, s)
	p := h.dial()
	p.send(get("/never"))
	h.until("the request is in hand", h.inHand)
	h.on(h.Drain)
	h.Loop.Stop()
	if err := h.ended(); err != nil {
		t.Error(err)
	}
	if err := h.Close(); err != nil || h.open != 0 {
		t.Errorf("Close: %v, %d connections are left", err, h.open)
	}
	p.wantEnd()
}

// What came behind a request that is waited for is owed its answer, though nobody has
// read it; of a peer that never stops, only what had come.
func TestDrainOwesWhatIsUnread(t *testing.T) {
	b := newBackend(t)
	h := start(t, withBackend(service(handlers()), b))
	p, flood := h.dial(), h.dial()
	p.send(get("/ask?held"))
	b.got("held")
	flood.send(get("/ask?held"))
	b.got("held")
	p.send(get("/echo?2") + get("/echo?3"))
	over := make(chan struct{})
	go func() {
		defer close(over)
		for {
			if _, err := io.WriteString(flood, get("/echo?more")); err != nil {
				return
			}
		}
	}()
	go io.Copy(io.Discard, flood)
	h.on(h.Drain)
	b.release <- struct{}{}
	b.release <- struct{}{}
	p.want("200 held", "200 2", "200 3").wantEnd()
	if err := h.ended(); err != nil {
		t.Error(err)
	}
	<-over
}
