package multireactor

import (
	"io"

	"assay/models/base/blocking"
	"assay/models/base/nonblocking"
	"assay/models/base/style"
)

// desk is where one loop hands requests to workers and takes them back. Only the
// loop's thread uses it.
type desk struct {
	server *nonblocking.Server
	pools  *pools
	log    io.Writer
	idle   []*strand
}

// dispatch hands a request to the pool of its kind, or handles it on the loop.
func (d *desk) dispatch(j *nonblocking.Job) {
	kind := j.Route().KindOf(&j.Exchange().Request)
	pool := d.pools.pool[kind]
	if pool == nil {
		nonblocking.Callback(j)
		return
	}
	s := d.take(j, pool)
	if !pool.Execute(s.work) {
		d.give(s)
		j.Done(style.ErrRefused)
	}
}

func (d *desk) take(j *nonblocking.Job, pool *blocking.Executor) *strand {
	var s *strand
	if last := len(d.idle) - 1; last >= 0 {
		s, d.idle = d.idle[last], d.idle[:last]
	} else {
		s = &strand{desk: d}
		s.work, s.settle, s.done = s.run, s.settled, s.Done
	}
	s.job, s.pool, s.active = j, pool, true
	s.steps = append(s.steps, step{start: j.Route().Callback})
	return s
}

// give keeps a strand whose exchange is over for the next.
func (d *desk) give(s *strand) {
	for _, a := range s.every[:s.used] {
		a.call, a.then = nil, nil
	}
	s.job, s.pool, s.over, s.err, s.used = nil, nil, false, nil, 0
	s.steps, s.asked = s.steps[:0], s.asked[:0]
	d.idle = append(d.idle, s)
}

// compute is nonblocking.Server.Compute: by the pool for computing.
func (d *desk) compute(p *style.Pure, a, b uint64, then func(uint64, error)) bool {
	return d.pools.pool[style.Computing].Execute(func() {
		result, err := try(func() uint64 { return p.Do(a, b) })
		d.server.Loop.Post(func() { then(result, err) })
	})
}

func try[T any](f func() T) (result T, err error) {
	defer func() {
		if v := recover(); v != nil {
			err = style.FaultOf(v)
		}
	}()
	return f(), nil
}
