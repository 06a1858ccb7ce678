package await

import (
	"time"

	"assay/models/base/loop"
	"assay/models/base/nonblocking"
	"assay/models/base/sock"
	"assay/models/base/style"
)

// request is one request's tasks, and what they need of the loop: a style.Host.
type request struct {
	*nonblocking.Job // of the request in hand

	scope style.Scope
	pool  *pool
	alarm loop.Timer // of the next task that sleeps
	ring  func(error)
}

var _ style.Host = (*request)(nil)

// kept is how many unused requests are kept for reuse, as nonblocking keeps jobs.
const kept = 1024

// pool makes requests, and reuses them: last in, first out.
type pool struct {
	loop   *loop.Loop
	unused []*request
}

// dispatch is the nonblocking.Dispatch of await style.
func (p *pool) dispatch(j *nonblocking.Job) {
	r := p.take()
	r.Job, j.State = j, r
	r.scope.Start(j.Route().Await, j.Exchange())
}

func (p *pool) take() *request {
	if last := len(p.unused) - 1; last >= 0 {
		r := p.unused[last]
		p.unused = p.unused[:last]
		return r
	}
	r := &request{pool: p}
	r.scope.Init(r)
	r.ring = func(error) { r.scope.Ring() }
	r.alarm.Init(func() { r.Resume(r.ring, nil) })
	return r
}

// Block implements style.Host; not by the job's, because a thread may call it when the
// job is another's already.
func (r *request) Block(d time.Duration) { sock.Block(d) }

// Offload implements style.Host.
func (r *request) Offload(f, then func()) bool { return r.TryOffload(f, then) }

// Clock implements style.Host.
func (r *request) Clock() int64 { return r.pool.loop.Clock() }

// Alarm implements style.Host.
func (r *request) Alarm(at int64) {
	if at == 0 {
		r.pool.loop.Cancel(&r.alarm)
		return
	}
	r.pool.loop.At(&r.alarm, at)
}

// Done implements style.Host. The request is another's from here on.
func (r *request) Done(err error) {
	j := r.Job
	r.Job, j.State = nil, nil
	if len(r.pool.unused) < kept {
		r.pool.unused = append(r.pool.unused, r)
	}
	j.Done(err)
}
