package simulate

import (
	"context"
	"errors"
	"fmt"
	"hash/fnv"
	"math"
	"math/rand/v2"
	"runtime"
	"slices"
	"sync"
	"sync/atomic"

	"assay/bench/plan"
)

// Config is what a simulation needs to know.
type Config struct {
	Seed   uint64
	Draws  int          // simulated cells of each case; the figures' error falls with its root
	Engine Engine       // Stat() as a rule
	Shape  Shape        // of the campaign, but for its blocks
	Blocks []int        // numbers of blocks to show, rising
	Notify func(string) // told of each case as it begins; may be nil

	only []string // parts to run; nil: all
}

// leastDraws is below what no figure would mean anything; mostDraws keeps what is drawn in memory.
const (
	leastDraws = 40
	mostDraws  = 100_000
)

// Standard is the shape of profile standard, at its own number of blocks and at
// those of quick and full.
func Standard(seed uint64, draws int) (Config, error) {
	p, err := plan.FindProfile("standard")
	if err != nil {
		return Config{}, err
	}
	shape, err := ShapeOf(p)
	return Config{Seed: seed, Draws: draws, Engine: Stat(), Shape: shape, Blocks: []int{6, 10, 16}}, err
}

// Run simulates every case. The error is ctx's, a config's, or that of an engine
// that refused data which it should take.
func Run(ctx context.Context, c Config) (*Table, error) {
	if c.Draws < leastDraws || c.Draws > mostDraws {
		return nil, fmt.Errorf("%d draws: want %d or more up to %d, 4000 for figures to publish", c.Draws, leastDraws, mostDraws)
	}
	t := &Table{Seed: c.Seed, Draws: c.Draws, Shape: c.Shape, Blocks: c.Blocks}
	for _, part := range []struct {
		name string
		run  func(*sim) error
	}{
		{"likeness", (*sim).likeness},
		{"contrasts", (*sim).contrasts},
		{"percentiles", (*sim).percentiles},
		{"stopping by precision", (*sim).precision},
		{"crossing points", (*sim).crossings},
		{"slopes", (*sim).slopes},
		{"pilots", (*sim).pilots},
		{"profiles", (*sim).profiles},
	} {
		if c.only != nil && !slices.Contains(c.only, part.name) {
			continue
		}
		if c.Notify != nil {
			c.Notify(part.name)
		}
		s := &sim{Config: c, ctx: ctx, table: t, part: part.name}
		if err := part.run(s); err != nil {
			return nil, fmt.Errorf("simulate %s: %w", part.name, err)
		}
	}
	return t, nil
}

// sim is one part under way.
type sim struct {
	Config
	ctx   context.Context
	table *Table
	part  string
	done  int // calls of each so far: they have seeds of their own
}

// each calls f for every draw, in parallel, with a source of its own that depends on
// nothing but the seed, the part and the draw.
func (s *sim) each(draws int, f func(i int, r *rand.Rand) error) error {
	h := fnv.New64a()
	fmt.Fprintf(h, "%s %d", s.part, s.done)
	s.done++
	stream := h.Sum64()
	var next atomic.Int64
	var wg sync.WaitGroup
	errs := make([]error, runtime.GOMAXPROCS(0))
	for w := range errs {
		wg.Go(func() {
			for errs[w] == nil {
				i := int(next.Add(1)) - 1
				if i >= draws || s.ctx.Err() != nil {
					return
				}
				errs[w] = f(i, rand.New(rand.NewPCG(s.Seed^stream, uint64(i))))
			}
		})
	}
	wg.Wait()
	return errors.Join(append(errs, s.ctx.Err())...)
}

// share of true ones with its standard error.
func share(hits []bool) Figure {
	n := 0
	for _, hit := range hits {
		if hit {
			n++
		}
	}
	return figure(float64(n)/float64(len(hits)), len(hits))
}

// shareOf is share over the draws whose part of hits is a list each. Parts of one
// draw are not independent: the error is that of as many draws.
func shareOf(hits [][]bool) Figure {
	var sum, n float64
	for _, part := range hits {
		for _, hit := range part {
			n++
			if hit {
				sum++
			}
		}
	}
	if n == 0 {
		return Figure{Absent: true}
	}
	return figure(sum/n, len(hits))
}

// figure is a share of so many draws. The error is Agresti and Coull's ("Approximate
// is better than exact", The American Statistician 52, 1998), which is not 0 where
// all draws agree.
func figure(p float64, draws int) Figure {
	n := float64(draws)
	q := (p*n + 2) / (n + 4)
	return Figure{Value: p, Error: math.Sqrt(q * (1 - q) / (n + 4))}
}
