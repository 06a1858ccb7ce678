package nonblocking

import (
	"strconv"
	"testing"

	"golang.org/x/sys/unix"

	"assay/models/base/style"
)

// Another may take what the listener gives, and is told of every end of a connection.
func TestAccepted(t *testing.T) {
	var taken, closed int
	h := start(t, service(handlers()), func(s *Server) {
		s.Accepted = func(fd int) error { taken++; return s.Adopt(fd) }
		s.Closed = func() { closed++ }
	})
	a, b := h.dial(), h.dial()
	a.send(get("/echo?a")).want("200 a")
	b.send(get("/echo?b")).want("200 b")
	rst(a.TCPConn)
	h.until("it is closed", func() bool { return h.open == 1 })
	h.on(func() {
		if taken != 2 || closed != 1 {
			t.Errorf("%d connections were taken and %d closed, want 2 and 1", taken, closed)
		}
		file, err := unix.Open("/proc/self/exe", unix.O_RDONLY|unix.O_CLOEXEC, 0) // epoll takes none
		if err != nil {
			t.Fatal(err)
		}
		if err := h.Adopt(file); err == nil || closed != 2 {
			t.Errorf("adopting a file: %v, %d were closed, want an error and 2", err, closed)
		}
	})
}

// A computation goes where there is a place for it, else where functions go.
func TestCompute(t *testing.T) {
	sum := &style.Pure{Name: "sum", Do: func(a, b uint64) uint64 { return a + b }}
	bad := &style.Pure{Name: "bad", Do: func(uint64, uint64) uint64 { panic("in a computation") }}
	all := handlers()
	for _, p := range []*style.Pure{sum, bad} {
		all["/"+p.Name] = func(w style.Loop, x *style.Exchange, done func(error)) {
			style.Compute(w, p, 40, 2, func(result uint64) {
				x.Body = strconv.AppendUint(x.Body, result, 10)
				done(nil)
			})
		}
	}
	all["/early"] = func(w style.Loop, _ *style.Exchange, _ func(error)) {
		style.Compute(w, sum, 1, 2, func(uint64) { t.Error("went on after a fault") })
		panic("with one away")
	}
	// elsewhere computes on the loop, in a coming turn.
	elsewhere := func(s *Server) {
		s.Compute = func(p *style.Pure, a, b uint64, then func(uint64, error)) bool {
			s.Loop.Post(func() {
				var result uint64
				err := try(func() { result = p.Do(a, b) })
				then(result, err)
			})
			return true
		}
	}
	threads := func(s *Server) { s.Execute = func(f func()) bool { go f(); return true } }
	for name, change := range map[string]func(*Server){"in place": func(*Server) {}, "threads": threads, "elsewhere": elsewhere} {
		t.Run(name, func(t *testing.T) {
			h := start(t, service(all), change)
			h.dial().send(get("/sum")+get("/bad")+get("/sum")).
				want("200 42", "500 fault in handler: in a computation\n", "200 42")
			if name != "in place" { // there it is over before the fault
				h.dial().send(get("/early")+get("/sum")).want("500 fault in handler: with one away\n", "200 42")
			}
		})
	}
	t.Run("full", func(t *testing.T) {
		h := start(t, service(all), threads, func(s *Server) {
			s.Compute = func(*style.Pure, uint64, uint64, func(uint64, error)) bool { return false }
		})
		h.dial().send(get("/sum")+get("/echo?next")).want("503 queue full\n", "200 next")
	})
}
