package multireactor

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"assay/models/base/blocking"
	"assay/models/base/nonblocking"
	"assay/models/base/style"
)

// pools are the workers by kind of work; a kind without any is handled on the loops.
type pools struct {
	size    [style.Kinds]int
	pool    [style.Kinds]*blocking.Executor
	running *blocking.Threads
}

// mostWorkers bounds the threads of a pool.
const mostWorkers = 4096

// parseWorkers reads KIND:SIZE+KIND:SIZE…, or none.
func parseWorkers(text string) (*pools, error) {
	p := &pools{}
	if text == "none" {
		return p, nil
	}
	for one := range strings.SplitSeq(text, "+") {
		name, size, _ := strings.Cut(one, ":")
		kind := slices.Index(style.KindNames[:], name)
		n, err := strconv.Atoi(size)
		if kind < 0 || err != nil || n < 1 || n > mostWorkers {
			return nil, fmt.Errorf("want none, or KIND:SIZE joined by +, like blocking:16+computing:2; the kinds are %s, sizes from 1 to %d",
				strings.Join(style.KindNames[:], ", "), mostWorkers)
		}
		if p.size[kind] > 0 {
			return nil, fmt.Errorf("want each kind once; %s is there twice", name)
		}
		p.size[kind] = n
	}
	return p, nil
}

func checkWorkers(text string) error {
	_, err := parseWorkers(text)
	return err
}

// threads is how many workers there will be.
func (p *pools) threads() (n int) {
	for _, size := range p.size {
		n += size
	}
	return n
}

// start starts the workers, with queue requests that may wait for each pool.
func (p *pools) start(queue int) (err error) {
	n := p.threads()
	if n == 0 {
		return nil
	}
	p.running = blocking.NewThreads(n)
	for kind, size := range p.size {
		if size == 0 {
			continue
		}
		if p.pool[kind], err = blocking.NewExecutor(p.running, size, queue); err != nil {
			p.close()
			return fmt.Errorf("workers=%s: %w", style.KindNames[kind], err)
		}
	}
	return nil
}

// close ends the workers; what they have begun is finished first.
func (p *pools) close() {
	for _, e := range p.pool {
		if e != nil {
			e.Close()
		}
	}
	if p.running != nil {
		p.running.Wait()
	}
}

// behind puts the pools behind a loop: whole requests go to the pool of their kind,
// and what a handler on the loop offloads goes where its kind of work is done.
func (p *pools) behind(s *nonblocking.Server) {
	if p.threads() == 0 {
		return
	}
	d := &desk{server: s, pools: p, log: s.Log}
	s.Dispatch = d.dispatch
	s.Execute = p.execute(style.Blocking)
	if compute := p.execute(style.Computing); compute != nil {
		s.Compute = d.compute
	}
}

// execute is how work of a kind is done off the loops: nil where there is no place for it.
func (p *pools) execute(kind style.Kind) func(func()) bool {
	if e := p.pool[kind]; e != nil {
		return e.Execute
	}
	return nil
}
