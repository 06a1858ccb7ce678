package site

import (
	"context"
	"errors"
	"fmt"
	"net"
	"os"
	"sync"
	"time"

	"assay/models/base/model"
	"assay/models/base/sock"

	"golang.org/x/sys/unix"
)

// Grace is how long a drain goes on accepting, so that who was in the queue at
// SIGTERM is accepted: a net.Listener that is closed resets its queue.
const Grace = 20 * time.Millisecond

// Listener hands out connections that are patient: a deadline for the first
// request begins with its first byte.
type Listener struct {
	net.Listener
	mu       sync.Mutex
	draining bool
	fresh    map[*Conn]struct{} // no byte has come yet
}

// Listen makes a listener of env's descriptor, which it takes over.
func Listen(env *model.Env) (*Listener, error) {
	f := os.NewFile(uintptr(env.Listener), "listener")
	defer f.Close() // FileListener has its own descriptor
	ln, err := net.FileListener(f)
	if err != nil {
		return nil, err
	}
	return &Listener{Listener: ln, fresh: make(map[*Conn]struct{})}, nil
}

// Accept implements net.Listener. Short of descriptors it rests and tries again, where
// some servers would take the error for the end.
func (l *Listener) Accept() (net.Conn, error) {
	var backoff sock.Backoff
	nc, err := l.Listener.Accept()
	for errno := unix.Errno(0); errors.As(err, &errno); {
		rest, again := backoff.After(errno)
		if !again {
			break
		}
		time.Sleep(rest)
		nc, err = l.Listener.Accept()
	}
	if err != nil {
		return nil, err
	}
	c := &Conn{TCPConn: nc.(*net.TCPConn), from: l}
	l.mu.Lock()
	defer l.mu.Unlock()
	l.fresh[c] = struct{}{}
	if l.draining {
		c.CloseRead()
	}
	return c, nil
}

// Drain ends the reading of connections that have sent nothing, now and
// from now on. What came before is still read.
func (l *Listener) Drain() {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.draining = true
	for c := range l.fresh {
		c.CloseRead()
	}
}

func (l *Listener) forget(c *Conn) {
	l.mu.Lock()
	delete(l.fresh, c)
	l.mu.Unlock()
}

// Conn is a client connection that may stay silent before its first byte.
type Conn struct {
	*net.TCPConn
	from  *Listener
	begun bool          // a byte has come
	after time.Duration // until then: the read deadline to set on it; 0: none
}

// SetReadDeadline implements net.Conn.
func (c *Conn) SetReadDeadline(t time.Time) error {
	if c.begun {
		return c.TCPConn.SetReadDeadline(t)
	}
	c.after = 0
	if !t.IsZero() {
		c.after = time.Until(t)
	}
	return nil
}

// Read implements net.Conn.
func (c *Conn) Read(b []byte) (int, error) {
	n, err := c.TCPConn.Read(b)
	if !c.begun {
		c.begun = true
		c.from.forget(c)
		if c.after > 0 && err == nil {
			err = c.TCPConn.SetReadDeadline(time.Now().Add(c.after))
		}
	}
	return n, err
}

// Close implements net.Conn.
func (c *Conn) Close() error {
	c.from.forget(c)
	return c.TCPConn.Close()
}

// Stopping gives a function that returns when the drain begins. It waits on the runtime's
// poller: no thread is lost to it. The descriptor that this takes is taken here, before
// clients can have taken them all.
func Stopping(stop *model.Stop) (wait func() error, err error) {
	fd, err := unix.FcntlInt(uintptr(stop.FD()), unix.F_DUPFD_CLOEXEC, 0)
	if err != nil {
		return nil, fmt.Errorf("wait for the drain: %w", err)
	}
	f := os.NewFile(uintptr(fd), "stop")
	rc, err := f.SyscallConn()
	if err != nil {
		f.Close()
		return nil, fmt.Errorf("wait for the drain: %w", err)
	}
	return func() error {
		defer f.Close()
		return rc.Read(func(uintptr) bool { return stop.Begun() })
	}, nil
}

// DrainOn shuts a server down when the drain begins, and gives what came of it.
func (ln *Listener) DrainOn(stop *model.Stop, shutdown func(context.Context) error) (drained <-chan error, err error) {
	wait, err := Stopping(stop)
	if err != nil {
		return nil, err
	}
	done := make(chan error, 1)
	go func() {
		err := wait()
		time.Sleep(Grace)
		ln.Drain()
		done <- errors.Join(err, shutdown(context.Background()))
	}()
	return done, nil
}
