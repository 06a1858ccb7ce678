package thread

import (
	"sync"

	"assay/models/base/blocking"
)

// perRequest starts a thread for each request, from the readiness of its first
// byte to its answer. Between requests connections wait in one set. A request
// that comes in pieces is served by a thread for each piece; no thread waits for
// the rest of it.
func (s *server) perRequest() error {
	var front *blocking.Front
	desks := sync.Pool{New: func() any { return s.desk() }}
	serve := func(m *blocking.Member) {
		d := desks.Get().(*blocking.Desk)
		front.Set.Arm(m, d.Serve(m))
		desks.Put(d)
	}
	refusing := blocking.NewDesk(s.env.Service, nil)
	front, err := blocking.NewFront(s.env, func(m *blocking.Member) {
		if !blocking.Start(s.threads, serve, m) {
			front.Set.Arm(m, refusing.Refuse(m))
		}
	})
	if err != nil {
		return err
	}
	return front.Run()
}
