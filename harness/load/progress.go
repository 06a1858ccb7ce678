package load

import (
	"context"
	"fmt"
	"time"

	"assay/harness/trial"
)

// Progress is how far a run is.
type Progress struct {
	Warmup                            bool
	Elapsed, Of                       time.Duration // of the warm-up or the measurement, without its drain
	Requests, Answers, Faults, Queued uint64        // so far
}

// watched runs a slice and reports its progress.
func (o Options) watched(ctx context.Context, g *Generator, c Command) Reply {
	if o.Progress == nil {
		return g.Do(ctx, c)
	}
	over, reported := make(chan struct{}), make(chan struct{})
	start := time.Now()
	go func() {
		defer close(reported)
		tick := time.NewTicker(time.Second)
		defer tick.Stop()
		for {
			select {
			case <-over:
				return
			case <-tick.C:
				p := g.progress()
				p.Warmup, p.Of = c.Discard, time.Duration(c.Duration)
				p.Elapsed = min(time.Since(start), p.Of)
				o.Progress(p)
			}
		}
	}()
	r := g.Do(ctx, c)
	close(over)
	<-reported
	return r
}

// progress adds up what the workers last published.
func (g *Generator) progress() (p Progress) {
	for _, w := range g.workers {
		p.Requests += w.published.requests.Load()
		p.Answers += w.published.answers.Load()
		p.Faults += w.published.faults.Load()
		p.Queued += w.published.queued.Load()
	}
	return p
}

func notes(o Options, r *Reply) []string {
	f := r.Load
	n := []string{"answers are checked for a 2xx status; their bodies are unchecked"}
	if o.Rate == 0 {
		n = append(n, "closed loop: response and service say how long a busy server takes, not latency under load; slip is the generator's own think time")
	}
	n = append(n, fmt.Sprintf("the generator used %.0f %% of a processor, polling before intended times included", 100*float64(r.CPU)/float64(max(r.Length, 1))))
	if bad := censored(f); bad > 0 {
		n = append(n, fmt.Sprintf("%d requests without a right answer stand in the tail, where they were given up", bad))
	}
	if f.FirstBad != "" {
		n = append(n, "first bad answer: "+f.FirstBad)
	}
	if f.MaxQueued > 0 {
		n = append(n, fmt.Sprintf("up to %d requests waited for a free connection; response and slip include that wait: with more --conns or a lower --rate it goes", f.MaxQueued))
	}
	if f.Reopened > 0 {
		n = append(n, fmt.Sprintf("%d connections were closed by the server or broke, and were opened anew", f.Reopened))
	}
	return n
}

func censored(f *trial.LoadFigures) (n uint64) {
	for _, c := range f.Classes {
		n += c.Censored
	}
	return n
}
