// Package modeltest starts models inside a test's own process, so that the race
// detector sees them, and talks to them in raw bytes.
package modeltest

import (
	"bytes"
	"net"
	"sync"
	"testing"
	"time"

	"assay/models/base/conn"
	"assay/models/base/model"
	"assay/models/base/sock"
	"assay/models/base/style"
)

// Patience is how long anything may take before a test gives up. Nothing is
// expected to take so long: tests are never timed.
const Patience = 20 * time.Second

// Config is what a test's server differs in.
type Config struct {
	Options  string // as in ASSAY_OPTIONS
	Routes   []style.Route
	Backends []string
	Service  func(*conn.Service) // last changes, before it serves
	Early    func(*Server)       // called with the listener open, before Run
}

// Server is a model that runs.
type Server struct {
	Addr    string
	Service *conn.Service
	t       testing.TB
	stop    *model.Stop
	done    chan error
	once    sync.Once
	log     lockedBuffer
}

// Start runs m until the test ends. The end is a drain, which must succeed.
func Start(t testing.TB, m model.Model, c Config) *Server {
	t.Helper()
	options, err := m.Parse(c.Options)
	if err != nil {
		t.Fatal(err)
	}
	ln, err := sock.Listen("127.0.0.1:0", options.Int("backlog"), m.SharesPort != nil && m.SharesPort(options))
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
	s := &Server{Addr: at.String(), Service: model.NewService(options), t: t, stop: stop, done: make(chan error, 1)}
	s.Service.Routes, s.Service.Backends, s.Service.Nonce = c.Routes, c.Backends, "nonce of a test"
	if c.Service != nil {
		c.Service(s.Service)
	}
	if c.Early != nil {
		c.Early(s)
	}
	go func() {
		s.done <- m.Run(&model.Env{Listener: ln, Service: s.Service, Options: options, Stop: stop, Log: &s.log})
	}()
	t.Cleanup(s.Drain)
	return s
}

// Begin begins the drain and does not wait for its end.
func (s *Server) Begin() {
	s.Service.Drain()
	s.stop.Begin()
}

// Drain drains the server and waits for the end of Run. A second call does nothing.
func (s *Server) Drain() {
	s.once.Do(func() {
		s.Begin()
		select {
		case err := <-s.done:
			if err != nil {
				s.t.Errorf("Run: %v", err)
			}
			s.stop.Close()
		case <-time.After(Patience):
			s.t.Errorf("the drain did not end; log:\n%s", s.Log())
		}
	})
}

// Log is what the model has logged so far.
func (s *Server) Log() string { return s.log.String() }

// Dial connects a client, which is closed when the test ends.
func (s *Server) Dial() *Client {
	s.t.Helper()
	c, err := net.Dial("tcp", s.Addr)
	if err != nil {
		s.t.Fatal(err)
	}
	s.t.Cleanup(func() { c.Close() })
	return NewClient(s.t, c.(*net.TCPConn))
}

type lockedBuffer struct {
	mu sync.Mutex
	b  bytes.Buffer
}

func (b *lockedBuffer) Write(p []byte) (int, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.b.Write(p)
}

func (b *lockedBuffer) String() string {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.b.String()
}
