package conn

import (
	"sync/atomic"
	"time"

	"assay/models/base/http1"
	"assay/models/base/style"
)

// Sizes that all models share, so that no model is quicker for its buffers. A
// blocked reader holds its own ReadBuffer while it waits; a readiness loop
// shares one of the same size. That difference is part of the models.
const (
	ReadBuffer = 4 << 10  // bytes a server reads at a time from a client
	CallBuffer = 1 << 10  // bytes a server reads at a time from a backend
	OutBound   = 64 << 10 // bytes of unsent answers at which no further request is taken
)

// Lingering bounds how long and how much is read and thrown away after a
// refusal, so that the answer is not lost to a reset (RFC 9112, 9.6).
const (
	LingerTime  = time.Second
	LingerBytes = 4 << 20
)

// Service is what all connections of one server process share. Its exported
// fields are set before serving and not changed afterwards.
type Service struct {
	Routes         []style.Route
	Limits         http1.Limits
	RequestTimeout time.Duration // from a request's first byte to its last
	BackendTimeout time.Duration // for one backend call, its connection included
	WriteTimeout   time.Duration // for a client to take an answer
	Backends       []string      // host:port
	Nonce          string        // answered by /-/id; empty: not offered
	PID            int
	// Stats appends the process's own figures as JSON (GET /-/stats); collect
	// asks for a garbage collection first. Requests is added by the caller.
	Stats func(dst []byte, requests uint64, collect bool) []byte

	draining atomic.Bool
	requests atomic.Uint64
}

// Drain makes every further answer the last of its connection. Waking idle
// connections and closing the listener is the model's part.
func (s *Service) Drain() { s.draining.Store(true) }

// Draining reports whether Drain was called.
func (s *Service) Draining() bool { return s.draining.Load() }

// Requests is how many requests were answered by handlers so far.
func (s *Service) Requests() uint64 { return s.requests.Load() }
