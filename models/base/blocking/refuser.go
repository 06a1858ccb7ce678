package blocking

import (
	"assay/models/base/conn"
	"assay/models/base/model"
)

// Refuser answers connections for which there is no thread: one thread of its
// own reads their first request, answers 503 and closes. Make one with NewRefuser.
type Refuser struct {
	front   *Front
	service *conn.Service
	stop    *model.Stop
	over    Latch
	err     error
}

// NewRefuser starts one for the connections of env.
func NewRefuser(env *model.Env) (*Refuser, error) {
	stop, err := model.NewStop()
	if err != nil {
		return nil, err
	}
	s := env.Service
	r := &Refuser{stop: stop, service: &conn.Service{
		Routes: s.Routes, Limits: s.Limits, RequestTimeout: s.RequestTimeout, WriteTimeout: s.WriteTimeout,
		Nonce: s.Nonce, PID: s.PID,
		Stats: func(dst []byte, _ uint64, collect bool) []byte { return s.Stats(dst, s.Requests(), collect) },
	}}
	r.service.Drain() // every answer is its connection's last
	desk := NewDesk(r.service, nil)
	r.front, err = NewFront(&model.Env{Listener: -1, Service: r.service, Stop: stop, Log: env.Log}, func(m *Member) {
		r.front.Set.Arm(m, desk.Refuse(m))
	})
	if err != nil {
		stop.Close()
		return nil, err
	}
	r.over.Add(1)
	go func() {
		Own()
		r.err = r.front.Run()
		r.over.Done()
	}()
	return r, nil
}

// Refuse takes over a new connection's socket.
func (r *Refuser) Refuse(fd int) error { return r.front.Set.Add(fd, r.service) }

// Close closes what is left, and returns when all is.
func (r *Refuser) Close() error {
	r.stop.Begin()
	r.over.Wait()
	r.stop.Close()
	return r.err
}
