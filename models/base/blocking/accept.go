package blocking

import (
	"fmt"
	"time"

	"assay/models/base/model"
	"assay/models/base/sock"

	"golang.org/x/sys/unix"
)

// Accept gives each new connection, a blocking socket, to serve, until the drain
// begins; then it accepts what has queued up, closes the listener and returns.
// The calling thread blocks. The error is one that cannot mend.
func Accept(env *model.Env, serve func(fd int)) error {
	defer unix.Close(env.Listener)
	var m sock.Mishaps
	for {
		fd, err := sock.Accept(env.Listener, false)
		if err == nil {
			m.Over()
			serve(fd)
			continue
		}
		if err == unix.EAGAIN {
			// Asked only with the queue empty: who was accepted before is served.
			if env.Service.Draining() {
				return nil
			}
			if err := await(-1, env.Listener, env.Stop.FD()); err != nil {
				return err
			}
			continue
		}
		rest, again := m.After(err, env.Log)
		if !again {
			return fmt.Errorf("accept: %w", err)
		}
		if rest == 0 {
			continue
		}
		if env.Service.Draining() {
			return nil // what cannot be accepted now is not waited for
		}
		if err := await(rest, env.Stop.FD()); err != nil {
			return err
		}
	}
}

// Await blocks the calling thread until the drain begins.
func Await(stop *model.Stop) {
	for {
		if sock.Wait(stop.FD(), unix.POLLIN, -1) == nil && stop.Begun() {
			return
		}
	}
}

// await blocks until one of the descriptors is readable, or within is over
// (less than zero: for ever).
func await(within time.Duration, fds ...int) error {
	var p [2]unix.PollFd
	for i, fd := range fds {
		p[i] = unix.PollFd{Fd: int32(fd), Events: unix.POLLIN}
	}
	var ts *unix.Timespec
	if within >= 0 {
		t := unix.NsecToTimespec(int64(within))
		ts = &t
	}
	if _, err := unix.Ppoll(p[:len(fds)], ts, nil); err != nil && err != unix.EINTR {
		return fmt.Errorf("wait for a connection: %w", err)
	}
	return nil
}
