package report

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"assay/bench/plan"
	"assay/harness/conformance"
	"assay/harness/journal"
	"assay/harness/report/html"
)

// signs stand for outcomes in a matrix.
var signs = map[conformance.Outcome]string{conformance.Pass: "✓", conformance.Fail: "FAIL", conformance.Expected: "≠", conformance.NotRun: "–"}

// outcomes is the order of the columns of counts.
var outcomes = []conformance.Outcome{conformance.Pass, conformance.Fail, conformance.Expected, conformance.NotRun}

// grid is results as cases by models, in the order in which they were recorded.
type grid struct {
	cases, models []string
	at            map[[2]string]*conformance.Result // by case and model
}

func newGrid(results []conformance.Result) grid {
	g := grid{at: make(map[[2]string]*conformance.Result)}
	seen := make(map[string]bool)
	for i := range results {
		r := &results[i]
		if !seen["case "+r.Case] {
			g.cases = append(g.cases, r.Case)
		}
		if !seen["model "+r.Model] {
			g.models = append(g.models, r.Model)
		}
		seen["case "+r.Case], seen["model "+r.Model] = true, true
		g.at[[2]string{r.Case, r.Model}] = r
	}
	return g
}

// table is a row for each case that keep wants, with a word for each model.
func (g *grid) table(keep func(name string) bool, word func(*conformance.Result) string) mdTable {
	t := mdTable{words: true, head: append([]string{"case"}, g.models...)}
	for _, c := range g.cases {
		if !keep(c) {
			continue
		}
		row := []string{strings.TrimPrefix(c, "behaviour/")}
		for _, m := range g.models {
			text := "not recorded"
			if r := g.at[[2]string{c, m}]; r != nil {
				text = word(r)
			}
			row = append(row, clip(text, 60))
		}
		t.rows = append(t.rows, row)
	}
	return t
}

// behaved is what each behaviour case found on each model.
func (e *Exhibits) behaved() mdTable {
	g := newGrid(e.Behaviour)
	return g.table(func(string) bool { return true }, func(r *conformance.Result) string {
		if r.Outcome == conformance.Fail {
			return signs[r.Outcome]
		}
		return cmp.Or(r.Finding, signs[conformance.NotRun])
	})
}

// conforming counts how the conformance cases ended on each model.
func (e *Exhibits) conforming() mdTable {
	g := newGrid(e.Conformance)
	t := mdTable{words: true, head: []string{"model", "pass", "fail", "expected difference", "not run"}}
	for _, m := range g.models {
		counts := make(map[conformance.Outcome]int)
		for _, c := range g.cases {
			if r := g.at[[2]string{c, m}]; r != nil {
				counts[r.Outcome]++
			}
		}
		row := []string{m}
		for _, o := range outcomes {
			row = append(row, itoa(counts[o]))
		}
		t.rows = append(t.rows, row)
	}
	return t
}

// uneven are the conformance cases that did not pass on every model.
func (e *Exhibits) uneven() mdTable {
	g := newGrid(e.Conformance)
	return g.table(func(name string) bool {
		return slices.ContainsFunc(g.models, func(m string) bool {
			r := g.at[[2]string{name, m}]
			return r == nil || r.Outcome != conformance.Pass
		})
	}, func(r *conformance.Result) string { return signs[r.Outcome] })
}

// reasons are those for which cases did not pass, a row for each case and model.
func (e *Exhibits) reasons() mdTable {
	t := mdTable{words: true, head: []string{"model", "case", "outcome", "why"}}
	for i := range e.Conformance {
		if r := &e.Conformance[i]; r.Outcome != conformance.Pass {
			t.rows = append(t.rows, []string{r.Model, r.Case, string(r.Outcome), clip(r.Detail, 300)})
		}
	}
	return t
}

// held is how long a suite took, "" where the run does not say.
func (e *Exhibits) held(suite string) string {
	for _, s := range e.Suites {
		if s.Name == suite && s.Took > 0 {
			return fmt.Sprintf(" Held before the first trial, in %.0f s.", float64(s.Took)/1e9)
		}
	}
	return ""
}

const (
	aboutConformance = "A server is correct before it is fast: a model that fails a case is not measured. Expected differences are limits that a model declares, and known ones of public servers."
	aboutBehaviour   = "Findings are observations and no verdicts on a model; claims about behaviour rest on them."
	legend           = "✓ pass, ≠ expected difference, – not run."
)

// matrices is the section of report.md on what the suites found.
func (p *pageWriter) matrices() {
	p.printf("## Correctness and behaviour\n\n")
	if why := p.Trouble[journal.ConformanceFile]; why != "" || len(p.Conformance) == 0 {
		p.printf("%s.\n\n", mdCell(p.lack(journal.ConformanceFile, "conformance was").Error()))
	}
	if len(p.Conformance) > 0 {
		p.printf("%s%s\n\n%s\n<details><summary>Cases that did not pass on every model</summary>\n\n%s\n\n%s\n</details>\n\n",
			aboutConformance, p.held(plan.Conformance), p.conforming(), legend, p.uneven())
	}
	if why := p.Trouble[journal.BehaviourFile]; why != "" || len(p.Behaviour) == 0 {
		p.printf("%s.\n\n", mdCell(p.lack(journal.BehaviourFile, "behaviour was").Error()))
	}
	if len(p.Behaviour) > 0 {
		p.printf("%s%s\n\n%s\n", aboutBehaviour, p.held(plan.Behaviour), p.behaved())
	}
}

// behaviour is the page's section on what the suites found.
func (s *sheetMaker) behaviour() error {
	var blocks []html.Block
	if s.Trouble[journal.ConformanceFile] != "" || len(s.Conformance) == 0 {
		blocks = append(blocks, html.Block{Note: s.lack(journal.ConformanceFile, "conformance was").Error()})
	}
	if len(s.Conformance) > 0 {
		blocks = append(blocks, html.Block{Text: aboutConformance + s.held(plan.Conformance)}, tabled(s.conforming(), "How the conformance cases ended on each model", 100))
		var folded []html.Block
		if t := s.uneven(); len(t.rows) > 0 {
			folded = append(folded, tabled(t, "Cases that did not pass on every model. "+legend, 200))
		}
		if t := s.reasons(); len(t.rows) > 0 {
			folded = append(folded, tabled(t, "Why", 300))
		}
		if len(folded) > 0 {
			blocks = append(blocks, html.Block{Folded: &html.Folded{Summary: "Cases that did not pass on every model, and why", Blocks: folded}})
		}
	}
	if s.Trouble[journal.BehaviourFile] != "" || len(s.Behaviour) == 0 {
		blocks = append(blocks, html.Block{Note: s.lack(journal.BehaviourFile, "behaviour was").Error() + ". assay check tells what a model does."})
	}
	if len(s.Behaviour) > 0 {
		blocks = append(blocks, html.Block{Text: aboutBehaviour + s.held(plan.Behaviour)}, tabled(s.behaved(), "What each behaviour case found; –: cannot be run there", 100))
	}
	s.section("behaviour", "Correctness and behaviour", blocks...)
	return nil
}
