package prefork

import (
	"errors"
	"fmt"
	"runtime"

	"assay/models/base/blocking"
	"assay/models/base/conn"
	"assay/models/base/model"

	"golang.org/x/sys/unix"
)

// What a worker process finds open.
const (
	lineFD = model.ChildFD + iota
	listenerFD
	sharesFD
)

// child is a worker process.
func child(env *model.Env) error {
	// Should the parent be killed, the end of the line would be heard only between
	// two requests.
	if err := unix.Prctl(unix.PR_SET_PDEATHSIG, uintptr(unix.SIGKILL), 0, 0, 0); err != nil {
		return fmt.Errorf("worker: parent-death signal: %w", err)
	}
	runtime.GOMAXPROCS(env.Options.Int("procs"))
	stop, err := model.NewStop()
	if err != nil {
		return err
	}
	s, err := openShares(sharesFD, env.Options.Int("workers"))
	if err != nil {
		return err
	}
	env.Listener, env.Stop = listenerFD, stop
	l := newLine(lineFD, env.Service)
	env.Service.Stats = l.ask
	return work(env, l, s)
}

// work serves until the parent says that it is enough, or is gone.
func work(env *model.Env, l *line, s *shares) error {
	blocking.Own()
	defer runtime.UnlockOSThread()
	place, err := l.place()
	if errors.Is(err, errOrphan) {
		return nil
	}
	if err != nil {
		return err
	}
	over := make(chan struct{})
	go func() {
		defer close(over)
		l.listen()
		env.Service.Drain()
		env.Stop.Begin()
	}()
	up := &conn.Upstreams{Service: env.Service, Dial: blocking.Dial}
	desk := blocking.NewDesk(env.Service, blocking.NewWaiter(up, nil))
	var front *blocking.Front
	front, err = blocking.NewFront(env, func(m *blocking.Member) {
		front.Set.Arm(m, desk.Serve(m))
		s.counts[place].Store(int32(front.Set.Clients.Count()))
	})
	if err != nil {
		return err
	}
	// A worker that has fewer connections shall take the next, if it is idle: else
	// the one that woke up first would have nearly all.
	front.Round = 1
	front.Yield = func() bool {
		s.counts[place].Store(int32(front.Set.Clients.Count()))
		return s.others(place)
	}
	err = front.Run()
	unix.Shutdown(l.fd, unix.SHUT_RDWR) // where no drain was the end
	<-over
	return err
}
