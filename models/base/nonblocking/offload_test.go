package nonblocking

import (
	"testing"
	"time"

	"assay/models/base/loop"
	"assay/models/base/style"
)

// inHand reports whether any connection's handler waits.
func (s *Server) inHand() bool {
	in := false
	s.Loop.Each(func(_ int, src loop.Source) {
		if c, ok := src.(*client); ok && c.conn.InHand() {
			in = true
		}
	})
	return in
}

func offloaders(t *testing.T) map[string]style.Callback {
	all := handlers()
	all["/offload"] = func(w style.Loop, x *style.Exchange, done func(error)) {
		n := 0
		w.Offload(func() { n = 42 }, func() {
			if n == 42 {
				x.Body = append(append(x.Body, "42 "...), x.Request.Query...)
			}
			done(nil)
		})
	}
	all["/fault"] = func(w style.Loop, _ *style.Exchange, _ func(error)) {
		w.Offload(func() { panic("away") }, func() { t.Error("went on after a fault") })
	}
	all["/early"] = func(w style.Loop, x *style.Exchange, _ func(error)) {
		for range 3 {
			w.Offload(func() {
				time.Sleep(5 * time.Millisecond)
				if len(x.Request.Path) == 0 {
					t.Error("the exchange was taken away from a function that uses it")
				}
			}, func() { t.Error("went on after a fault") })
		}
		panic("with three away")
	}
	return all
}

func TestOffload(t *testing.T) {
	inline := func(*Server) {}
	threads := func(s *Server) { s.Execute = func(f func()) bool { go f(); return true } }
	for name, change := range map[string]func(*Server){"in place": inline, "threads": threads} {
		t.Run(name, func(t *testing.T) {
			h := start(t, service(offloaders(t)), change)
			h.dial().send(get("/offload?a")+get("/fault")+get("/offload?b")).
				want("200 42 a", "500 fault in handler: away\n", "200 42 b")
		})
	}
	t.Run("fault while away", func(t *testing.T) {
		h := start(t, service(offloaders(t)), threads)
		h.dial().send(get("/early")+get("/echo?next")).want("500 fault in handler: with three away\n", "200 next")
	})
	t.Run("full", func(t *testing.T) {
		h := start(t, service(offloaders(t)), func(s *Server) { s.Execute = func(func()) bool { return false } })
		h.dial().send(get("/offload")+get("/echo?next")).want("503 queue full\n", "200 next")
	})
}
