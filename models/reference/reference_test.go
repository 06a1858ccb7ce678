package reference

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"strings"
	"testing"
	"time"

	"assay/bench/echo"
	"assay/models/base/model"
	"assay/models/base/sock"

	"golang.org/x/sys/unix"
)

// started is a reference that serves in this process.
type started struct {
	addr string
	stop *model.Stop
	done chan error
	env  *model.Env
}

// prepare opens the listener, as Program does before it says where.
func prepare(t *testing.T, m *model.Model, options string) *started {
	t.Helper()
	values, err := m.Parse(options)
	if err != nil {
		t.Fatal(err)
	}
	ln, err := sock.Listen("127.0.0.1:0", 0, false)
	if err != nil {
		t.Fatal(err)
	}
	at, err := sock.Addr(ln)
	if err != nil {
		t.Fatal(err)
	}
	stop, err := model.NewStop()
	if err != nil {
		t.Fatal(err)
	}
	service := model.NewService(values)
	service.Routes, service.Nonce = echo.Workload.Routes, "n"
	return &started{
		addr: at.String(), stop: stop, done: make(chan error, 1),
		env: &model.Env{Listener: ln, Service: service, Options: values, Stop: stop, Log: t.Output()},
	}
}

func start(t *testing.T, m *model.Model, options string) *started {
	s := prepare(t, m, options)
	go func() { s.done <- m.Run(s.env) }()
	t.Cleanup(func() { s.drain(t) })
	return s
}

// drain ends the server as SIGTERM does.
func (s *started) drain(t *testing.T) {
	t.Helper()
	if !s.stop.Begun() {
		s.env.Service.Drain()
		s.stop.Begin()
		select {
		case err := <-s.done:
			if err != nil {
				t.Errorf("Run: %v", err)
			}
		case <-time.After(20 * time.Second):
			t.Error("not drained in 20 s")
		}
	}
}

func (s *started) dial(t *testing.T) net.Conn {
	t.Helper()
	c, err := net.Dial("tcp", s.addr)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { c.Close() })
	c.SetDeadline(time.Now().Add(20 * time.Second))
	return c
}

// ask sends a request and wants its answer.
func ask(t *testing.T, c net.Conn, path, want string) {
	t.Helper()
	fmt.Fprintf(c, "GET %s HTTP/1.1\r\nHost: h\r\n\r\n", path)
	r, err := http.ReadResponse(bufio.NewReader(c), nil)
	if err != nil {
		t.Fatalf("%s: %v", path, err)
	}
	body, err := io.ReadAll(r.Body)
	if err != nil || !strings.Contains(string(body), want) || r.Header.Get("Date") != "" || r.Header.Get("Server") != "" {
		t.Errorf("%s: %d %q %v, %v; want %q and neither Date nor Server", path, r.StatusCode, body, r.Header, err, want)
	}
}

func each(t *testing.T, f func(t *testing.T, m *model.Model)) {
	for i := range Models {
		t.Run(Models[i].Name, func(t *testing.T) {
			t.Parallel()
			f(t, &Models[i])
		})
	}
}

// Who connects before a server has got hold of the listener is served, and so is
// who connects at that very moment: gnet changes listeners then.
func TestEarlyConnections(t *testing.T) {
	each(t, func(t *testing.T, m *model.Model) {
		for range 5 {
			s := prepare(t, m, "")
			early := []net.Conn{s.dial(t), s.dial(t)}
			go func() { s.done <- m.Run(s.env) }()
			for range 100 {
				early = append(early, s.dial(t))
			}
			for _, c := range early {
				ask(t, c, "/echo", "abcdefghijklm")
			}
			s.drain(t)
		}
	})
}

// A connection may stay silent before its first byte and between requests, but
// a request that has begun has a deadline.
func TestPatience(t *testing.T) {
	each(t, func(t *testing.T, m *model.Model) {
		s := start(t, m, "request-timeout=300ms")
		fresh, used, slow := s.dial(t), s.dial(t), s.dial(t)
		ask(t, used, "/echo?bytes=3", "abc")
		io.WriteString(slow, "GET /ec")
		answer, err := io.ReadAll(slow)
		if err != nil || strings.HasPrefix(string(answer), "HTTP/1.1 200") {
			t.Errorf("half a request: %q, %v; want it refused and the connection closed", answer, err)
		}
		time.Sleep(300 * time.Millisecond) // beyond the deadline that a request would have
		ask(t, fresh, "/echo?bytes=3", "abc")
		ask(t, used, "/echo?bytes=3", "abc")
	})
}

func TestDrainClosesWhoIsSilent(t *testing.T) {
	each(t, func(t *testing.T, m *model.Model) {
		s := start(t, m, "")
		fresh, used := s.dial(t), s.dial(t)
		ask(t, used, "/-/id", `"nonce":"n"`)
		began := time.Now()
		s.drain(t)
		if took := time.Since(began); took > model.DrainTime {
			t.Errorf("drained in %v, the contract gives %v", took, model.DrainTime)
		}
		for _, c := range []net.Conn{fresh, used} {
			if n, err := c.Read(make([]byte, 1)); n != 0 || errors.Is(err, unix.EAGAIN) {
				t.Errorf("a silent connection after the drain: %d, %v, want its end", n, err)
			}
		}
		if c, err := net.Dial("tcp", s.addr); err == nil {
			c.Close()
			t.Error("the listener is still open")
		}
	})
}

func TestStatistics(t *testing.T) {
	each(t, func(t *testing.T, m *model.Model) {
		s := start(t, m, "")
		c := s.dial(t)
		for range 3 {
			ask(t, c, "/echo", "abc")
		}
		ask(t, c, "/-/stats?gc=1", `"requests":3,`)
		ask(t, c, "/echo?fault=panic", "fault in handler")
		ask(t, c, "/nix", "no such path")
	})
}
