package yardstick

import (
	"context"
	"fmt"
	"io"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"time"

	"assay/harness/load"
	"assay/harness/proc"
)

// Bench measures. Its fields are set before Run.
type Bench struct {
	Bin    string        // folder of the binaries
	Peers  string        // folder of other generators, looked in before PATH
	Only   []string      // parts; empty: Parts
	Blocks int           // fresh processes of each group
	Trials int           // alternations in a block
	Slice  time.Duration // of one trial of a server
	Attack time.Duration // of one trial of a generator, in whole seconds
	Slips  int           // alternations of the part slip
	Rate   float64       // of the open loop, requests per second
	Seed   uint64
	Log    io.Writer // a line a group and a block
	Keep   func(Sample) error

	load, server []int // processors
	random       *rand.Rand
	began        time.Time
}

// Run measures all parts and hands each sample to Keep as soon as it is there. The
// error is that of Keep, of ctx, or of the machine; an arm that fails is a sample.
func (b *Bench) Run(ctx context.Context) error {
	cpus, err := proc.Processors()
	if err != nil {
		return err
	}
	b.ready(proc.Split(cpus))
	if err := proc.FixTHP(); err != nil {
		return err
	}
	run := map[string]func(context.Context) error{
		Servers: b.pairs,
		Memory:  b.memory,
		Closing: func(ctx context.Context) error { return b.generators(ctx, Closing, Closed) },
		Opening: func(ctx context.Context) error { return b.generators(ctx, Opening, Open) },
		Slips:   b.slips,
		Models:  b.models,
	}
	for i, part := range Every {
		if !b.wants(part) {
			continue
		}
		b.say("%s: about %v, %v left in all", part, b.lasts(part).Round(time.Second), b.left(i).Round(time.Second))
		if err := run[part](ctx); err != nil {
			return fmt.Errorf("%s: %w", part, err)
		}
	}
	return nil
}

// wants says whether a part is to be measured.
func (b *Bench) wants(part string) bool {
	if len(b.Only) == 0 {
		return slices.Contains(Parts, part)
	}
	return slices.Contains(b.Only, part)
}

// ready sets the processors of load and server.
func (b *Bench) ready(load, server []int) {
	b.load, b.server, b.began = load, server, time.Now()
	b.random = rand.New(rand.NewPCG(b.Seed, 1))
}

// server is a started arm.
type server struct {
	*proc.Proc
	addr string
}

// start starts an arm on the server's processors and waits until it listens.
func (b *Bench) start(ctx context.Context, a Arm) (*server, error) {
	return b.startWith(ctx, a, "echo")
}

// startWith is start with a workload other than echo.
func (b *Bench) startWith(ctx context.Context, a Arm, workload string) (*server, error) {
	argv := slices.Clone(a.Argv)
	argv[0] = filepath.Join(b.Bin, argv[0])
	p, err := proc.Start(proc.Spec{
		Name: a.Name, Argv: argv, CPUs: b.server,
		Env: append(os.Environ(), "ASSAY_LISTEN=127.0.0.1:0", "ASSAY_WORKLOAD="+workload, "ASSAY_OPTIONS="+a.Options, "ASSAY_NONCE=yardstick"),
	})
	if err != nil {
		return nil, err
	}
	ctx, cancel := context.WithTimeout(ctx, 10*time.Second)
	defer cancel()
	addr, err := p.Listening(ctx)
	if err != nil {
		p.Stop(0)
		return nil, err
	}
	return &server{p, addr}, nil
}

// generator starts our generator on the load's processors.
func (b *Bench) generator() (*load.Client, error) {
	return load.Start([]string{filepath.Join(b.Bin, "assay"), "generator"}, b.load, os.Stderr)
}

// order is a random order of n arms.
func (b *Bench) order(n int) []int { return b.random.Perm(n) }

// say logs a line, and how long the run has lasted.
func (b *Bench) say(format string, args ...any) {
	fmt.Fprintf(b.Log, "%6v  "+format+"\n", append([]any{time.Since(b.began).Round(time.Second)}, args...)...)
}

// fault is the sample of a trial that came to nothing.
func (s Sample) fault(err error) Sample {
	s.Values, s.Error = nil, err.Error()
	return s
}
