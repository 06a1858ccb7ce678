package report

import (
	"errors"
	"fmt"
	"math"
	"strconv"

	"assay/harness/stat"
)

// Advice is one sentence on what to do, where it holds, and how to test its limit.
type Advice struct {
	Sentence string
	Try      string // a command that tests where the advice stops being true; "" if there is none
}

// Advice is made from the cell's contrasts alone and claims nothing that lies below
// its noise floor.
func (v *View) Advice(c Cell) Advice {
	if _, err := v.Set.Floor(stat.CPU, c.Name); err != nil {
		if why := v.noFloor(c.Name); why != "" {
			return Advice{Sentence: "No advice: " + why + "."}
		}
		return Advice{Sentence: noAdvice(err)}
	}
	best, gain := v.cheapest(c)
	if best == "" {
		return Advice{Sentence: v.nothingCheaper(c)}
	}
	machine, confirmed := v.machineClause(c, best)
	where := "CPU per request decides"
	if !confirmed {
		where = "the server's own processor is what runs short"
	}
	s := fmt.Sprintf("Here %s needs %s less server CPU per request than %s%s%s%s: choose it where %s.",
		best, reduction(gain), v.Baseline, machine, v.memoryClause(c, best), v.timeClause(c, best), where)
	scope, try := v.scope(c, best)
	return Advice{Sentence: s + scope, Try: try}
}

// noAdvice says what would make advice possible.
func noAdvice(err error) string {
	switch {
	case errors.Is(err, stat.ErrNoTwin):
		return "No advice without a noise floor: name a model twice to give it a twin, like --models goroutine,goroutine,reactor."
	case errors.Is(err, stat.ErrSingle):
		return "No advice from a single block: run with --blocks 6 or more."
	}
	return "No advice without a noise floor: " + whyNoFloor(err) + "."
}

// candidates are the arms that advice may name: not copies, not the yardsticks.
func (v *View) candidates() []string {
	var names []string
	for _, a := range v.Arms {
		if a.Name != v.Baseline && a.Twin == "" && a.Kind != "reference" {
			names = append(names, a.Name)
		}
	}
	return names
}

// cheapest is the candidate with the least CPU per request among those whose saving
// is beyond the noise floor and large enough to matter.
func (v *View) cheapest(c Cell) (arm string, gain stat.Contrast) {
	for _, a := range v.candidates() {
		f := v.Field(stat.CPU, c.Name, a)
		if f.Contrast == nil || f.Quiet || f.Contrast.Equal || !f.Contrast.Better() || f.Contrast.Ratio > 1-stat.CPU.Margin {
			continue
		}
		if arm == "" || f.Contrast.Ratio < gain.Ratio {
			arm, gain = a, *f.Contrast
		}
	}
	return arm, gain
}

// nothingCheaper is the advice where the baseline is not beaten. What is not decided
// is never called equal.
func (v *View) nothingCheaper(c Cell) string {
	var dearer, equal, open []string
	for _, a := range v.candidates() {
		switch f := v.Field(stat.CPU, c.Name, a); {
		case f.Contrast == nil:
		case f.Contrast.Equal:
			equal = append(equal, a)
		case !f.Quiet && f.Contrast.Lo > 1:
			dearer = append(dearer, a+" "+times(*f.Contrast))
		default:
			open = append(open, a)
		}
	}
	s := fmt.Sprintf("Here no model is shown to need less server CPU per request than %s", v.Baseline)
	if len(dearer) > 0 {
		s += "; more is needed by " + list(dearer)
	}
	if len(equal) > 0 {
		s += fmt.Sprintf("; equal within %s: %s", percent(stat.CPU.Margin), list(equal))
	}
	if len(open) > 0 {
		return s + "; not decided by this run: " + list(open) + ". More --blocks or a quieter machine would tell."
	}
	return s + ". Keep the way of writing that suits you best; this holds for this load on this machine."
}

// machineClause guards against a saving that was moved to the sender's account:
// confirmed says that the whole machine saves too.
func (v *View) machineClause(c Cell, arm string) (clause string, confirmed bool) {
	f := v.Field(stat.MachineCPU, c.Name, arm)
	switch {
	case f.Contrast == nil:
		return "", false
	case f.Contrast.Equal || f.Quiet:
		return " (whole machine: no difference beyond the noise)", false
	case f.Contrast.Better():
		return fmt.Sprintf(" (whole machine: %s less)", reduction(*f.Contrast)), true
	default:
		return fmt.Sprintf(" (but the whole machine spends %s: part of the cost moved to the sender)", times(*f.Contrast)), false
	}
}

// timeClause says what the saving does to the tail, in an open loop only.
func (v *View) timeClause(c Cell, arm string) string {
	if !c.Open {
		return ""
	}
	f := v.Field(stat.P99, c.Name, arm)
	switch {
	case f.Contrast == nil:
		return ""
	case f.Contrast.Equal:
		return fmt.Sprintf(" and no more time (p99 equal ±%.0f %%)", 100*stat.P99.Margin)
	case f.Quiet:
		return "; its p99 cannot be told apart by this run"
	case f.Contrast.Better():
		return fmt.Sprintf(" and less time (p99 %s)", times(*f.Contrast))
	default:
		return fmt.Sprintf(", but more time (p99 %s)", times(*f.Contrast))
	}
}

func (v *View) memoryClause(c Cell, arm string) string {
	f := v.fieldIn(stat.Memory, c, arm)
	if f.Contrast == nil || f.Quiet || f.Contrast.Equal {
		return ""
	}
	return fmt.Sprintf(", %s the memory per connection", times(*f.Contrast))
}

// scope says where the lead ends: measured, where cells of this run cross over, and
// else by arithmetic that says it is arithmetic.
func (v *View) scope(c Cell, arm string) (sentence, try string) {
	if s := v.crossing(c, arm); s != "" {
		return " " + s, ""
	}
	mine, theirs := v.Field(stat.CPU, c.Name, arm), v.Field(stat.CPU, c.Name, v.Baseline)
	if mine.Value == nil || theirs.Value == nil {
		return "", ""
	}
	cheap, dear := mine.Value.Median, theirs.Value.Median
	limit := roundUp(stat.Dilution(cheap, dear, stat.CPU.Margin))
	if limit <= 0 {
		return "", ""
	}
	sentence = fmt.Sprintf(" The lead is %s a request, so it falls below %s once the handler itself computes for more than about %s (arithmetic, not measured).",
		duration(dear-cheap), percent(stat.CPU.Margin), brief(limit))
	if c.Computes {
		try = fmt.Sprintf("assay run --workload %s --models %s,%s --set cpu=%.0fus", c.Workload, v.Baseline, arm, limit*1e6)
	}
	return sentence, try
}

// roundUp keeps two digits, in whole microseconds: the limit is an estimate.
func roundUp(seconds float64) float64 {
	if seconds < 1e-6 {
		return 0
	}
	unit := math.Max(math.Pow(10, math.Floor(math.Log10(seconds))-1), 1e-6)
	return math.Ceil(seconds/unit-1e-9) * unit
}

// brief writes an estimate with the digits that roundUp kept.
func brief(seconds float64) string {
	if seconds >= 1e-3 {
		return strconv.FormatFloat(seconds*1e3, 'g', 2, 64) + " ms"
	}
	return strconv.FormatFloat(seconds*1e6, 'f', 0, 64) + " µs"
}

// reduction writes a ratio below one as "18 % [15 21]", with a decimal where the
// interval would else shrink to one number.
func reduction(c stat.Contrast) string {
	decimals := 0
	if c.Hi-c.Lo < 0.02 {
		decimals = 1
	}
	pct := func(r float64) string { return strconv.FormatFloat(100*(1-r), 'f', decimals, 64) }
	return pct(c.Ratio) + " % [" + pct(c.Hi) + " " + pct(c.Lo) + "]"
}

// times writes a ratio with its interval.
func times(c stat.Contrast) string { return ratio(c.Ratio) + " " + interval(c.Lo, c.Hi) }
