package nonblocking

import (
	"runtime/debug"
	"time"

	"assay/models/base/style"
)

// Block implements style.Loop: the loop stands still.
func (j *Job) Block(d time.Duration) { Block(d) }

// Offload implements style.Loop. A fault in f is answered as one in then would be.
func (j *Job) Offload(f func(), then func()) {
	if j.srv.Execute == nil {
		f()
		then()
		return
	}
	j.away++
	run := func() {
		fault := try(f)
		j.srv.Loop.Post(func() { j.back(then, fault) })
	}
	if !j.srv.Execute(run) {
		j.away--
		j.Done(style.ErrRefused)
	}
}

// back ends an offloaded function on the loop's thread.
func (j *Job) back(then func(), fault error) {
	j.away--
	switch {
	case j.ending: // the exchange ended meanwhile: nobody waits
		if j.away == 0 {
			err := j.owed
			j.owed, j.ending = nil, false
			j.Done(err)
		}
	case fault != nil:
		j.Done(fault)
	default:
		j.Resume(func(error) { then() }, nil)
	}
}

func try(f func()) (err error) {
	defer func() {
		if v := recover(); v != nil {
			err = &style.Fault{Value: v, Stack: debug.Stack()}
		}
	}()
	f()
	return nil
}
