package conn

import (
	"errors"
	"os"
	"time"

	"assay/models/base/style"
)

// Caller makes backend calls for one direct handler at a time. It is the Call
// and CallAll of every direct model; Block and Offload are the model's own.
type Caller struct {
	Up   *Upstreams
	open []*upstream // of the CallAll under way, by index of its call
}

// Call asks one backend and waits for its answer.
func (r *Caller) Call(c *style.Call) error { return r.CallBy(c, r.Up.Until()) }

// CallBy is Call with a deadline of the caller's: several calls at once have one for all,
// wherever each of them is made.
func (r *Caller) CallBy(c *style.Call, until time.Time) error {
	u, err := r.send(c, false, until)
	if err == nil {
		err = r.receive(u, c, until)
	}
	c.Err = err
	return err
}

// CallAll scatters and gathers: it writes to all backends before it reads from
// any, so that their delays overlap without a second thread. The deadline is one
// for all. The first error by index is returned.
func (r *Caller) CallAll(cs []style.Call) error {
	until := r.Up.Until()
	r.open = r.open[:0]
	for i := range cs {
		u, err := r.send(&cs[i], false, until)
		cs[i].Err = err
		r.open = append(r.open, u)
	}
	var first error
	for i := range cs {
		c := &cs[i]
		if c.Err == nil {
			c.Err = r.receive(r.open[i], c, until)
		}
		if first == nil {
			first = c.Err
		}
		r.open[i] = nil
	}
	return first
}

// send writes the call's request on an idle connection or a fresh one. An idle
// one that the backend has closed is replaced once. All of that ends by until.
func (r *Caller) send(c *style.Call, fresh bool, until time.Time) (*upstream, error) {
	s := r.Up.Service
	if len(s.Backends) == 0 {
		return nil, ErrNoBackends
	}
	backend := c.Backend % len(s.Backends)
	u, err := r.Up.open(backend, fresh, until)
	if err != nil {
		return nil, Failed(err, errors.Is(err, os.ErrDeadlineExceeded))
	}
	u.out = u.attempt.Start(u.out[:0], c, s.Backends[backend], s.Limits)
	if _, err = u.stream.Write(u.out, time.Until(until)); err == nil {
		return u, nil
	}
	u.stream.Close()
	if u.reused {
		return r.send(c, true, until)
	}
	return nil, Failed(err, errors.Is(err, os.ErrDeadlineExceeded))
}

// receive reads the call's answer and gives the connection back.
func (r *Caller) receive(u *upstream, c *style.Call, until time.Time) error {
	for {
		n, err := u.stream.Read(u.buf[:], until)
		if err == nil {
			done, err := u.attempt.Feed(u.buf[:n])
			if !done && err == nil {
				continue
			}
			r.Up.shut(u)
			return err
		}
		u.stream.Close()
		if errors.Is(err, os.ErrDeadlineExceeded) {
			return style.ErrDeadline
		}
		if !u.attempt.Begun() && u.reused {
			if u, err = r.send(c, true, until); err != nil {
				return err
			}
			continue
		}
		return u.attempt.Broken(err)
	}
}

// ErrNoBackends is what a call gives in a server that was told of no backends.
var ErrNoBackends = Failed(errors.New("no backends: ASSAY_BACKENDS is empty"), false)
