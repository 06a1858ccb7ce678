package coroutine

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"runtime"
	"strings"

	"assay/models/base/loop"
)

// tracer records every switch, a line each, the fields parted by tabs:
//
//	ns  from  to  why  request  what  where
//
// ns is CLOCK_MONOTONIC; from and to are "loop" or "coroutine N"; request is the number of
// the request, what its method and path, where the place in the handler that waits ("-"
// where there is none). It is used on the loop's thread only.
type tracer struct {
	w    *bufio.Writer
	file io.Closer // nil: the log, which is not ours to close
}

const traceHead = "# ns\tfrom\tto\twhy\trequest\twhat\twhere\n"

// traceable checks the option.
func traceable(value string) error {
	switch folder, err := os.Stat(filepath.Dir(value)); {
	case value == "":
		return errors.New("want off, on or the name of a file")
	case err != nil:
		return fmt.Errorf("want off, on or a file in a folder that there is: %w", err)
	case !folder.IsDir():
		return fmt.Errorf("want off, on or a file; %s is no folder", filepath.Dir(value))
	}
	return nil
}

// newTracer makes the tracer that the option asks for: nil for off. The error names
// a file that cannot be made.
func newTracer(to string, log io.Writer) (*tracer, error) {
	t := &tracer{}
	switch to {
	case "off":
		return nil, nil
	case "on":
		t.w = bufio.NewWriter(log)
	default:
		f, err := os.Create(to)
		if err != nil {
			return nil, fmt.Errorf("option trace=%s: want off, on or a file that can be written: %w", to, err)
		}
		t.w, t.file = bufio.NewWriter(f), f
	}
	_, err := t.w.WriteString(traceHead)
	return t, err
}

// enters gives what stands in for next where switches are recorded. Where they are
// not, a coroutine has next itself, so that a tracer costs nothing when it is off.
func (t *tracer) enters(c *coroutine, next func() (struct{}, bool)) func() (struct{}, bool) {
	began := uint64(0) // the request that c works at
	return func() (struct{}, bool) {
		if c.look != nil { // it goes in and out again, and nothing comes of it
			return next()
		}
		why := "answered"
		if c.request != began {
			why, began, c.site = "begins", c.request, "-"
		}
		t.record(c, "loop", c.name(), why)
		v, ok := next()
		t.leave(c)
		return v, ok
	}
}

// leave records the switch back, before anything comes of it.
func (t *tracer) leave(c *coroutine) {
	why := "returned"
	switch {
	case c.asked != nil:
		why = fmt.Sprintf("waits for %d", len(c.asked))
	case c.result != nil:
		why, c.site = c.result.Error(), "-"
	default:
		c.site = "-"
	}
	t.record(c, c.name(), "loop", why)
}

// waits gives what stands in for yield where switches are recorded.
func (t *tracer) waits(c *coroutine, yield func(struct{}) bool) func(struct{}) bool {
	return func(v struct{}) bool {
		if c.asked != nil { // else the handler is over
			c.site = site()
		}
		return yield(v)
	}
}

func (t *tracer) record(c *coroutine, from, to, why string) {
	rq := &c.exchange.Request
	// An error is kept by the writer and returned by flush.
	fmt.Fprintf(t.w, "%d\t%s\t%s\t%s\t%d\t%s %s\t%s\n", loop.Clock(), from, to, oneLine.Replace(why), c.request, rq.Method, rq.Path, c.site)
}

// waiting records what waits where, as comments.
func (t *tracer) waiting(all []stack) {
	for _, w := range all {
		fmt.Fprintf(t.w, "# request %d waits in coroutine %d:\n", w.request, w.coroutine)
		for line := range strings.Lines(string(w.text)) {
			fmt.Fprintf(t.w, "#   %s", line)
		}
	}
}

var oneLine = strings.NewReplacer("\n", " ", "\t", " ")

// flush is called at the end of every turn, so that the record of a server that hangs is whole.
func (t *tracer) flush() { _ = t.w.Flush() }

// close ends the record. The error is the first that any write met.
func (t *tracer) close() error {
	if t == nil {
		return nil
	}
	err := t.w.Flush()
	if t.file != nil {
		err = errors.Join(err, t.file.Close())
	}
	if err != nil {
		return fmt.Errorf("trace: %w", err)
	}
	return nil
}

func (c *coroutine) name() string { return fmt.Sprintf("coroutine %d", c.id) }

// site is the function, file and line outside of the waiter that called it.
func site() string {
	var pcs [16]uintptr
	frames := runtime.CallersFrames(pcs[:runtime.Callers(2, pcs[:])])
	for {
		f, more := frames.Next()
		if !strings.HasPrefix(f.Function, "assay/models/coroutine.(*") {
			return fmt.Sprintf("%s %s:%d", f.Function, filepath.Base(f.File), f.Line)
		}
		if !more {
			return "-"
		}
	}
}
