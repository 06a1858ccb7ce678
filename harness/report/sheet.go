package report

import (
	"cmp"
	"fmt"
	"math"
	"slices"
	"strings"

	"assay/bench/claims"
	"assay/harness/report/html"
	"assay/harness/stat"
	"assay/harness/verdict"
)

// sheet renders report.html.
func sheet(v *View) ([]byte, error) {
	s := &sheetMaker{View: v, claims: v.claimsRecord()}
	p := &html.Page{
		Title:    "Ways to wait, measured: " + v.ID,
		Head:     "Ways to wait, measured",
		Subtitle: fmt.Sprintf("assay %s, profile %s: %d of %d trials, %s, started %s", v.ID, v.Profile, len(v.Trials), v.Planned, count(v.Blocks, "block"), v.Started.UTC().Format("2006-01-02 15:04 MST")),
		Alarm:    s.alarm(),
		Cards:    s.cards(),
		Said:     s.said(),
		Lead:     s.lead(),
	}
	for _, a := range v.Arms {
		p.Arms = append(p.Arms, html.Legend{Name: a.Name, Colour: v.colour(a.Name)})
	}
	// The first have the room for drawings: of a great run the courses of single trials are left out.
	parts := []func() error{s.arguments, s.models, s.rates, s.ladders, s.latencies, s.courses, s.behaviour, s.code, s.doubtful, s.method}
	if v.Edited != "" {
		parts = []func() error{s.arguments, s.withheld, s.method}
	}
	for _, part := range parts {
		if err := part(); err != nil {
			return nil, err
		}
	}
	p.Sections = append(s.sections, s.open...)
	return html.Render(p)
}

// sheetMaker gathers the page section by section.
type sheetMaker struct {
	*View
	claims   ClaimsRecord
	sections []html.Section
	open     []html.Section // of questions on which the run says nothing: they come last
}

func (s *sheetMaker) section(id, title string, blocks ...html.Block) {
	s.sections = append(s.sections, html.Section{ID: id, Title: title, Blocks: blocks})
}

// alarm is said at the top of a page of a run that is not whole.
func (s *sheetMaker) alarm() string {
	if s.Edited != "" {
		return "The records of this run were changed or damaged, so this page has no figure and no verdict of it. " + s.Edited + ". assay verify lists all that is wrong."
	}
	var words []string
	if !s.Finished {
		words = append(words, fmt.Sprintf("This run is not finished: %d of %d trials are in. Blocks that miss an arm are left out of its contrasts.", len(s.Trials), s.Planned))
	}
	if s.Blocks == 1 {
		words = append(words, "This run has one block: it has no intervals, and nothing can be concluded from it.")
	}
	if g := s.Grades(); g.Invalid > 0 {
		words = append(words, fmt.Sprintf("%s INVALID and left out of every figure.", count(g.Invalid, "trial")))
	}
	return strings.Join(words, " ")
}

func (s *sheetMaker) cards() []html.Card {
	settled := s.claims.Sentence()
	_, how, _ := strings.Cut(settled, " settled")
	g := s.Grades()
	cards := []html.Card{
		{Name: "Arguments settled", Value: fmt.Sprintf("%d of %d", s.claims.Settled, s.claims.Asked), Note: strings.TrimLeft(how, ":; "), Href: "#arguments"},
		{Name: "Validity", Value: fmt.Sprintf("%d VALID", g.Valid), Note: fmt.Sprintf("%d SUSPECT, %d INVALID of %d trials that were run", g.Suspect, g.Invalid, g.Valid+g.Suspect+g.Invalid), Href: "#doubts"},
	}
	value, note := s.floors()
	cards = append(cards, html.Card{Name: "Noise floor", Value: value, Note: note, Href: "#models"})
	machine := s.CPU
	if machine == "" {
		machine = "processor not known"
	}
	return append(cards, html.Card{Name: "Machine", Value: clip(machine, 60), Note: s.GOOS + " " + s.GOARCH + "; " + s.Placement.String(), Href: "#method"})
}

// floors is the range of the cells' noise floors on CPU per request.
func (s *sheetMaker) floors() (value, note string) {
	least, most, n := 0.0, 0.0, 0
	why := "no cell is under load"
	if s.Edited != "" {
		return "not known", wasEdited
	}
	for _, c := range s.loaded() {
		f, err := s.Set.Floor(stat.CPU, c.Name)
		if err != nil {
			why = whyNoFloor(err)
			if hopeless := s.noFloor(c.Name); hopeless != "" {
				why = hopeless
			}
			continue
		}
		if n == 0 || f.Fraction < least {
			least = f.Fraction
		}
		most = max(most, f.Fraction)
		n++
	}
	switch {
	case n == 0:
		return "not known", why
	case n == 1 || percent(least) == percent(most):
		value = plusMinus(most)
	default:
		value = plusMinus(least) + " to " + plusMinus(most)
	}
	return value, fmt.Sprintf("CPU per request, of %s; nothing below it is called an effect", count(n, "cell"))
}

// mostSaid is how many sentences the first screen has room for.
const mostSaid = 6

// said is the settled arguments, those that were measured first and of them the greatest effects, then
// the advice of the cells.
func (s *sheetMaker) said() []html.Term {
	if s.Edited != "" {
		return nil
	}
	var settled []*verdict.Verdict
	for i := range s.claims.Verdicts {
		if v := &s.claims.Verdicts[i]; v.Outcome.Decided() && inRun(v) {
			settled = append(settled, v)
		}
	}
	slices.SortStableFunc(settled, func(a, b *verdict.Verdict) int { return cmp.Compare(weight(b), weight(a)) })
	var out []html.Term
	for _, v := range settled {
		c, _ := claims.Find(v.Claim) // the verdicts are on the register
		text := fmt.Sprintf("“%s” %s.", c.Asserts, strings.TrimSuffix(told(v), "."))
		if !strings.HasPrefix(v.Advice, "It depends: ") { // which counts again what was counted
			text += " " + v.Advice
		}
		if len(v.Suspect) > 0 {
			text += " ?: rests on SUSPECT trials, or on fewer than were measured."
		}
		out = append(out, html.Term{Name: v.Claim, Href: "#" + claimID(v), Key: string(v.Outcome), Text: text})
	}
	for _, c := range s.loaded() {
		if sentence, _, more := strings.Cut(s.Advice(c).Sentence, ". "); sentence != "" {
			if more {
				sentence += "." // where it stops being true is said with the cell
			}
			out = append(out, html.Term{Name: c.Title, Text: clip(sentence, 400) + s.caution(c.Name)})
		}
	}
	return out[:min(len(out), mostSaid)]
}

// weight ranks verdicts for the first screen: effects by their size, then what turned out otherwise
// than was asserted.
func weight(v *verdict.Verdict) float64 {
	switch {
	case v.Effect != nil && v.Effect.Missing == "":
		return 1 + math.Abs(math.Log(v.Effect.Ratio))
	case v.Outcome == verdict.Refuted:
		return 0.5
	}
	return 0
}

// lead is the most telling pictures: all measured arguments, and the contrasts of the cell in which
// most of them rise above the noise.
func (s *sheetMaker) lead() []html.Figure {
	var out []html.Figure
	if f, ok := s.allEffects(); ok {
		out = append(out, f)
	}
	var best html.Figure
	most := -1
	for _, c := range s.loaded() {
		if pic, ok := s.contrastPicture(c); ok && s.loud(c) > most {
			best, most = figure(pic), s.loud(c)
		}
	}
	if most >= 0 {
		out = append(out, best)
	}
	return out
}

// loud counts the contrasts of a cell that rise above its noise floor.
func (s *sheetMaker) loud(c Cell) int {
	n := 0
	for _, a := range s.armsOf(c) {
		for _, m := range columns(c) {
			if f := s.fieldIn(m, c, a.Name); f.Contrast != nil && !f.Quiet {
				n++
			}
		}
	}
	return n
}

func figure(p picture) html.Figure { return html.Figure{SVG: p.svg, File: p.file, Alt: p.alt} }

// tabled is a table of report.md for the page, at most rows long.
func tabled(t mdTable, caption string, most int) html.Block {
	out := &html.Table{Caption: caption, Head: t.head, Words: t.words, Where: "report.md"}
	for i, r := range t.rows {
		if i == most {
			out.Left = len(t.rows) - most
			break
		}
		row := make([]html.Field, len(r))
		for k, text := range r {
			row[k] = html.Field{Text: clip(text, 400)}
		}
		out.Rows = append(out.Rows, row)
	}
	return html.Block{Table: out}
}
