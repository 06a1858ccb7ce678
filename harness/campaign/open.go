package campaign

import (
	"errors"
	"fmt"
	"maps"
	"os/exec"
	"path/filepath"
	"slices"
	"time"

	"assay/bench/claims"
	"assay/bench/plan"
	"assay/harness/journal"
	"assay/harness/proc"
)

// openJournal makes the run's folder, or opens the one to go on with.
func (r *run) openJournal() error {
	binaries, built, err := r.binaries()
	if err != nil {
		return err
	}
	if r.cfg.Resume {
		if err := r.resume(binaries); err != nil || r.journal != nil {
			return err
		}
	}
	r.machine.THPFixed = "off"
	if err := proc.FixTHP(); err != nil {
		r.machine.THPFixed = err.Error()
	}
	r.began = proc.Now()
	r.journal, err = journal.Create(r.cfg.Out, journal.Manifest{
		Version: journal.ManifestVersion, Label: r.cfg.Label, Started: time.Now().UTC(), Estimate: r.plan.Estimate().Nanoseconds(),
		Argv: r.cfg.Argv, Plan: *r.plan, Models: r.described(), Starts: r.starts(), Binaries: binaries, Built: built,
		Placement: r.place, Environment: r.machine, Certificate: r.cfg.Certificate,
		Register: claims.Hash(),
	})
	if err != nil {
		return err
	}
	r.opened()
	return nil
}

// resume opens the latest run of the plan, if there is one.
func (r *run) resume(binaries map[string]string) error {
	dir, err := journal.Find(r.cfg.Out, r.plan.Hash())
	if err != nil || dir == "" {
		return err
	}
	j, trials, err := journal.Resume(dir)
	if err != nil {
		return err
	}
	if changed := differing(j.Manifest.Binaries, binaries); len(changed) > 0 {
		j.Close()
		return fmt.Errorf("%s cannot be gone on with: %v changed since it began, and one run measures one build; start a new run without --resume", dir, changed)
	}
	if err := proc.FixTHP(); err != nil {
		j.Manifest.Environment.THPFixed = err.Error()
	}
	for i := range trials {
		r.done[trials[i].Key] = trials[i].Status
	}
	j.Manifest.State = journal.Running
	j.Manifest.Resumed = append(j.Manifest.Resumed, time.Now().UTC())
	r.journal = j
	r.began = proc.Now() - time.Since(j.Manifest.Started).Nanoseconds()
	r.opened()
	return nil
}

// opened tells that the run's folder is there, and what was noted before it was.
func (r *run) opened() {
	r.clock = newClock(r.remaining())
	r.event(Event{Kind: Began, Left: r.clock.left()})
	for _, text := range r.early {
		if slices.Contains(r.journal.Manifest.Notes, text) {
			r.event(Event{Kind: Noted, Text: text}) // said in an earlier sitting already
			continue
		}
		r.note("%s", text)
	}
}

// remaining is what the plan still takes, by its own arithmetic.
func (r *run) remaining() time.Duration {
	trials := r.plan.Estimate()
	var suites time.Duration
	for _, name := range r.plan.Suites {
		each := plan.SuiteEstimate(name)
		trials -= each
		if !slices.ContainsFunc(r.journal.Manifest.Suites, func(s journal.Suite) bool { return s.Name == name && s.Took > 0 }) {
			suites += each
		}
	}
	loads, memories := r.plan.Trials()
	if len(r.done) > 0 && loads+memories > 0 {
		trials -= time.Duration(float64(trials) * float64(len(r.done)) / float64(loads+memories))
	}
	return suites + trials
}

func differing(before, now map[string]string) (names []string) {
	for _, name := range slices.Sorted(maps.Keys(before)) {
		if before[name] != now[name] {
			names = append(names, name)
		}
	}
	return names
}

// binaries are the SHA-256 of what is started, and what compiled it, by base name.
func (r *run) binaries() (sums, built map[string]string, err error) {
	sums, built = make(map[string]string), make(map[string]string)
	add := func(path string) error {
		found, err := exec.LookPath(path)
		if err != nil && !errors.Is(err, exec.ErrDot) {
			return nil // its trials will say that it cannot be started
		}
		if sums[filepath.Base(path)], err = journal.SumFile(found); err != nil {
			return fmt.Errorf("checksum of %s: %w", path, err)
		}
		if by := journal.BuiltWith(found); by != "" {
			built[filepath.Base(path)] = by
		}
		return nil
	}
	for i := range r.plan.Arms {
		argv, _ := r.command(&r.plan.Arms[i], &r.cells[0])
		if err := add(argv[0]); err != nil {
			return nil, nil, err
		}
	}
	for _, name := range r.plan.Suites {
		for _, t := range r.cfg.Suites[name].Targets {
			if err := add(t.Argv[0]); err != nil {
				return nil, nil, err
			}
		}
	}
	for _, argv := range [][]string{r.cfg.Generator, r.cfg.Backend} {
		if len(argv) == 0 {
			continue
		}
		if err := add(argv[0]); err != nil {
			return nil, nil, err
		}
	}
	return sums, built, nil
}

// described are the models of the plan, each once.
func (r *run) described() []plan.Model {
	var models []plan.Model
	for i := range r.plan.Arms {
		m := r.models[r.plan.Arms[i].Name]
		if m != nil && !slices.ContainsFunc(models, func(k plan.Model) bool { return k.Name == m.Name }) {
			models = append(models, *m)
		}
	}
	return models
}

// starts is how each arm is started in each cell.
func (r *run) starts() []journal.Start {
	var all []journal.Start
	for i := range r.cells {
		c := &r.cells[i]
		for _, k := range r.plan.Asked(i) {
			a := &r.plan.Arms[k]
			if plan.NotApplicable(a, r.models[a.Name], &c.Cell) != "" {
				continue
			}
			argv, options := r.command(a, c)
			if !a.External() {
				argv = append([]string{filepath.Base(argv[0])}, argv[1:]...)
			}
			all = append(all, journal.Start{Arm: a.Name, Cell: c.name, Argv: argv, Options: options, Settings: plan.Settings(a, &c.Cell, c.backends)})
		}
	}
	return all
}
