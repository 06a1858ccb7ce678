package report

import (
	"fmt"
	"slices"
	"strings"

	"assay/harness/trial"
	"assay/harness/validity"
)

// Context is what the trials of a cell do not say of themselves.
func (r *Run) Context(cell string) validity.Context {
	c := validity.Context{Server: len(r.Placement.Server), Load: len(r.Placement.Load), Shared: r.Placement.Shared, NullRate: r.NullRate}
	for i := range r.Cells {
		if r.Cells[i].Name == cell {
			c.Open, c.Conns, c.NewConns, c.Slice = r.Cells[i].Open, r.Cells[i].Conns, r.Cells[i].NewConns, r.Cells[i].Slice
		}
	}
	return c
}

// believed are the trials that figures may be made of: INVALID ones count as failed, with
// their reason, so that nothing is computed from them.
func believed(trials []trial.Trial, verdicts map[string]validity.Verdict) []trial.Trial {
	kept := slices.Clone(trials)
	for i := range kept {
		if t := &kept[i]; t.Status == trial.OK && verdicts[t.Key].Grade == validity.Invalid {
			t.Status, t.Reason = trial.Failed, verdicts[t.Key].String()
		}
	}
	return kept
}

// Grades counts trials by grade; failed ones count as INVALID, those not run not at all.
type Grades struct {
	Valid   int `json:"valid"`
	Suspect int `json:"suspect"`
	Invalid int `json:"invalid"`
}

func (g *Grades) add(grade validity.Grade) {
	switch grade {
	case validity.Valid:
		g.Valid++
	case validity.Suspect:
		g.Suspect++
	case validity.Invalid:
		g.Invalid++
	}
}

// String is the counts in words.
func (g Grades) String() string {
	return fmt.Sprintf("%d trials VALID, %d SUSPECT, %d INVALID", g.Valid, g.Suspect, g.Invalid)
}

// Grades counts all trials.
func (v *View) Grades() (g Grades) {
	for i := range v.Trials {
		g.add(v.Verdicts[v.Trials[i].Key].Grade)
	}
	return g
}

// grades counts the trials of a cell; of one arm, unless arm is "".
func (v *View) grades(cell, arm string) (g Grades) {
	for i := range v.Trials {
		if t := &v.Trials[i]; t.Cell == cell && (arm == "" || t.Arm == arm) {
			g.add(v.Verdicts[t.Key].Grade)
		}
	}
	return g
}

// doubt is a gate that fired for an arm in a cell, or a label, over all its trials.
type doubt struct {
	arm    string
	grade  validity.Grade // the worst; "" for a label
	gate   string
	blocks []int           // from 0
	worst  validity.Reason // of a label only what it says
}

// doubts are those of a cell, worst grade first, then in the order of the trials.
func (v *View) doubts(cell string) []doubt {
	var all []doubt
	note := func(t *trial.Trial, key string, grade validity.Grade, r validity.Reason) {
		i := slices.IndexFunc(all, func(d doubt) bool { return d.arm == t.Arm && d.gate == key })
		if i < 0 {
			i = len(all)
			all = append(all, doubt{arm: t.Arm, gate: key, grade: grade, worst: r})
		}
		d := &all[i]
		d.blocks = append(d.blocks, t.Block)
		if d.grade == validity.Suspect && grade == validity.Invalid {
			d.grade, d.worst = grade, r
		}
	}
	for i := range v.Trials {
		t := &v.Trials[i]
		if t.Cell != cell {
			continue
		}
		verdict := v.Verdicts[t.Key]
		for _, r := range verdict.Reasons {
			note(t, r.Gate, r.Grade, r)
		}
		for _, label := range verdict.Labels {
			key, _, _ := strings.Cut(label, ":")
			note(t, key, "", validity.Reason{Says: label})
		}
	}
	order := map[validity.Grade]int{validity.Invalid: 0, validity.Suspect: 1, "": 2}
	slices.SortStableFunc(all, func(a, b doubt) int { return order[a.grade] - order[b.grade] })
	return all
}

// allInvalid is why an arm has no figure in a cell although it was measured.
const allInvalid = "all its trials are INVALID"

// hopeless says that an arm was measured in a cell, and every trial is INVALID.
func (v *View) hopeless(cell, arm string) bool {
	g := v.grades(cell, arm)
	return g.Invalid > 0 && g.Valid+g.Suspect == 0
}

// noFloor is why a cell has no noise floor where its twin, or what it is a twin of, has
// INVALID trials only; "" where that is not why.
func (v *View) noFloor(cell string) string {
	for _, a := range v.Arms {
		if a.Twin != "" && (v.hopeless(cell, a.Name) || v.hopeless(cell, a.Twin)) {
			return "all trials of the A/A twin or its original are INVALID"
		}
	}
	return ""
}

// mark stands behind an arm's name: "!" where INVALID trials were left out, "?" where
// figures rest on SUSPECT ones.
func (v *View) mark(cell, arm string) string {
	g := v.grades(cell, arm)
	switch {
	case g.Invalid > 0 && g.Suspect > 0:
		return " !?"
	case g.Invalid > 0:
		return " !"
	case g.Suspect > 0:
		return " ?"
	}
	return ""
}

// validityLines are for the card: how many trials of a cell are left out or SUSPECT, by
// which gates, and the first one in full with what to do.
func (v *View) validityLines(cell string) string {
	g := v.grades(cell, "")
	all := g.Valid + g.Suspect + g.Invalid
	var b strings.Builder
	if g.Invalid > 0 {
		fmt.Fprintf(&b, "! %d of %d trials INVALID and left out: %s", g.Invalid, all, v.gatesOf(cell, validity.Invalid))
	}
	if g.Suspect > 0 {
		fmt.Fprintf(&b, "? %d of %d trials SUSPECT: %s", g.Suspect, all, v.gatesOf(cell, validity.Suspect))
	}
	return b.String()
}

// gatesOf lists the gates that gave a cell's trials their grade, with how many, and words
// the first on a line of its own.
func (v *View) gatesOf(cell string, grade validity.Grade) string {
	counts := make(map[string]int)
	var gates []string
	first := ""
	for i := range v.Trials {
		t := &v.Trials[i]
		verdict := v.Verdicts[t.Key]
		if t.Cell != cell || verdict.Grade != grade {
			continue
		}
		for _, r := range verdict.Reasons {
			if r.Grade != grade {
				continue
			}
			if counts[r.Gate]++; counts[r.Gate] == 1 {
				gates = append(gates, r.Gate)
			}
			if first == "" {
				first = fmt.Sprintf("  %s, block %d: %s: %s", t.Arm, t.Block+1, r.Says, r.Advice)
			}
		}
	}
	for i, gate := range gates {
		gates[i] = fmt.Sprintf("%s (%d)", gate, counts[gate])
	}
	return strings.Join(gates, ", ") + "\n" + first + "\n"
}

// caution is a clause behind advice that rests on SUSPECT trials or on fewer than were
// measured; "" where all are VALID.
func (v *View) caution(cell string) string {
	g := v.grades(cell, "")
	all := g.Valid + g.Suspect + g.Invalid
	switch {
	case g.Invalid > 0 && g.Suspect > 0:
		return fmt.Sprintf(" (With caution: %d of %d trials SUSPECT, %d INVALID and left out.)", g.Suspect, all, g.Invalid)
	case g.Invalid > 0:
		return fmt.Sprintf(" (%d of %d trials INVALID and left out.)", g.Invalid, all)
	case g.Suspect > 0:
		return fmt.Sprintf(" (With caution: %d of %d trials SUSPECT.)", g.Suspect, all)
	}
	return ""
}

// validityTable counts a cell's trials by arm and grade.
func (v *View) validityTable(c Cell) mdTable {
	t := mdTable{head: []string{"arm", "VALID", "SUSPECT", "INVALID"}}
	doubtful := false
	for _, a := range v.armsOf(c) {
		g := v.grades(c.Name, a.Name)
		doubtful = doubtful || g.Suspect+g.Invalid > 0
		t.rows = append(t.rows, []string{a.Name, itoa(g.Valid), itoa(g.Suspect), itoa(g.Invalid)})
	}
	if !doubtful {
		return mdTable{}
	}
	return t
}

// doubtTable lists every gate that fired, trial by trial.
func (v *View) doubtTable() mdTable {
	t := mdTable{words: true, head: []string{"cell", "arm", "grade", "gate", "blocks", "what was seen, at its worst", "advice"}}
	for _, c := range v.Cells {
		for _, d := range v.doubts(c.Name) {
			blocks := make([]string, len(d.blocks))
			for i, b := range d.blocks {
				blocks[i] = itoa(b + 1)
			}
			grade, gate := string(d.grade), d.gate
			if grade == "" {
				grade, gate = "note", "–"
			}
			t.rows = append(t.rows, []string{c.Name, d.arm, grade, gate, strings.Join(blocks, " "), d.worst.Says, d.worst.Advice})
		}
	}
	return t
}

// TrialVerdict is the judgement on one trial as a machine reads it.
type TrialVerdict struct {
	Key string `json:"key"`
	validity.Verdict
}

// TrialVerdicts are those of all trials that were run, in the order of the journal.
func (v *View) TrialVerdicts() []TrialVerdict {
	out := []TrialVerdict{} // an empty array, not null
	for i := range v.Trials {
		if verdict := v.Verdicts[v.Trials[i].Key]; verdict.Grade != "" {
			out = append(out, TrialVerdict{v.Trials[i].Key, verdict})
		}
	}
	return out
}
