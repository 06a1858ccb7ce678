package verify

import (
	"errors"
	"fmt"
	"io"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"assay/bench/plan"
	"assay/harness/journal"
	"assay/harness/trial"
)

// seen is where a key stood first.
type seen struct {
	line  int
	trial *trial.Trial
}

// records checks every line; whole is false where figures cannot be computed from them. Of
// trials measured twice the later one is given, as journal.Read does.
func (c *checker) records(lines *journal.Lines) (trials []trial.Trial, whole bool) {
	name := filepath.Base(lines.Path)
	byKey := make(map[string]seen)
	var order []string
	chained := false
	for {
		line, err := lines.Next()
		var at *journal.LineError
		switch {
		case err == nil:
		case err == io.EOF:
			return c.covered(name, byKey, order)
		case errors.Is(err, journal.ErrTorn):
			c.fault(name, len(order)+1, "%v: a kill does that, --resume mends it", err)
			return c.covered(name, byKey, order)
		case errors.As(err, &at):
			c.fault(name, at.Line, "%v; what follows was not looked at", at.Err)
			return nil, false
		default:
			c.fault(name, 0, "%v", err)
			return nil, false
		}
		c.found.Trials++
		if !line.Chained && (c.m.Version > 1 || chained) {
			c.fault(name, line.Number, "it carries no link of the chain")
		}
		chained = chained || line.Chained
		t := line.Trial
		c.key(name, line.Number, &t)
		if before, twice := byKey[t.Key]; twice {
			if !c.again(before.trial, &t) {
				c.fault(name, line.Number, "trial %s stands here and in line %d, and was not measured again after the run was resumed", t.Key, before.line)
			}
			order = slices.DeleteFunc(order, func(k string) bool { return k == t.Key })
		}
		byKey[t.Key] = seen{line.Number, &t}
		order = append(order, t.Key)
		c.guarded(name, line.Number, func() {
			for _, why := range c.inconsistent(&t) {
				c.fault(name, line.Number, "trial %s: %s", t.Key, why)
			}
		})
	}
}

// again says that a trial was measured a second time for a good reason: the run was killed
// before all arms of its group were in the journal, so the group was measured anew.
func (c *checker) again(first, second *trial.Trial) bool {
	return slices.ContainsFunc(c.m.Resumed, func(at time.Time) bool { return first.Start.Before(at) && !second.Start.Before(at) })
}

// key checks that a trial is one of the plan.
func (c *checker) key(name string, line int, t *trial.Trial) {
	p := &c.m.Plan
	if want := fmt.Sprintf("%d/%s/%s/%s", t.Block, t.Cell, t.Arm, t.Kind); t.Key != want {
		c.fault(name, line, "its key is %q, it is trial %q", t.Key, want)
	}
	cell := slices.IndexFunc(p.Cells, func(x plan.Cell) bool { return x.Name() == t.Cell })
	arm := slices.IndexFunc(p.Arms, func(x plan.Arm) bool { return x.Name == t.Arm })
	switch {
	case cell < 0:
		c.fault(name, line, "cell %q is not in the plan", t.Cell)
	case arm < 0:
		c.fault(name, line, "arm %q is not in the plan", t.Arm)
	case t.Block < 0 || t.Block >= p.BlocksOf(cell):
		c.fault(name, line, "block %d is not in the plan, which has %d of that cell", t.Block, p.BlocksOf(cell))
	case !p.Cells[cell].Asks(t.Arm):
		c.fault(name, line, "the cell %q is not asked of %q", t.Cell, t.Arm)
	case t.Kind != kindOf(p.Cells[cell].Memory()):
		c.fault(name, line, "a %s trial, the cell is of another kind", t.Kind)
	case t.Model != p.Arms[arm].Model || t.Twin != p.Arms[arm].TwinOf:
		c.fault(name, line, "model %q, twin of %q: the plan has model %q, twin of %q", t.Model, t.Twin, p.Arms[arm].Model, p.Arms[arm].TwinOf)
	}
}

// covered checks that no planned trial is missing, and gives the trials.
func (c *checker) covered(name string, byKey map[string]seen, order []string) ([]trial.Trial, bool) {
	var missing []string
	planned := 0
	for i := range c.m.Plan.Cells {
		cell := &c.m.Plan.Cells[i]
		for b := range c.m.Plan.BlocksOf(i) {
			for _, k := range c.m.Plan.Asked(i) {
				planned++
				key := fmt.Sprintf("%d/%s/%s/%s", b, cell.Name(), c.m.Plan.Arms[k].Name, kindOf(cell.Memory()))
				if _, ok := byKey[key]; !ok {
					missing = append(missing, key)
				}
			}
		}
	}
	if n := len(missing); n > 0 {
		c.fault(name, 0, "%d of %d planned trials are missing: %s", n, planned, strings.Join(missing[:min(n, 3)], ", "))
	}
	trials := make([]trial.Trial, len(order))
	for i, key := range order {
		trials[i] = *byKey[key].trial
	}
	return trials, len(trials) > 0
}
