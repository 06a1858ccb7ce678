package behaviour

import (
	"bytes"
	"fmt"
	"runtime/pprof"
	"sync"
	"sync/atomic"

	"assay/bench/workload"
	"assay/models/base/style"
)

// The split that a profile should find: of what a request computes, heavy does three
// quarters.
const heavyShare, lightShare = 3, 1

var sink atomic.Uint64

// spent keeps a result, and with it its computation.
func spent(v uint64) { sink.Store(v) }

//go:noinline
func heavy(n uint64, rounds int) { spent(workload.Work(n, heavyShare*rounds)) }

//go:noinline
func light(n uint64, rounds int) { spent(workload.Work(n, lightShare*rounds)) }

//go:noinline
func burn(q *question) {
	heavy(q.n, q.work)
	light(q.n, q.work)
}

// profiler is the process's sampling profiler, for one who asks at a time.
type profiler struct {
	mu  sync.Mutex
	out bytes.Buffer
}

var sampling profiler

func (p *profiler) start(x *style.Exchange) error {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.out.Reset()
	if err := pprof.StartCPUProfile(&p.out); err != nil {
		return fmt.Errorf("start the profiler: %w", err)
	}
	x.Body = append(x.Body, "ok"...)
	return nil
}

// stop answers how many samples fell on each of the two functions, and how many of
// those stand below handler on their stack.
func (p *profiler) stop(x *style.Exchange, handler string) error {
	p.mu.Lock()
	defer p.mu.Unlock()
	pprof.StopCPUProfile()
	stacks, err := readProfile(p.out.Bytes())
	if err != nil {
		return fmt.Errorf("read the profile: %w", err)
	}
	var total int64
	on, below := map[string]int64{}, map[string]int64{}
	for _, s := range stacks {
		total += s.count
		for _, name := range []string{"behaviour.heavy", "behaviour.light"} {
			if shown(s.names, []string{name}) == 0 {
				continue
			}
			on[name] += s.count
			if shown(s.names, []string{handler}) > 0 {
				below[name] += s.count
			}
		}
	}
	sayCount(x, "samples", total)
	for _, name := range []string{"heavy", "light"} {
		sayCount(x, name, on["behaviour."+name])
		sayCount(x, name+"-below-handler", below["behaviour."+name])
	}
	return nil
}

func parseProfile(x *style.Exchange) (q question, do string, err error) {
	if q, err = parse(x); err != nil {
		return q, "", err
	}
	do, err = q.word("do", "burn", "start", "stop")
	return q, do, err
}

// profileDirect starts or stops the profiler, or waits and then computes.
func profileDirect(w style.Waiter, x *style.Exchange) error {
	q, do, err := parseProfile(x)
	switch {
	case err != nil:
		return err
	case do == "start":
		return sampling.start(x)
	case do == "stop":
		return sampling.stop(x, "behaviour.profileDirect")
	}
	if err := rest(w, x, q.n, q.wait); err != nil {
		return err
	}
	burn(&q)
	x.Body = append(x.Body, "ok"...)
	return nil
}

// profileCallback is profileDirect in callbacks.
func profileCallback(w style.Loop, x *style.Exchange, done func(error)) {
	q, do, err := parseProfile(x)
	switch {
	case err != nil:
		done(err)
		return
	case do == "start":
		done(sampling.start(x))
		return
	case do == "stop":
		done(sampling.stop(x, "behaviour.profileCallback"))
		return
	}
	restThen(w, x, q.n, q.wait, func(err error) {
		if err == nil {
			burn(&q)
			x.Body = append(x.Body, "ok"...)
		}
		done(err)
	})
}
