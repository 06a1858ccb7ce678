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
		l.then[i](nil)
	}
	for _, f := range l.after {
		f()
	}
	l.calls, l.then, l.after = l.calls[:0], l.then[:0], l.after[:0]
}
