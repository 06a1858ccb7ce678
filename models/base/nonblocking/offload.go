package nonblocking

import (
	"time"

	"assay/models/base/sock"
	"assay/models/base/style"
)

// Block implements style.Loop: the loop stands still.
func (j *Job) Block(d time.Duration) { sock.Block(d) }

// Offload implements style.Loop. A fault in f is answered as one in then would be.
func (j *Job) Offload(f func(), then func()) {
	if !j.TryOffload(f, then) {
		j.Done(style.ErrRefused)
	}
}

// TryOffload is Offload that leaves it to its caller what follows if there is no
// room: false, and neither f nor then runs.
func (j *Job) TryOffload(f func(), then func()) bool {
	if j.srv.Execute == nil {
		f()
		then()
		return true
	}
	j.away++
	run := func() {
		fault := try(f)
		j.srv.Loop.Post(func() { j.back(then, fault) })
	}
	if !j.srv.Execute(run) {
		j.away--
		return false
	}
	return true
}

// Compute implements style.Computer.
func (j *Job) Compute(p *style.Pure, a, b uint64, then func(result uint64)) {
	if j.srv.Compute == nil {
		var result uint64
		j.Offload(func() { result = p.Do(a, b) }, func() { then(result) })
		return
	}
	j.away++
	if !j.srv.Compute(p, a, b, func(result uint64, err error) { j.back(func() { then(result) }, err) }) {
		j.away--
		j.Done(style.ErrRefused)
	}
}

// back ends an offloaded function or computation on the loop's thread.
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
			err = style.FaultOf(v)
		}
	}()
	f()
	return nil
}
