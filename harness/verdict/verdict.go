package verdict

import (
	"assay/bench/claims"
	"assay/harness/stat"
)

// Outcome is what a question came to.
type Outcome string

const (
	Supported    Outcome = "supported"
	Refuted      Outcome = "refuted"
	Equivalent   Outcome = "equivalent"
	Depends      Outcome = "depends"
	Inconclusive Outcome = "inconclusive"
	NotMeasured  Outcome = "not measured yet"
)

// Outcomes is every outcome, decided ones first.
var Outcomes = []Outcome{Supported, Refuted, Equivalent, Depends, Inconclusive, NotMeasured}

// Decided is whether an outcome settles its question.
func (o Outcome) Decided() bool {
	return o == Supported || o == Refuted || o == Equivalent || o == Depends
}

// Verdict is the answer to one question of one claim.
type Verdict struct {
	Claim   string       `json:"claim"`
	On      claims.Stack `json:"on"`
	Outcome Outcome      `json:"outcome"`
	// Why is a sentence: the effect in words, what was observed, or what is in the way.
	Why    string `json:"why"`
	Advice string `json:"advice,omitempty"` // a sentence, of decided ones
	Scope  string `json:"scope,omitempty"`  // where the verdict stops being true

	Effect *Effect       `json:"effect,omitempty"` // of the primary contrast
	Shown  []Effect      `json:"shown,omitempty"`  // contrasts that decide nothing
	Along  []Effect      `json:"along,omitempty"`  // of the points, by rising X
	Flips  *Flip         `json:"flips,omitempty"`
	Seen   []Observation `json:"seen,omitempty"`
	Counts []Counted     `json:"counts,omitempty"`

	// Suspect are reasons to doubt trials that the verdict rests on.
	Suspect []string `json:"suspect,omitempty"`
	// Blocks is how many blocks in all would decide an inconclusive contrast; 0 if that is not
	// what is in the way.
	Blocks int `json:"blocks,omitempty"`
}

// Effect is a contrast as a verdict shows it.
type Effect struct {
	Metric string       `json:"metric"`
	Arm    claims.Place `json:"arm"`
	Base   claims.Place `json:"base"`
	X      float64      `json:"x,omitempty"` // of a point along a dimension

	Ratio  float64 `json:"ratio"` // arm ÷ base
	Lo     float64 `json:"lo"`    // ends of the 95 % interval
	Hi     float64 `json:"hi"`
	Blocks int     `json:"blocks"`
	Floor  float64 `json:"floor"` // noise floor, a fraction; -1: not known
	P      float64 `json:"p"`     // of a ratio of 1, corrected where it decides
	EqualP float64 `json:"equal_p"`
	// Missing says why there are no figures; the others are 0 then.
	Missing string `json:"missing,omitempty"`

	contrast stat.Contrast
}

// Flip is where an answer changes along a dimension.
type Flip struct {
	Dimension string  `json:"dimension"`
	Unit      string  `json:"unit"`
	At        float64 `json:"at"`
	Lo        float64 `json:"lo"` // 95 %, by bootstrap over blocks; 0: perhaps below the least point
	Hi        float64 `json:"hi"` // -1: perhaps beyond the greatest
}

// Observation is one finding beside what the assertion wanted.
type Observation struct {
	claims.Finding
	Found  string `json:"found"` // "" if the case was not run
	Agrees bool   `json:"agrees"`
}

// Counted is one count in two styles.
type Counted struct {
	What  string `json:"what"`
	Style int    `json:"style"` // the count in the style that the claim is about
	Base  int    `json:"base"`
}

// Evidence is what a run offers. Errors say why something is missing, in words for a reader.
type Evidence interface {
	// Contrast compares two places on a metric, over the blocks of which all trials are valid.
	Contrast(metric string, arm, base claims.Place) (stat.Contrast, error)
	// Floor is the noise floor of a cell on a metric, a fraction.
	Floor(metric, cell string) (float64, error)
	// Doubts are reasons why trials of a place are SUSPECT.
	Doubts(p claims.Place) []string
	// Finding is what a behaviour case found on a model.
	Finding(name, model string) (string, error)
	// Count is a count of code over workloads, in a style.
	Count(what, style string, workloads []string) (int, error)
}

// Decide gives a verdict on every question of the register, in its order.
func Decide(all []claims.Claim, e Evidence, seed uint64) []Verdict {
	j := judge{evidence: e, seed: seed}
	for _, c := range all {
		for i := range c.Questions {
			j.open(c, &c.Questions[i])
		}
	}
	j.correct()
	out := make([]Verdict, len(j.cases))
	for i, c := range j.cases {
		c.close(&j)
		out[i] = c.verdict
	}
	return out
}

// Tally counts outcomes.
func Tally(all []Verdict) map[Outcome]int {
	n := make(map[Outcome]int)
	for _, v := range all {
		n[v.Outcome]++
	}
	return n
}
