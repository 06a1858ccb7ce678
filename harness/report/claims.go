package report

import (
	"encoding/json"
	"fmt"
	"strings"

	"assay/bench/claims"
	"assay/harness/verdict"
)

// ClaimsRecord is claims.json: what the run says on the register of claims.
type ClaimsRecord struct {
	Register string                  `json:"register"`       // SHA-256 of the register that was asked
	Note     string                  `json:"note,omitempty"` // that it is not the one on record when the run began
	Settled  int                     `json:"settled"`
	Asked    int                     `json:"asked"`  // questions of the register
	Counts   map[verdict.Outcome]int `json:"counts"` // of questions, by outcome
	Verdicts []verdict.Verdict       `json:"verdicts"`
}

// claimsRecord sums the verdicts up.
func (v *View) claimsRecord() ClaimsRecord {
	all := v.Claims()
	r := ClaimsRecord{Register: claims.Hash(), Note: v.otherRegister(), Asked: len(all), Counts: verdict.Tally(all), Verdicts: all}
	for o, n := range r.Counts {
		if o.Decided() {
			r.Settled += n
		}
	}
	return r
}

// claimsText renders claims.json.
func claimsText(v *View) ([]byte, error) {
	b, err := json.MarshalIndent(v.claimsRecord(), "", "  ")
	if err != nil {
		return nil, fmt.Errorf("claims.json: %w", err)
	}
	return append(b, '\n'), nil
}

// Sentence counts outcomes: "3 of 80 arguments settled: 2 supported, 1 refuted; …".
func (r *ClaimsRecord) Sentence() string {
	var decided, open []string
	for _, o := range verdict.Outcomes {
		switch n := r.Counts[o]; {
		case n == 0:
		case o.Decided():
			decided = append(decided, fmt.Sprintf("%d %s", n, o))
		default:
			open = append(open, fmt.Sprintf("%d %s", n, o))
		}
	}
	s := fmt.Sprintf("%d of %d arguments settled", r.Settled, r.Asked)
	if len(decided) > 0 {
		s += ": " + strings.Join(decided, ", ")
	}
	if len(open) > 0 {
		s += "; " + strings.Join(open, ", ")
	}
	return s + "."
}

// effectText is an effect with its interval: "0.82× [.79 .85]", or "within ±0.07 %" where those
// digits would all be ones.
func effectText(e *verdict.Effect) string {
	if e == nil || e.Missing != "" {
		return "–"
	}
	if off := e.Off(); off < 0.01 {
		return fmt.Sprintf("within ±%.2g %%", 100*off)
	}
	return ratio(e.Ratio) + " " + interval(e.Lo, e.Hi)
}

// shownEffect is what stands in a table's field for the effect: a contrast, counts or findings.
func shownEffect(v *verdict.Verdict) string {
	switch {
	case v.Effect != nil:
		return effectText(v.Effect)
	case len(v.Counts) > 0:
		return fmt.Sprintf("%d against %d %s", v.Counts[0].Style, v.Counts[0].Base, v.Counts[0].What)
	case len(v.Seen) > 0 && inRun(v):
		return agreement(v.Seen)
	}
	return "–"
}

// told is the effect as it stands where no reason stands beside it: with what was compared.
func told(v *verdict.Verdict) string {
	text := shownEffect(v)
	if v.Effect != nil && v.Effect.Missing == "" {
		text += " (" + v.Effect.Of() + ")"
	}
	return text
}

// agreement counts observations: "3 of 4 agree, 1 not run". Those of cases that were not run are
// no "no": they are counted apart.
func agreement(seen []verdict.Observation) string {
	agree, run := 0, 0
	for _, o := range seen {
		if o.Found != "" {
			run++
		}
		if o.Agrees {
			agree++
		}
	}
	text := fmt.Sprintf("%d of %d agree", agree, run)
	if n := len(seen) - run; n > 0 {
		text += fmt.Sprintf(", %d not run", n)
	}
	return text
}

// verdicts is the section of report.md on the register.
func (p *pageWriter) verdicts() {
	r := p.claimsRecord()
	p.printf("## The arguments\n\n**%s** A verdict rests on this run alone; its p-values are corrected over all claims that it could decide.\n\n", r.Sentence())
	if r.Note != "" {
		p.printf("**%s**\n\n", r.Note)
	}
	t := mdTable{words: true, head: []string{"claim", "on", "verdict", "effect", "why", "advice", "scope"}}
	rest := mdTable{words: true, head: []string{"claim", "on", "verdict", "why"}}
	for i := range r.Verdicts {
		v := &r.Verdicts[i]
		outcome := string(v.Outcome)
		if len(v.Suspect) > 0 {
			outcome += " ?"
		}
		if inRun(v) {
			t.rows = append(t.rows, []string{v.Claim, string(v.On), outcome, shownEffect(v), v.Why, v.Advice, v.Scope})
		} else {
			rest.rows = append(rest.rows, []string{v.Claim, string(v.On), outcome, clip(v.Why, 200)})
		}
	}
	if len(t.rows) > 0 {
		p.printf("`?`: rests on SUSPECT trials, or on fewer than were measured.\n\n%s\n", t)
	} else {
		p.printf("No claim rests on what this run measured: `assay run --profile full` asks all that can be asked.\n\n")
	}
	p.printf("<details><summary>%s on which this run says nothing, and why</summary>\n\n%s\n</details>\n\n", count(len(rest.rows), "question"), rest)
}

// clip shortens text to n characters.
func clip(s string, n int) string {
	if r := []rune(s); len(r) > n {
		return string(r[:n-1]) + "…"
	}
	return s
}

// cardVerdicts are the lines of the card on claims that the run has evidence for; nothing
// where there is none.
func (v *View) cardVerdicts(b *strings.Builder) {
	r := v.claimsRecord()
	var lines []string
	open := 0
	for i := range r.Verdicts {
		d := &r.Verdicts[i]
		if !inRun(d) {
			continue
		}
		if !d.Outcome.Decided() {
			open++
			continue
		}
		mark := ""
		if len(d.Suspect) > 0 {
			mark = " ?"
		}
		lines = append(lines, fmt.Sprintf("  %-12s %s (%s)%s: %s. %s", d.Outcome, d.Claim, d.On, mark, strings.TrimSuffix(told(d), "."), d.Advice))
	}
	if len(lines)+open == 0 {
		return
	}
	fmt.Fprintf(b, "\n%s\n", r.Sentence())
	if r.Note != "" {
		fmt.Fprintf(b, "! %s\n", r.Note)
	}
	for _, line := range lines {
		b.WriteString(line + "\n")
	}
	if open > 0 {
		fmt.Fprintf(b, "  %d more inconclusive in this run: claims.json says what would decide them.\n", open)
	}
}
