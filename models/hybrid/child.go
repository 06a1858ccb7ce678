package hybrid

import (
	"bytes"
	"fmt"
	"runtime"
	"runtime/debug"

	"assay/models/base/blocking"
	"assay/models/base/model"
	"assay/models/base/style"

	"golang.org/x/sys/unix"
)

// compute is the whole life of a worker process: it takes a task, does it, sends the
// result, until its parent is gone.
func compute(env *model.Env) error {
	runtime.GOMAXPROCS(1)
	blocking.Own()
	all := named(env.Service.Routes)
	in, out := make([]byte, taskSize), make([]byte, 0, resultSize)
	for {
		n, err := unix.Read(model.ChildFD, in)
		switch {
		case err == unix.EINTR:
			continue
		case err != nil:
			return fmt.Errorf("worker process: %w", err)
		case n == 0:
			return nil
		}
		out = do(out[:0], all, in)
		if _, err := unix.Write(model.ChildFD, out); err != nil {
			return nil // the parent did not wait for it
		}
	}
}

// fault is a panic as it crosses from one process to another.
type fault struct{ text, stack []byte }

func try(p *style.Pure, a, b uint64) (result uint64, f *fault) {
	defer func() {
		if v := recover(); v != nil {
			f = &fault{fmt.Append(nil, v), debug.Stack()}
		}
	}()
	return p.Do(a, b), nil
}

// faultOf is the fault that another process has met.
func faultOf(text []byte) *style.Fault {
	value, stack, _ := bytes.Cut(text, []byte{0})
	return &style.Fault{Value: string(value), Stack: bytes.Clone(stack)}
}
