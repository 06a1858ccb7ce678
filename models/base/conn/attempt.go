package conn

import (
	"errors"
	"fmt"
	"io"
	"syscall"

	"assay/models/base/http1"
	"assay/models/base/style"
)

// Attempt is one backend connection's side of a call, sans I/O. It is reused
// from call to call as long as its connection lives.
type Attempt struct {
	reader   http1.ResponseReader
	response http1.Response
	call     *style.Call
	begun    bool // a byte of the answer has come
	done     bool
}

// Start begins a call and appends what must be sent to dst.
func (a *Attempt) Start(dst []byte, c *style.Call, host string, limits http1.Limits) []byte {
	if a.call == nil {
		a.reader.Init(limits)
	}
	a.reader.Reset("GET")
	a.call, a.begun, a.done = c, false, false
	c.Status, c.Body, c.Err = 0, c.Body[:0], nil
	return http1.AppendRequest(dst, "GET", c.Target, host, nil)
}

// Feed takes received bytes. When done, the call's Status and Body are set; an
// answer that is not 200, or no HTTP, gives an error that wraps style.ErrBackend.
func (a *Attempt) Feed(in []byte) (done bool, err error) {
	a.begun = a.begun || len(in) > 0
	for len(in) > 0 {
		n, state, err := a.reader.Feed(in, &a.response)
		if err != nil {
			return false, fmt.Errorf("%w: unreadable answer: %w", style.ErrBackend, err)
		}
		if in = in[n:]; state == http1.Done {
			a.done = len(in) == 0 // bytes after the answer: not to be used again
			return true, a.finish()
		}
	}
	return false, nil
}

// EOF says that the backend closed the connection. An answer that is delimited
// by that is done; any other is cut short.
func (a *Attempt) EOF() error {
	state, err := a.reader.EOF(&a.response)
	if err != nil || state != http1.Done || !a.begun {
		return errCut
	}
	return a.finish()
}

// Broken ends a call whose connection has ended (nil or io.EOF) or failed with err. Only an end
// can delimit an answer; behind a failure nobody knows how much of it is missing.
func (a *Attempt) Broken(err error) error {
	if err == nil || err == io.EOF {
		return a.EOF()
	}
	var errno syscall.Errno
	if errors.As(err, &errno) { // without what one model's layers add and another's do not
		err = errno
	}
	return Failed(err, false)
}

var errCut = fmt.Errorf("%w: connection closed before the answer was whole", style.ErrBackend)

func (a *Attempt) finish() error {
	c := a.call
	c.Status, c.Body = a.response.Status, append(c.Body[:0], a.response.Body...)
	if c.Status != 200 {
		return fmt.Errorf("%w: it answered %d", style.ErrBackend, c.Status)
	}
	return nil
}

// Begun reports whether a byte of the answer has come. A reused connection that
// fails before that was closed while idle: the call is tried once more on a fresh one.
func (a *Attempt) Begun() bool { return a.begun }

// Reusable reports whether the connection may carry another call.
func (a *Attempt) Reusable() bool { return a.done && a.response.KeepAlive }

// Failed turns a failure of the connection itself into the call's error:
// timeout tells a deadline from a broken connection.
func Failed(err error, timeout bool) error {
	switch {
	case errors.Is(err, style.ErrBackend), errors.Is(err, style.ErrDeadline):
		return err
	case timeout:
		return style.ErrDeadline
	default:
		return fmt.Errorf("%w: %w", style.ErrBackend, err)
	}
}
