package yardstick

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"time"

	"assay/harness/proc"
)

// clients is how many connections a generator has.
const clients = 64

// null is the server that generators load: it answers at once and parses nothing.
var null = Arm{"null", []string{"null"}, ""}

// generators loads one null server a block, the generators taking turns in random order.
func (b *Bench) generators(ctx context.Context, part string, all []Generator) error {
	group := fmt.Sprintf("%d connections", clients)
	if part == Opening {
		group = fmt.Sprintf("%.0f/s, %s", b.Rate, group)
	}
	trials := b.attempts()
	for block := range b.Blocks {
		b.say("block %d/%d  generators, %s, %s", block+1, b.Blocks, part, group)
		srv, err := b.start(ctx, null)
		if err != nil {
			return err
		}
		err = b.turns(ctx, srv, all, Sample{Part: part, Group: group, Block: block}, trials, b.attacks())
		srv.Stop(proc.Grace)
		if err != nil {
			return err
		}
	}
	return nil
}

// attacks is how long a trial of a generator takes: peers know whole seconds only.
func (b *Bench) attacks() time.Duration { return max(time.Second, b.Attack.Round(time.Second)) }

// slips compares how late our generator and the client that spins send. Every trial is a fresh
// process of either, so each alternation is a block of its own.
func (b *Bench) slips(ctx context.Context) error {
	srv, err := b.start(ctx, null)
	if err != nil {
		return err
	}
	defer srv.Stop(proc.Grace)
	s := Sample{Part: Slips, Group: fmt.Sprintf("%.0f/s, %d connections", b.Rate, clients)}
	for s.Block = range b.Slips {
		if s.Block%10 == 0 {
			b.say("alternation %d/%d  slips", s.Block+1, b.Slips)
		}
		if err := b.turns(ctx, srv, Slipping, s, 1, slipTrial); err != nil {
			return err
		}
	}
	return nil
}

// turns lets each generator have its trials of took each. One that is not installed is left
// out of later ones, with one sample that says so.
func (b *Bench) turns(ctx context.Context, srv *server, all []Generator, s Sample, trials int, took time.Duration) error {
	missing := make(map[string]bool)
	for index := range trials {
		for _, i := range b.order(len(all)) {
			g := &all[i]
			if missing[g.Name] {
				continue
			}
			s := s
			s.Arm, s.Index = g.Name, index
			values, err := b.attack(ctx, srv, g, took, b.seed(s))
			if s.Values = values; err != nil {
				if ctx.Err() != nil {
					return err
				}
				missing[g.Name] = errors.Is(err, exec.ErrNotFound)
				s = s.fault(err)
			}
			if err := b.Keep(s); err != nil {
				return err
			}
		}
	}
	return nil
}

// seed is that of a sample's schedule, equal for neighbours; never 0, which would have one drawn.
func (b *Bench) seed(s Sample) uint64 {
	return 1 + b.Seed*1_000_000 + uint64(s.Block)*1000 + uint64(s.Index)
}

// attack is one trial of one generator, took long.
func (b *Bench) attack(ctx context.Context, srv *server, g *Generator, took time.Duration, seed uint64) (map[string]float64, error) {
	dir, err := os.MkdirTemp("", "yardstick")
	if err != nil {
		return nil, err
	}
	defer os.RemoveAll(dir)
	vegeta, _ := b.find("vegeta")
	fill := strings.NewReplacer(
		"{url}", "http://"+srv.addr+"/echo", "{addr}", srv.addr, "{conns}", strconv.Itoa(clients),
		"{rate}", fmt.Sprintf("%.0f", b.Rate), "{each}", fmt.Sprintf("%.0f", b.Rate/clients),
		"{seconds}", strconv.FormatFloat(took.Seconds(), 'f', -1, 64), "{ms}", strconv.FormatInt(took.Milliseconds(), 10), "{tmp}", filepath.Join(dir, "out"), "{vegeta}", vegeta,
		"{seed}", strconv.FormatUint(seed, 10),
	)
	if g.Name == "vegeta" && vegeta == "" {
		return nil, fmt.Errorf("vegeta: %w", exec.ErrNotFound)
	}
	ctx, cancel := context.WithTimeout(ctx, took+20*time.Second)
	defer cancel()
	out, err := b.output(ctx, g.Name, g.Argv, fill)
	if err == nil && g.Then != nil {
		out, err = b.output(ctx, g.Name, g.Then, fill)
	}
	if err != nil {
		return nil, err
	}
	return g.Read(out)
}

// output runs a command on the load's processors and gives what it printed.
func (b *Bench) output(ctx context.Context, name string, argv []string, fill *strings.Replacer) ([]byte, error) {
	command := make([]string, len(argv))
	for i, a := range argv {
		command[i] = fill.Replace(a)
	}
	path, err := b.find(command[0])
	if err != nil {
		return nil, err
	}
	command[0] = path
	log, err := os.CreateTemp("", "yardstick-*.log") // peers say much: it is for a failure only
	if err != nil {
		return nil, err
	}
	log.Close()
	defer os.Remove(log.Name())
	p, err := proc.Start(proc.Spec{Name: name, Argv: command, CPUs: b.load, Log: log.Name()})
	if err != nil {
		return nil, err
	}
	stop := context.AfterFunc(ctx, func() { p.Stop(0) })
	defer stop()
	defer p.Stop(proc.Grace)
	out, err := io.ReadAll(p.Stdout)
	if err == nil {
		<-p.Done()
		if p.ExitCode() != 0 {
			err = errors.New(p.Exit())
		}
	}
	if ctx.Err() != nil { // what reading then says follows from the end that was put to it
		err = fmt.Errorf("it was not over when its time was up: %w", ctx.Err())
	}
	if err != nil { // by its name: the command line has this machine's folders in it
		return nil, fmt.Errorf("%s: %w: %.300s", name, err, p.LogTail())
	}
	return out, nil
}

// find is where a command is: in the folder of binaries, of peers, or in PATH.
func (b *Bench) find(name string) (string, error) {
	for _, dir := range []string{b.Bin, b.Peers} {
		path := filepath.Join(dir, name)
		if _, err := os.Stat(path); err == nil && dir != "" {
			return path, nil
		}
	}
	path, err := exec.LookPath(name)
	if err != nil {
		return "", fmt.Errorf("%s is not installed; run scripts/yardsticks.sh: %w", name, exec.ErrNotFound)
	}
	return path, nil
}
