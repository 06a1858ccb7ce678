package campaign

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"

	"assay/harness/load"
	"assay/harness/proc"
	"assay/harness/trial"
)

// reading is what is read at an edge of a slice.
type reading struct {
	at       int64 // CLOCK_MONOTONIC, ns
	cpu      int64 // of the server
	backend  int64 // CPU of the backends
	switches int64 // of the server; -1 if not known
	forced   int64 // those of the switches that were involuntary; -1 if not known
	machine  proc.Machine
}

// errGenerator wraps failures after which the generator is of no more use.
var errGenerator = errors.New("the generator failed")

// readBefore reads an edge so that the machine's counters, which everybody's work
// moves, come last; readAfter reads them first.
func (g *group) readBefore(s *server) (e reading, err error) {
	if e, err = g.readServer(s); err == nil {
		e.machine, err = proc.Look()
	}
	return e, err
}

func (g *group) readAfter(s *server) (reading, error) {
	machine, err := proc.Look()
	if err != nil {
		return reading{}, err
	}
	e, err := g.readServer(s)
	e.machine = machine
	return e, err
}

func (g *group) readServer(s *server) (e reading, err error) {
	used, err := s.proc.Usage()
	if err != nil {
		return e, err
	}
	e.cpu, e.switches, e.forced = used.CPU, used.Switches, used.Involuntary
	if g.backends != nil {
		if e.backend, err = g.backends.OwnCPU(); err != nil {
			return e, err
		}
	}
	e.at = proc.Now()
	return e, nil
}

// load drives one slice at the server, which is warm-up if discard is set. Failures
// of the server are its trial's; the error is the generator's.
func (g *group) load(ctx context.Context, s *server, c load.Command, index, order int) error {
	where := fmt.Sprintf("slice %d", index+1)
	if c.Discard {
		where = "warm-up"
	}
	before, err := g.readBefore(s)
	if err != nil {
		s.fail("before %s: %v", where, err)
		return nil
	}
	reply, err := g.generator.Do(ctx, c)
	if err != nil && reply.Error == "" {
		return fmt.Errorf("%w: %w", errGenerator, err)
	}
	if err != nil {
		s.fail("%s: %v", where, err)
		return nil
	}
	if reply.Load == nil {
		return fmt.Errorf("%w: its reply to a slice has no figures", errGenerator)
	}
	if c.Discard { // of its failures only those that no load excuses are of interest
		s.leftover(map[string]uint64{
			"wrong": reply.Load.Errors["wrong"], "parse": reply.Load.Errors["parse"], "unsolicited": reply.Load.Errors["unsolicited"],
		})
	}
	s.judge(reply.Load, where)
	after, err := g.readAfter(s)
	if err != nil {
		s.fail("after %s: %v", where, err)
		return nil
	}
	machine := g.r.machineFigures(&before, &after)
	g.hiccups(s.trial, machine, &reply)
	backends, err := g.backendFigures()
	if err != nil {
		s.fail("after %s: %v", where, err)
		return nil
	}
	if c.Discard {
		s.warm, s.last = reply.Load.Requests, after
		return nil
	}
	s.forks += after.machine.Forks - before.machine.Forks
	s.trial.Slices = append(s.trial.Slices, trial.Slice{
		Index: index, Order: order, Start: reply.Start - g.r.began, Length: reply.Length, Seed: c.Seed, Schedule: reply.Schedule,
		Load:      *reply.Load,
		ServerCPU: after.cpu - before.cpu, MachineCPU: after.machine.Busy - before.machine.Busy,
		GeneratorCPU: reply.CPU, BackendCPU: after.backend - before.backend,
		Switches: difference(before.switches, after.switches), Involuntary: forced(before, after), Steal: after.machine.Steal - before.machine.Steal,
		Retransmits: after.machine.Retransmits - before.machine.Retransmits,
		ListenDrops: after.machine.ListenDrops - before.machine.ListenDrops,
		Polled:      min(reply.Polled, reply.CPU),
		Backend:     backends, Machine: machine,
		IdleCPU: before.cpu - s.last.cpu, IdleSpan: before.at - s.last.at,
	})
	s.last = after
	s.served = addServed(s.served, reply.Load.PerConn)
	return nil
}

func difference(before, after int64) int64 {
	if before < 0 || after < before {
		return -1
	}
	return after - before
}

// addServed adds a slice's answers by connection to the sum of those before.
func addServed(sum []uint64, perConn []uint32) []uint64 {
	for len(sum) < len(perConn) {
		sum = append(sum, 0)
	}
	for i, n := range perConn {
		sum[i] += uint64(n)
	}
	return sum
}

// leftover keeps faults that were seen outside the slices.
func (s *server) leftover(faults map[string]uint64) {
	for kind, n := range faults {
		if n == 0 {
			continue
		}
		if s.trial.Leftover == nil {
			s.trial.Leftover = make(map[string]uint64)
		}
		s.trial.Leftover[kind] += n
	}
}

// judge fails the trial on answers that make it worthless.
func (s *server) judge(l *trial.LoadFigures, where string) {
	switch {
	case !s.proc.Alive():
		s.fail("%s: the server died", where)
	case l.Errors["wrong"] > 0:
		s.fail("%s: wrong answers: %d of %d; the first: %s", where, l.Errors["wrong"], l.Requests, l.FirstBad)
	case l.Answers == 0 && l.Requests > 0:
		first := ""
		if l.FirstBad != "" {
			first = "; the first bad answer: " + l.FirstBad
		}
		s.fail("%s: no right answer to %d requests (%s)%s", where, l.Requests, kinds(l.Errors), first)
	}
}

// kinds counts errors by kind: "250 status-500, 4 timeout".
func kinds(errs map[string]uint64) string {
	var parts []string
	for _, kind := range slices.Sorted(maps.Keys(errs)) {
		parts = append(parts, fmt.Sprintf("%d %s", errs[kind], kind))
	}
	if len(parts) == 0 {
		return "no answer came"
	}
	return strings.Join(parts, ", ")
}

// settleSwitches makes the slices' switches whole after the server has ended: where
// threads came and went, each slice gets its requests' share of the process's own account.
func (s *server) settleSwitches() {
	if len(s.trial.Slices) == 0 {
		return
	}
	requests := s.warm
	for i := range s.trial.Slices {
		requests += s.trial.Slices[i].Load.Requests
	}
	// Births are counted for the whole machine; a few are a runtime's, or a stranger's.
	if s.forks <= max(16, int64(requests)/100) {
		s.trial.SwitchesBy = "threads"
		return
	}
	all, ok := s.proc.LifetimeSwitches()
	if !ok || s.switches < 0 || requests == 0 {
		for i := range s.trial.Slices {
			s.trial.Slices[i].Switches, s.trial.Slices[i].Involuntary = -1, nil
		}
		return
	}
	s.trial.SwitchesBy = "lifetime"
	each := float64(all-s.switches) / float64(requests)
	for i := range s.trial.Slices {
		s.trial.Slices[i].Involuntary = nil // what the living threads tell is not all of them
		s.trial.Slices[i].Switches = int64(each * float64(s.trial.Slices[i].Load.Requests))
	}
}

// forced are the involuntary switches between two readings; nil where they are not known.
func forced(before, after reading) *int64 {
	n := difference(before.forced, after.forced)
	if n < 0 {
		return nil
	}
	return &n
}
