package goroutine

import (
	"errors"
	"fmt"
	"os"
	"time"

	"assay/models/base/model"
	"assay/models/base/sock"

	"golang.org/x/sys/unix"
)

// accept gives each new connection, a non-blocking socket, to serve, until the
// drain begins; then it accepts what has queued up and closes the listener.
func accept(env *model.Env, serve func(fd int)) error {
	f := os.NewFile(uintptr(env.Listener), "listener")
	defer f.Close()
	raw, err := f.SyscallConn()
	if err != nil {
		return fmt.Errorf("accept: %w", err)
	}
	stopped, err := watch(env.Stop)
	if err != nil {
		return fmt.Errorf("accept: %w", err)
	}
	go func() {
		<-stopped
		f.SetReadDeadline(time.Now()) // wakes whoever waits for a connection
	}()
	var mishaps sock.Mishaps
	for {
		var fd int
		var failure error
		err := raw.Read(func(ln uintptr) bool {
			fd, failure = sock.Accept(int(ln), true)
			return failure != unix.EAGAIN
		})
		switch {
		case errors.Is(err, os.ErrDeadlineExceeded):
			return rest(env.Listener, serve)
		case err != nil:
			return fmt.Errorf("accept: %w", err)
		case failure == nil:
			mishaps.Over()
			serve(fd)
			continue
		}
		pause, again := mishaps.After(failure, env.Log)
		if !again {
			return fmt.Errorf("accept: %w", failure)
		}
		if pause > 0 {
			select {
			case <-time.After(pause):
			case <-stopped:
			}
		}
	}
}

// rest accepts what is in the queue.
func rest(ln int, serve func(fd int)) error {
	var back sock.Backoff
	for {
		fd, err := sock.Accept(ln, true)
		if err == nil {
			serve(fd)
			continue
		}
		if pause, again := back.After(err); err == unix.EAGAIN || pause > 0 || !again {
			return nil // the queue is empty, or what is in it cannot be accepted now
		}
	}
}

// watch waits for the drain on the poller, so that no thread is lost to it.
func watch(stop *model.Stop) (begun <-chan struct{}, err error) {
	// A descriptor of its own, because the file closes it.
	fd, err := unix.FcntlInt(uintptr(stop.FD()), unix.F_DUPFD_CLOEXEC, 0)
	if err != nil {
		return nil, err
	}
	f := os.NewFile(uintptr(fd), "stop")
	raw, err := f.SyscallConn()
	if err != nil {
		f.Close()
		return nil, err
	}
	c := make(chan struct{})
	go func() {
		defer f.Close()
		defer close(c)
		raw.Read(func(uintptr) bool { return stop.Begun() })
	}()
	return c, nil
}
