package catalog

import (
	"time"

	"assay/bench/workload/workloadtest"
	"assay/models/base/style"
)

// quietLoop is a style.Loop that allocates nothing itself, so that what is
// counted is the handler's.
type quietLoop struct {
	world *workloadtest.World
	calls []*style.Call
	then  []func(error)
	after []func()
}

func newQuietLoop() *quietLoop { return &quietLoop{world: new(workloadtest.World)} }

func (l *quietLoop) Call(c *style.Call, then func(error)) {
	l.calls, l.then = append(l.calls, c), append(l.then, then)
}

func (l *quietLoop) Block(time.Duration) {}

func (l *quietLoop) Offload(f, then func()) {
	f()
	l.after = append(l.after, then)
}

func (l *quietLoop) run() {
	for i := 0; i < len(l.calls); i++ {
		_ = l.world.Call(l.calls[i])
		l.then[i](l.calls[i].Err)
	}
	for _, f := range l.after {
		f()
	}
	l.calls, l.then, l.after = l.calls[:0], l.then[:0], l.after[:0]
}

// quietTasks is a style.Host that allocates nothing itself.
type quietTasks struct {
	quietLoop
	scope style.Scope
}

func newQuietTasks() *quietTasks {
	h := &quietTasks{quietLoop: *newQuietLoop()}
	h.scope.Init(h)
	return h
}

func (*quietTasks) Abandon(*style.Call) { panic("no handler lets go of a call") }

func (h *quietTasks) Offload(f, then func()) bool {
	h.quietLoop.Offload(f, then)
	return true
}

func (*quietTasks) Clock() int64 { return 0 }
func (*quietTasks) Alarm(int64)  {}
func (*quietTasks) Done(error)   {}
