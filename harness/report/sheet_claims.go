package report

import (
	"fmt"
	"math"
	"slices"
	"strings"

	"assay/bench/claims"
	"assay/harness/report/chart"
	"assay/harness/report/html"
	"assay/harness/verdict"
)

// allEffects is a row for every argument that a contrast of this run bears on; below three
// there is no picture.
func (s *sheetMaker) allEffects() (html.Figure, bool) {
	f := chart.Forest{Title: "What was asserted, and what was measured: arm ÷ base", Arms: []string{}}
	p := chart.Panel{Title: "ratio of the claim's own metric"}
	blocks := 0
	for i := range s.claims.Verdicts {
		v := &s.claims.Verdicts[i]
		if e := v.Effect; e != nil && e.Missing == "" {
			p.Marks = append(p.Marks, effectMark(e, len(f.Rows), s.colour(e.Arm.Arm)))
			f.Rows, f.Arms = append(f.Rows, v.Claim+": "+string(v.Outcome)), append(f.Arms, e.Arm.Arm)
			blocks = max(blocks, e.Blocks)
		}
	}
	f.Panels = []chart.Panel{p}
	f.Caption = fmt.Sprintf("Mean ratio of %s with its 95 %% interval, coloured by the arm.", count(blocks, "block"))
	return html.Figure{SVG: f.SVG(), Alt: f.Title}, len(f.Rows) >= 3
}

func effectMark(e *verdict.Effect, row, colour int) chart.Mark {
	if e.Missing != "" {
		return chart.Mark{Row: row, Missing: "not in this run"}
	}
	return chart.Mark{Row: row, Colour: colour, Center: e.Ratio, Lo: e.Lo, Hi: e.Hi, Text: ratio(e.Ratio)}
}

// arguments is the table of claims, and a section for each.
func (s *sheetMaker) arguments() error {
	t := &html.Table{Caption: "Every question of the register", Words: true, Filter: true, Head: []string{"argument", "on", "verdict", "effect", "what was asserted"}}
	order := s.byOutcome()
	for _, v := range order {
		c, _ := claims.Find(v.Claim) // the verdicts are on the register
		mark := ""
		if len(v.Suspect) > 0 {
			mark = " ?"
		}
		t.Rows = append(t.Rows, []html.Field{
			{Text: v.Claim, Href: "#" + claimID(v)},
			{Text: string(v.On)},
			{Text: string(v.Outcome) + mark, Key: string(v.Outcome)},
			{Text: told(v)},
			{Text: c.Asserts},
		})
	}
	var blocks []html.Block
	if s.claims.Note != "" {
		blocks = append(blocks, html.Block{Note: s.claims.Note})
	}
	s.section("arguments", "The arguments", append(blocks,
		html.Block{Text: s.claims.Sentence() + " The register names cells, arms and metrics, never answers; p-values are corrected over all questions that the run could decide. “?”: rests on SUSPECT trials, or on fewer than were measured."},
		html.Block{Table: t})...)
	s.open = []html.Section{{ID: "open", Title: "Questions on which this run says nothing", Blocks: []html.Block{{Text: "Each says what it needs."}}}}
	for _, v := range order {
		if one := s.claim(v); inRun(v) {
			s.sections = append(s.sections, one)
		} else {
			s.open = append(s.open, one)
		}
	}
	return nil
}

// byOutcome is the verdicts, settled ones first, then those on which the run has something.
func (s *sheetMaker) byOutcome() []*verdict.Verdict {
	out := make([]*verdict.Verdict, len(s.claims.Verdicts))
	for i := range out {
		out[i] = &s.claims.Verdicts[i]
	}
	rank := func(v *verdict.Verdict) int {
		switch {
		case v.Outcome.Decided():
			return 0
		case inRun(v):
			return 1
		case v.Outcome == verdict.Inconclusive:
			return 2
		}
		return 3
	}
	slices.SortStableFunc(out, func(a, b *verdict.Verdict) int { return rank(a) - rank(b) })
	return out
}

func claimID(v *verdict.Verdict) string { return slug("claim " + v.Claim + " " + string(v.On)) }

// claim is one question's section.
func (s *sheetMaker) claim(v *verdict.Verdict) html.Section {
	c, _ := claims.Find(v.Claim)
	q := question(&c, v.On)
	terms := []html.Term{
		{Name: "asserted", Text: c.Asserts + " (" + strings.Join(c.Sources, ", ") + ")"},
		{Name: "verdict", Text: string(v.Outcome) + ": " + clip(v.Why, 900)},
	}
	add := func(name, text string) {
		if text != "" {
			terms = append(terms, html.Term{Name: name, Text: text})
		}
	}
	if q.Hypothesis != "" {
		add("if it were so", q.Hypothesis)
	}
	add("advice", v.Advice)
	add("scope", v.Scope)
	if v.Outcome != verdict.NotMeasured {
		add("what would change it", change(v, q))
	}
	add("to be doubted", clip(strings.Join(v.Suspect, "; "), 600))
	blocks := []html.Block{{Terms: terms}}
	if v.Effect != nil {
		blocks = append(blocks, s.effects(v)...)
	}
	if len(v.Seen) > 0 && inRun(v) {
		blocks = append(blocks, html.Block{Table: observations(v)})
	}
	if len(v.Counts) > 0 {
		t := &html.Table{Caption: "Counts from source", Head: []string{"count", q.Count.Style, q.Count.Base}}
		for _, n := range v.Counts {
			t.Rows = append(t.Rows, []html.Field{{Text: n.What}, {Text: itoa(n.Style)}, {Text: itoa(n.Base)}})
		}
		blocks = append(blocks, html.Block{Table: t})
	}
	if command := s.reproduce(v, q); command != "" {
		blocks = append(blocks, html.Block{Code: command})
	}
	return html.Section{ID: claimID(v), Title: fmt.Sprintf("%s (%s): %s", v.Claim, v.On, v.Outcome), Sub: true, Blocks: blocks}
}

func question(c *claims.Claim, on claims.Stack) *claims.Question {
	for i := range c.Questions {
		if c.Questions[i].On == on {
			return &c.Questions[i]
		}
	}
	return &claims.Question{}
}

// change says what other evidence would come to another verdict.
func change(v *verdict.Verdict, q *claims.Question) string {
	switch e := v.Effect; {
	case q.Observe != nil:
		return "another finding of a case named here"
	case q.Count != nil:
		return fmt.Sprintf("handlers whose counts differ by less than %s, or the other way", percent(q.Count.Least))
	case e == nil || e.Missing != "":
		return "a run that has its cells and arms"
	case v.Outcome == verdict.Inconclusive && v.Blocks > 0:
		return fmt.Sprintf("some %d blocks in all, of the same scatter", v.Blocks)
	case v.Outcome == verdict.Inconclusive:
		return "a quieter machine or longer slices"
	case v.Outcome == verdict.Equivalent:
		return fmt.Sprintf("an interval that leaves 1 by more than the margin of %s; it now ends at %s and %s", percent(q.Measure.Margin), ratio(e.Lo), ratio(e.Hi))
	default:
		near := e.Lo
		if math.Abs(math.Log(e.Hi)) < math.Abs(math.Log(e.Lo)) {
			near = e.Hi
		}
		return fmt.Sprintf("an interval that reaches the noise floor of %s, or an effect below %s; its nearer end is now %s", plusMinus(max(e.Floor, 0)), percent(q.Measure.Least), ratio(near))
	}
}

// effects are a claim's contrasts: a picture, and the same as a table.
func (s *sheetMaker) effects(v *verdict.Verdict) []html.Block {
	if v.Effect.Missing != "" {
		return []html.Block{{Note: "No picture: " + v.Effect.Missing + "."}}
	}
	f := chart.Forest{Title: v.Claim + ": arm ÷ base", Arms: []string{}, Caption: "95 % intervals; grey: noise floor of the claim's cells. The first row decides."}
	p := chart.Panel{Title: "ratio", Band: max(v.Effect.Floor, 0)}
	t := &html.Table{Caption: "Its contrasts; the first decides", Head: []string{"metric", "arm", "base", "ratio [95 %]", "noise floor", "blocks", "p", "p of equality", "cells, or why there is none"}, Words: true}
	row := func(e *verdict.Effect, prefix string) {
		p.Marks = append(p.Marks, effectMark(e, len(f.Rows), s.colour(e.Arm.Arm)))
		f.Rows = append(f.Rows, strings.TrimPrefix(prefix, "beside: ")+fmt.Sprintf("%s: %s ÷ %s", e.Metric, e.Arm.Arm, e.Base.Arm))
		f.Arms = append(f.Arms, e.Arm.Arm)
		t.Rows = append(t.Rows, effectRow(e, prefix))
	}
	row(v.Effect, "")
	for i := range v.Along {
		row(&v.Along[i], fmt.Sprintf("at %g, ", v.Along[i].X))
	}
	for i := range v.Shown {
		row(&v.Shown[i], "beside: ")
	}
	f.Panels = []chart.Panel{p}
	return []html.Block{{Row: []html.Figure{{SVG: f.SVG(), Alt: f.Title}}}, {Table: t}}
}

// effectRow is a contrast in words.
func effectRow(e *verdict.Effect, prefix string) []html.Field {
	cells, floor := e.Arm.Cell, "not known"
	if e.Base.Cell != e.Arm.Cell {
		cells += " ÷ " + e.Base.Cell
	}
	if e.Floor >= 0 {
		floor = plusMinus(e.Floor)
	}
	texts := []string{prefix + e.Metric, e.Arm.Arm, e.Base.Arm, effectText(e), floor, itoa(e.Blocks), probability(e.P), probability(e.EqualP), cells}
	if e.Missing != "" {
		texts = []string{prefix + e.Metric, e.Arm.Arm, e.Base.Arm, "–", "–", "–", "–", "–", e.Missing}
	}
	out := make([]html.Field, len(texts))
	for i, text := range texts {
		out[i].Text = text
	}
	return out
}

func probability(p float64) string {
	if p < 0.001 {
		return "<.001"
	}
	return strings.TrimPrefix(fmt.Sprintf("%.3f", p), "0")
}

func observations(v *verdict.Verdict) *html.Table {
	t := &html.Table{Caption: "What its cases found", Words: true, Head: []string{"case", "model", "found", "it agrees if", "so it"}}
	for _, o := range v.Seen {
		found, so := o.Found, "disagrees"
		switch {
		case found == "":
			found, so = "not run", "does not count"
		case o.Agrees:
			so = "agrees"
		}
		t.Rows = append(t.Rows, []html.Field{{Text: strings.TrimPrefix(o.Case, "behaviour/")}, {Text: o.Model}, {Text: found}, {Text: strings.Join(o.If, " or ")}, {Text: so}})
	}
	return t
}

// reproduce is the command that measures a claim again: its own cell where it rests on one,
// else the profile that has all its cells.
func (s *sheetMaker) reproduce(v *verdict.Verdict, q *claims.Question) string {
	switch {
	case q.Observe != nil:
		var models, cases []string
		for _, f := range q.Observe.Cases {
			if !slices.Contains(models, f.Model) {
				models = append(models, f.Model)
			}
			if !slices.Contains(cases, f.Case) {
				cases = append(cases, f.Case)
			}
		}
		return "assay check " + strings.Join(models, " ") + "   # " + strings.Join(cases, ", ")
	case q.Measure == nil:
		return ""
	}
	m := q.Measure
	at := slices.IndexFunc(s.Cells, func(c Cell) bool { return c.Name == m.Arm.Cell })
	if m.Along != nil || m.Arm.Cell != m.Base.Cell || at < 0 || s.Cells[at].Memory {
		if v.Effect.Missing != "" {
			return "assay run --profile full"
		}
		return s.Command
	}
	words := []string{"assay run --workload", s.Cells[at].Workload}
	var set []string
	for _, d := range s.Cells[at].Dims {
		switch d.Name {
		case "conns", "rate":
			words = append(words, "--"+d.Name, d.Value)
		case "idle", "new-conns", "arrivals":
			return s.Command // not asked by a flag
		default:
			set = append(set, d.Name+"="+d.Value)
		}
	}
	if len(set) > 0 {
		words = append(words, "--set", quote(strings.Join(set, ",")))
	}
	return strings.Join(append(words, "--models", m.Base.Arm+","+m.Arm.Arm, "--blocks", itoa(max(s.Blocks, v.Blocks))), " ")
}
