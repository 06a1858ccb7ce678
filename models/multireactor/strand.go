package multireactor

import (
	"fmt"
	"sync"
	"time"

	"assay/models/base/blocking"
	"assay/models/base/nonblocking"
	"assay/models/base/sock"
	"assay/models/base/style"
)

// strand is one request in the hands of workers. To its handler it is the style.Loop.
// The handler's steps (its start, and each continuation) run one at a time, on
// whichever worker of the pool is free. When the worker is through with them, the loop
// that has the connection makes the calls that they asked for, or sends the answer.
type strand struct {
	desk         *desk
	job          *nonblocking.Job
	pool         *blocking.Executor
	work, settle func()      // run and settled, bound once
	done         func(error) // Done, likewise

	mu     sync.Mutex
	steps  []step // to be run
	active bool   // a worker has it, or will
	out    int    // functions that other pools run for it

	// Of the worker while it is active; the loop looks at them, under mu, while it is not.
	asked []*asked // calls to be made
	over  bool     // the handler has called done
	err   error    // with this
	every []*asked // of this exchange up to used; the rest is for reuse
	used  int

	making []*asked // of the loop: what it took from asked
}

var _ style.Computer = (*strand)(nil)

// step is one stretch of a handler's code: its start, a call's continuation, or another's.
type step struct {
	start style.Callback
	then  func(error)
	err   error
	next  func()
}

// asked is a backend call that a step has asked for.
type asked struct {
	strand *strand
	call   *style.Call
	then   func(error)
	answer func(error) // answered, bound once
}

func (a *asked) answered(err error) { a.strand.resume(step{then: a.then, err: err}, 0) }

// resume has a step run after those that wait, by a worker; back is 1 if it was out.
// Amid a request nobody is refused: with the queue full whoever resumes it runs it.
func (s *strand) resume(next step, back int) {
	s.mu.Lock()
	s.out -= back
	s.steps = append(s.steps, next)
	idle := !s.active
	s.active = true
	s.mu.Unlock()
	if idle && !s.pool.Execute(s.work) {
		s.run()
	}
}

// run runs the steps there are, then leaves the rest to the loop. Whether it is
// still this exchange that the loop then finds settled, it looks for itself.
func (s *strand) run() {
	loop := s.desk.server.Loop
	for {
		s.mu.Lock()
		if len(s.steps) == 0 {
			s.active = false
			s.mu.Unlock()
			break
		}
		now := s.steps[0]
		n := copy(s.steps, s.steps[1:])
		s.steps[n] = step{}
		s.steps = s.steps[:n]
		s.mu.Unlock()
		if !s.over { // else nobody waits for it any more
			s.take(now)
		}
	}
	loop.Post(s.settle)
}

func (s *strand) take(now step) {
	defer s.guard()
	switch {
	case now.start != nil:
		now.start(s, s.job.Exchange(), s.done)
	case now.then != nil:
		now.then(now.err)
	default:
		now.next()
	}
}

// guard answers a fault in a step with 500.
func (s *strand) guard() {
	if v := recover(); v != nil {
		fault := style.FaultOf(v)
		if s.over {
			fmt.Fprintf(s.desk.log, "%v, after it had answered\n%s", fault, fault.Stack)
		}
		s.Done(fault)
	}
}

// settled does on the loop what the steps so far have come to. It may be called for
// an exchange that was settled before, whose strand is another's or nobody's by now.
func (s *strand) settled() {
	s.mu.Lock()
	if s.active || s.job == nil || s.over && s.out > 0 { // it will be settled again
		s.mu.Unlock()
		return
	}
	over := s.over
	if !over {
		s.making, s.asked = s.asked, s.making[:0]
	}
	s.mu.Unlock()
	if over {
		s.job.Done(s.err)
		s.desk.give(s)
		return
	}
	for _, a := range s.making {
		s.job.Call(a.call, a.answer)
	}
}

// Done ends the exchange, once; a second call does nothing.
func (s *strand) Done(err error) {
	if !s.over {
		s.over, s.err = true, err
	}
}

// Call implements style.Loop.
func (s *strand) Call(c *style.Call, then func(error)) {
	if s.over {
		return
	}
	if s.used == len(s.every) {
		a := &asked{strand: s}
		a.answer = a.answered
		s.every = append(s.every, a)
	}
	a := s.every[s.used]
	s.used++
	a.call, a.then = c, then
	s.asked = append(s.asked, a)
}

// Block implements style.Loop: it blocks one worker.
func (s *strand) Block(d time.Duration) { sock.Block(d) }

// Offload implements style.Loop: to the pool for what blocks, if this is another.
func (s *strand) Offload(f, then func()) {
	s.elsewhere(style.Blocking, func() step {
		_, err := try(func() (none struct{}) { f(); return none })
		return step{next: func() { s.unless(err); then() }}
	})
}

// Compute implements style.Computer: by the pool for computing, if this is another.
func (s *strand) Compute(p *style.Pure, a, b uint64, then func(uint64)) {
	s.elsewhere(style.Computing, func() step {
		result, err := try(func() uint64 { return p.Do(a, b) })
		return step{next: func() { s.unless(err); then(result) }}
	})
}

// elsewhere has f run by the pool of a kind, and then the step that it gives by
// the strand's own; in place if this worker is as good as any.
func (s *strand) elsewhere(kind style.Kind, f func() step) {
	pool := s.desk.pools.pool[kind]
	if pool == nil || pool == s.pool {
		f().next()
		return
	}
	s.mu.Lock()
	s.out++
	s.mu.Unlock()
	if !pool.Execute(func() { s.resume(f(), 1) }) {
		s.mu.Lock()
		s.out--
		s.mu.Unlock()
		s.Done(style.ErrRefused)
	}
}

// unless goes on with a fault that happened elsewhere.
func (s *strand) unless(err error) {
	if err != nil {
		panic(err)
	}
}
