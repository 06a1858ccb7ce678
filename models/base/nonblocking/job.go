package nonblocking

import (
	"time"

	"assay/models/base/conn"
	"assay/models/base/loop"
	"assay/models/base/style"
)

// Job is what a connection needs while it is not idle, above all the request in
// hand. To a callback handler it is its style.Loop. Jobs are reused.
type Job struct {
	State any // a Dispatch's own, for the exchange in hand

	srv       *Server
	client    *client // nil: unused
	turn      *conn.Turn
	exchange  *style.Exchange
	done      func(error) // Done, bound once so that it costs no allocation a request
	rest      []byte      // what came behind the request in hand; taken up to off
	off       int
	deadline  loop.Timer // of an incomplete request, an answer not taken, or lingering
	again     loop.Timer // to go on after the other connections had their turn
	links     *link      // backend calls under way
	running   bool       // code of the handler is on the stack
	away      int        // functions of the handler that other threads run
	owed      error      // what to end with when the last of them is back
	ending    bool       // owed is set
	discarded int        // bytes, while lingering
}

var _ style.Loop = (*Job)(nil)

// newJob gives the client a job.
func (s *Server) newJob(c *client) *Job {
	var j *Job
	if last := len(s.jobs) - 1; last >= 0 {
		j = s.jobs[last]
		s.jobs = s.jobs[:last]
	} else {
		j = &Job{srv: s, turn: conn.NewTurn(s.Service)}
		j.done = j.Done
		j.deadline.Init(func() { j.client.expired() })
		j.again.Init(func() { j.client.advance() })
	}
	j.client, j.discarded = c, 0
	c.job = j
	c.conn.Take(j.turn)
	return j
}

// Exchange is the request in hand and the answer being made for it.
func (j *Job) Exchange() *style.Exchange { return j.exchange }

// Route is the route of the request in hand.
func (j *Job) Route() *style.Route { return j.client.conn.Route }

// Callback is the Dispatch of callback style: it calls the route's callback
// handler in place.
func Callback(j *Job) {
	defer j.guard()
	j.client.conn.Route.Callback(j, j.exchange, j.done)
}

// dispatch starts the handler and reports whether it waits.
func (j *Job) dispatch(x *style.Exchange) (waits bool) {
	j.exchange = x
	j.running = true
	j.srv.Dispatch(j)
	j.running = false
	return j.client.conn.InHand()
}

// Done ends the exchange with what its handler made of it; a second call does
// nothing. Backend calls still under way are abandoned: their continuations do not run.
func (j *Job) Done(err error) {
	c := j.client
	if c == nil || !c.conn.InHand() {
		return
	}
	for j.links != nil {
		j.links.abandon()
	}
	if j.away > 0 { // they use the exchange: it cannot go before they are back
		if !j.ending {
			j.owed, j.ending = err, true
		}
		return
	}
	c.conn.Look(c)
	c.conn.Answer(err)
	if !j.running {
		j.proceed()
	}
}

// Resume runs a continuation of j's handler. A fault in it is answered with 500,
// to this request alone.
func (j *Job) Resume(then func(error), err error) {
	j.guarded(then, err)
	if !j.client.conn.InHand() {
		j.proceed()
	}
}

func (j *Job) guarded(then func(error), err error) {
	j.running = true
	defer j.guard()
	then(err)
}

// guard is deferred around code of the handler.
func (j *Job) guard() {
	v := recover()
	if v == nil {
		j.running = false
		return
	}
	fault := style.FaultOf(v)
	if !j.client.conn.InHand() {
		j.srv.logf("%v, after it had answered\n%s", fault, fault.Stack)
	}
	j.running = true
	j.Done(fault)
	j.running = false
}

// proceed goes on with the connection after an answer.
func (j *Job) proceed() {
	c := j.client
	if c.fd >= 0 {
		c.advance()
		return
	}
	c.conn.Sent(len(c.conn.Out())) // the peer has gone meanwhile
	c.giveUpJob()
}

// kept is how many bytes behind the request in hand have already come.
func (j *Job) kept() int { return len(j.rest) - j.off }

// keep keeps in for later; own says that in is the end of rest itself.
func (j *Job) keep(in []byte, own bool) {
	if own {
		j.off = len(j.rest) - len(in)
		return
	}
	j.rest, j.off = append(j.rest[:0], in...), 0
}

func (j *Job) arm(within time.Duration) {
	j.srv.Loop.At(&j.deadline, j.srv.Loop.Clock()+int64(within))
}
