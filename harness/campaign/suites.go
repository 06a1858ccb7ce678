package campaign

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"assay/bench/plan"
	"assay/harness/conformance"
	"assay/harness/exhibit"
	"assay/harness/journal"
)

// Suite is what the name of a suite in the plan stands for.
type Suite struct {
	Cases   []conformance.Case
	Targets []conformance.Target // all models that exist, not only those that are measured
}

// sideBySide is how many servers a suite is held against at the same time: they mostly wait.
const sideBySide = 4

// keepSources writes the code that is compared into the run, once.
func (r *run) keepSources() error {
	if len(r.cfg.Sources) == 0 {
		return nil
	}
	text, err := exhibit.SourcesText(r.cfg.Sources)
	if err != nil {
		return err
	}
	return r.journal.WriteFile(journal.SourcesFile, text)
}

// suites holds those of the plan against the models, before anything is measured and on all
// processors. What an earlier sitting has found is kept.
func (r *run) suites(ctx context.Context) error {
	for _, name := range r.plan.Suites {
		s := &suite{run: r, name: name, file: exhibit.FileOf(name), Suite: r.cfg.Suites[name]}
		if err := s.hold(ctx); err != nil {
			return fmt.Errorf("%s: %w", name, err)
		}
		if name == plan.Conformance {
			r.refuse(s.results)
		}
	}
	return nil
}

// suite is one that is being held.
type suite struct {
	Suite
	run        *run
	name, file string
	results    []conformance.Result // of whole models, as the file has them
	began      time.Time
}

// hold runs the cases on all models that the file does not have yet.
func (s *suite) hold(ctx context.Context) error {
	if len(s.Cases) == 0 || len(s.Targets) == 0 {
		return errors.New("there are no cases, or no models to hold them against")
	}
	if err := s.resume(); err != nil {
		return err
	}
	if s.missing() == 0 && s.record().Took > 0 {
		return nil
	}
	r := s.run
	s.record() // a run that is killed from here on asks for the file
	if err := r.journal.SaveManifest(); err != nil {
		return err
	}
	r.clock.begin(plan.SuiteEstimate(s.name))
	s.began = time.Now()
	err := s.all(ctx)
	if err == nil {
		err = s.again(ctx)
	}
	if ctx.Err() != nil {
		return ctx.Err() // what the cases say of it is no news
	}
	if err != nil {
		return err
	}
	r.clock.drop()
	took := time.Since(s.began)
	s.record().Took += took.Nanoseconds()
	r.event(Event{Kind: Held, Suite: s.name, Text: s.String() + " in " + took.Round(time.Second).String(), Left: r.clock.left()})
	return r.journal.SaveManifest()
}

// resume takes over the results of models that were finished in an earlier sitting.
func (s *suite) resume() error {
	path := filepath.Join(s.run.journal.Dir, s.file)
	if want := s.run.journal.Manifest.Files[s.file]; want != "" {
		if sum, err := journal.SumFile(path); err != nil || sum != want {
			return fmt.Errorf("%s is not what it was when the run was left: take it from a copy", path)
		}
	}
	all, err := exhibit.Results(path)
	if err != nil {
		return fmt.Errorf("%w; take it from a copy, or remove it to hold the suite again", err)
	}
	for i := range s.Targets {
		of := slices.DeleteFunc(slices.Clone(all), func(r conformance.Result) bool { return r.Model != s.Targets[i].Label() })
		if len(of) == len(s.Cases) {
			s.results = append(s.results, of...)
		}
	}
	return nil
}

// missing is how many models have no results yet.
func (s *suite) missing() int { return len(s.Targets) - len(s.results)/len(s.Cases) }

func (s *suite) has(label string) bool {
	return slices.ContainsFunc(s.results, func(r conformance.Result) bool { return r.Model == label })
}

// record is the suite's entry in the manifest.
func (s *suite) record() *journal.Suite {
	m := &s.run.journal.Manifest
	for i := range m.Suites {
		if m.Suites[i].Name == s.name {
			return &m.Suites[i]
		}
	}
	one := journal.Suite{Name: s.name, Cases: len(s.Cases)}
	for i := range s.Targets {
		one.Models = append(one.Models, s.Targets[i].Label())
	}
	m.Suites = append(m.Suites, one)
	return &m.Suites[len(m.Suites)-1]
}

// all runs the cases on the models that are missing, some side by side. Each model's results
// are kept as soon as those before it are; on the end of ctx all that are whole.
func (s *suite) all(ctx context.Context) error {
	type found struct {
		results []conformance.Result
		err     error
	}
	places := make(chan struct{}, sideBySide)
	progress := make(chan conformance.Result)
	done := make([]chan found, len(s.Targets))
	for i, target := range s.Targets {
		if s.has(target.Label()) {
			continue
		}
		done[i] = make(chan found, 1)
		go func() {
			places <- struct{}{}
			defer func() { <-places }()
			var f found
			if f.err = ctx.Err(); f.err == nil {
				f.err = conformance.Run(ctx, target, s.Cases, func(r conformance.Result) {
					f.results = append(f.results, r)
					progress <- r
				})
			}
			done[i] <- f
		}()
	}
	var errs []error
	n := 0
	for i := range done {
		for waiting := done[i] != nil; waiting; {
			select {
			case r := <-progress:
				n++
				s.working(n, r.Model+" "+r.Case)
			case f := <-done[i]:
				waiting = false
				if f.err == nil && len(f.results) == len(s.Cases) {
					f.err = s.keep(f.results)
				}
				if f.err != nil {
					errs = append(errs, fmt.Errorf("%s: %w", s.Targets[i].Label(), f.err))
				}
			}
		}
	}
	return errors.Join(errs...)
}

// again runs once more, alone, each case that failed: with servers beside it a busy
// machine may miss a deadline. The record says so of one that passes now.
func (s *suite) again(ctx context.Context) error {
	changed := false
	for i := range s.results {
		was := &s.results[i]
		if was.Outcome != conformance.Fail {
			continue
		}
		target := slices.IndexFunc(s.Targets, func(t conformance.Target) bool { return t.Label() == was.Model })
		cases := slices.DeleteFunc(slices.Clone(s.Cases), func(c conformance.Case) bool { return c.Name != was.Case })
		s.working(len(s.results), "once more: "+was.Model+" "+was.Case)
		err := conformance.Run(ctx, s.Targets[target], cases, func(r conformance.Result) {
			if r.Outcome == conformance.Pass {
				r.Detail = strings.TrimPrefix(fmt.Sprintf("%s (the second time, alone; the first time it failed: %s)", r.Detail, was.Detail), " ")
				*was, changed = r, true
			}
		})
		if err != nil {
			return err
		}
	}
	if !changed {
		return nil
	}
	return s.keep(nil)
}

// keep adds results to the file, which is written whole each time: a kill leaves whole models.
func (s *suite) keep(more []conformance.Result) error {
	s.results = append(s.results, more...)
	text, err := exhibit.Lines(s.results)
	if err != nil {
		return err
	}
	return s.run.journal.WriteFile(s.file, text)
}

func (s *suite) working(n int, what string) {
	s.run.event(Event{Kind: Holding, Suite: s.name, Text: fmt.Sprintf("%d of %d cases  %s", n, len(s.Cases)*len(s.Targets), what), Left: s.run.clock.left()})
}

// String counts the outcomes: "17 cases on 15 models: 200 pass, 55 not-run".
func (s *suite) String() string {
	counts := make(map[conformance.Outcome]int)
	for i := range s.results {
		counts[s.results[i].Outcome]++
	}
	var parts []string
	for _, o := range []conformance.Outcome{conformance.Pass, conformance.Fail, conformance.Expected, conformance.NotRun} {
		if counts[o] > 0 {
			parts = append(parts, fmt.Sprintf("%d %s", counts[o], o))
		}
	}
	return fmt.Sprintf("%d cases on %d models: %s", len(s.Cases), len(s.Targets), strings.Join(parts, ", "))
}

// refuse takes models that failed the conformance suite out of the run: a server is correct
// before it is fast.
func (r *run) refuse(results []conformance.Result) {
	failed := make(map[string][]string)
	for i := range results {
		if results[i].Outcome == conformance.Fail {
			failed[results[i].Model] = append(failed[results[i].Model], results[i].Case)
		}
	}
	said := make(map[string]bool)
	for arm := range r.plan.Arms {
		a := &r.plan.Arms[arm]
		cases := failed[a.Model]
		if a.External() || len(cases) == 0 {
			continue
		}
		why := fmt.Sprintf("%s fails %d of the conformance cases (%s): a server is correct before it is measured", a.Model, len(cases), strings.Join(cases[:min(3, len(cases))], ", "))
		for i := range r.cells {
			r.lack[[2]int{i, arm}] = why
		}
		if !said[a.Model] && !slices.Contains(r.journal.Manifest.Notes, "not run: "+why) {
			said[a.Model] = true
			r.note("not run: %s", why)
		}
	}
}
