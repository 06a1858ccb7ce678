package campaign

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"time"

	"assay/bench/plan"
	"assay/harness/load"
	"assay/harness/proc"
	"assay/harness/trial"
)

// group is the processes of one cell in one block: a generator, backends where the
// workload asks some, and a server an arm.
type group struct {
	r         *run
	cell      *cell
	block     int
	servers   []*server
	generator Generator
	log       *os.File // the generator's
	backends  *proc.Proc
	addrs     []string // of the backends
}

// newGroup starts the generator and the backends. close must be called in any case.
func (r *run) newGroup(ctx context.Context, c *cell, block int) (*group, error) {
	g := &group{r: r, cell: c, block: block}
	log, err := os.OpenFile(filepath.Join(r.logDir(), "generator.log"), os.O_CREATE|os.O_WRONLY|os.O_APPEND, 0o644)
	if err != nil {
		return g, fmt.Errorf("the generator's log: %w", err)
	}
	g.log = log
	if g.generator, err = r.cfg.Start(log); err != nil {
		return g, err
	}
	if c.backends == 0 {
		return g, nil
	}
	return g, g.startBackends(ctx, c.backends, r.place.Load)
}

// startBackends starts them on some processors and waits until they listen.
func (g *group) startBackends(ctx context.Context, count int, cpus []int) (err error) {
	r := g.r
	g.backends, err = proc.Start(proc.Spec{
		Name: "backends", Argv: append(r.cfg.Backend[:len(r.cfg.Backend):len(r.cfg.Backend)], "-count", strconv.Itoa(count)),
		Env: cleanEnv(), CPUs: cpus, Log: filepath.Join(r.logDir(), "backends.log"),
	})
	if err != nil {
		return err
	}
	ready, cancel := context.WithTimeout(ctx, r.cfg.Ready)
	defer cancel()
	line, err := g.backends.FirstLine(ready)
	list, ok := strings.CutPrefix(line, "listening ")
	if err == nil && !ok {
		err = fmt.Errorf("backends: their first line is %q, want where they listen", line)
	}
	if err != nil {
		return fmt.Errorf("%w; log: %s", err, g.backends.LogTail())
	}
	g.addrs = strings.Split(list, ",")
	return nil
}

// close ends all processes of the group.
func (g *group) close(ctx context.Context) {
	for _, s := range g.servers {
		g.r.stop(ctx, s)
	}
	if g.generator != nil {
		if err := g.generator.Close(); err != nil && ctx.Err() == nil {
			g.r.note("the generator did not end well: %v", err)
		}
	}
	if g.backends != nil {
		if _, err := g.backends.Stop(g.r.cfg.Grace); err != nil {
			g.r.note("%v", err)
		}
	}
	if g.log != nil {
		g.log.Close()
	}
}

// loadTrials measures a load cell in one block: all arms together.
func (r *run) loadTrials(ctx context.Context, c *cell, block int, step *plan.Step, trials []*trial.Trial) {
	g, err := r.newGroup(ctx, c, block)
	defer func() {
		g.close(ctx)
		for _, s := range g.servers {
			if s.proc != nil {
				s.settleSwitches()
			}
		}
	}()
	for i, arm := range step.Arms {
		if t := trials[i]; t.Status == trial.OK {
			a := &r.plan.Arms[arm]
			g.servers = append(g.servers, &server{arm: a, model: r.models[a.Name], cell: c, trial: t})
		}
	}
	if err == nil {
		err = g.measure(ctx, step)
	}
	if err != nil {
		for _, s := range g.servers {
			s.fail("%v", err)
		}
	}
}

// measure is the course of a group. Its error is what makes all its trials fail.
func (g *group) measure(ctx context.Context, step *plan.Step) error {
	for _, s := range g.servers {
		g.working(s, "starting")
		g.r.start(ctx, s, g.addrs)
	}
	for _, s := range g.servers {
		if err := g.open(ctx, s, s.arm.Name, g.cell.Conns, g.cell.Idle); err != nil {
			return err
		}
	}
	for _, s := range g.servers {
		g.working(s, "warm-up")
		warmup := g.slice(s, step.Warmup, g.r.plan.Timing.Warmup)
		warmup.Discard = true
		if err := g.one(ctx, s, warmup, -1, 0); err != nil {
			return err
		}
		g.figuresBefore(ctx, s)
	}
	byArm := make(map[*plan.Arm]*server)
	for _, s := range g.servers {
		byArm[s.arm] = s
	}
	for i, order := range step.Rotations {
		for place, arm := range order {
			s := byArm[&g.r.plan.Arms[arm]]
			if s == nil {
				continue // not applicable here
			}
			g.working(s, fmt.Sprintf("slice %d/%d", i+1, len(step.Rotations)))
			if err := g.one(ctx, s, g.slice(s, step.Seeds[i], g.r.plan.Timing.SliceOf(&g.cell.Cell)), i, place); err != nil {
				return err
			}
		}
	}
	for _, s := range g.servers {
		g.finish(ctx, s)
	}
	return nil
}

// one runs a slice on a server that still can be measured.
func (g *group) one(ctx context.Context, s *server, c load.Command, index, place int) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	if !s.ok() || c.Duration == 0 {
		return nil
	}
	err := g.load(ctx, s, c, index, place)
	if !s.ok() {
		g.retire(ctx, s)
	}
	return err
}

// retire ends a server that has failed, so that it does not disturb the others.
func (g *group) retire(ctx context.Context, s *server) {
	// The generator may have lost it already; then there is nothing to close.
	_, _ = g.generator.Do(ctx, load.Command{Op: load.OpClose, Arm: s.arm.Name})
	g.r.stop(ctx, s)
}

// open connects the generator to a server. Its error is the generator's own.
func (g *group) open(ctx context.Context, s *server, name string, conns, idle int) error {
	if !s.ok() {
		return nil
	}
	c := load.Command{
		Op: load.OpOpen, Arm: name, Addr: s.addr, Conns: conns, Idle: idle, NewConns: g.cell.NewConns,
		Workload: g.cell.Workload, Params: g.cell.params,
	}
	if s.arm.URLPath != "" {
		c.Workload, c.Params, c.URLPath = "", nil, s.arm.URLPath
	}
	s.trial.Identity.Checked = c.URLPath == ""
	reply, err := g.generator.Do(ctx, c)
	switch {
	case err != nil && reply.Error != "":
		s.fail("%v", err)
	case err != nil:
		return fmt.Errorf("%w: %w", errGenerator, err)
	}
	return nil
}

func (g *group) slice(s *server, seed uint64, duration time.Duration) load.Command {
	return load.Command{
		Op: load.OpSlice, Arm: s.arm.Name, Rate: g.cell.rate, Arrivals: g.cell.Arrivals,
		Duration: duration.Nanoseconds(), Drain: g.r.plan.Timing.Drain.Nanoseconds(), Seed: seed,
	}
}

// crowded says that the generator's connections leave the server none for questions.
func (s *server) crowded() bool {
	return s.model != nil && s.model.Limits.Connections > 0 && s.cell.Most() >= s.model.Limits.Connections
}

// figuresBefore asks the server's own figures when its slices are about to begin. A
// crowded server cannot be asked.
func (g *group) figuresBefore(ctx context.Context, s *server) {
	if s.ok() && !s.crowded() {
		s.before = s.stats(ctx, false)
	}
}

// finish reads what is read once, after the last slice.
func (g *group) finish(ctx context.Context, s *server) {
	if !s.ok() {
		return
	}
	if s.before != nil {
		if after := s.stats(ctx, false); after != nil {
			s.trial.Runtime = after.since(s.before)
		}
	}
	s.trial.Jain, s.trial.Least = jain(s.served)
	s.proveAlive()
	reply, err := g.generator.Do(ctx, load.Command{Op: load.OpClose, Arm: s.arm.Name})
	if err != nil && ctx.Err() == nil {
		s.fail("close: %v", err)
	}
	if reply.Load != nil {
		s.leftover(reply.Load.Errors)
	}
}

// proveAlive proves at the end that the server is still the one that was started.
func (s *server) proveAlive() {
	owned, err := s.proc.OwnsListener(s.addr)
	s.trial.Identity.AliveAtEnd = s.proc.Alive() && owned
	if !s.trial.Identity.AliveAtEnd {
		s.fail("at the end the server no longer listens at %s%s", s.addr, because(err))
	}
}

func because(err error) string {
	if err == nil {
		return ""
	}
	return ": " + err.Error()
}

func (g *group) working(s *server, what string) {
	if s.ok() {
		g.r.working(g.block, g.cell, s.arm, what)
	}
}
