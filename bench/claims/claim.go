// Package claims is the register of arguments that the suite exists to settle, as
// data: each row says what is asserted, by whom, what would have to be measured if it
// were so, and what decides. It is written before a campaign and hashed into its manifest,
// so that no question can be chosen by its answer.
//
// Cells, arms, metrics, conformance cases and counts of code are named by string: this
// package knows nothing of how they are measured. A test of the harness resolves every name.
package claims

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"strings"

	"assay/bench/workload"
)

// Claim is one row of the register. A row that is argued about two stacks has a question,
// and a verdict, for each.
type Claim struct {
	Name      string     `json:"name"`    // id of the register
	Sources   []string   `json:"sources"` // S0 … S4
	Asserts   string     `json:"asserts"` // the assertion, in our words
	Questions []Question `json:"questions"`
}

// Stack is what the argument is about.
type Stack string

const (
	Go Stack = "Go" // settled between the suite's own models
	Py Stack = "Py" // settled on Python's own stacks, driven by the same harness
)

// Question is a claim made decidable on one stack. Exactly one of Measure, Observe, Count
// and Needs is set: what decides, or what is missing.
type Question struct {
	On         Stack    `json:"on"`
	Hypothesis string   `json:"hypothesis,omitempty"` // what must show if the assertion is right
	Measure    *Measure `json:"measure,omitempty"`    // decided by a contrast of a campaign
	Observe    *Observe `json:"observe,omitempty"`    // decided by behaviour: named conformance cases
	Count      *Count   `json:"count,omitempty"`      // decided by counts from source
	Needs      string   `json:"needs,omitempty"`      // not measured yet: what it needs
	Scope      string   `json:"scope,omitempty"`      // where the verdict stops being true
	Advice     Advice   `json:"advice,omitzero"`
}

// By is what decides the question, in two or three words.
func (q *Question) By() string {
	switch {
	case q.Measure != nil:
		return "by measurement"
	case q.Observe != nil:
		return "by behaviour"
	case q.Count != nil:
		return "by counts of code"
	default:
		return "not measured yet"
	}
}

// Advice is what a person should do, a sentence each.
type Advice struct {
	Supported string `json:"supported"`
	Refuted   string `json:"refuted"` // also of equivalent, unless that has a sentence of its own
	// Equivalent and Depends may be empty. In Depends, {x} stands for the crossing point.
	Equivalent string `json:"equivalent,omitempty"`
	Depends    string `json:"depends,omitempty"`
}

// Direction is what the assertion says of arm ÷ base.
type Direction string

const (
	More Direction = "more" // the ratio lies above 1 by the least effect or more
	Less Direction = "less" // below 1 by as much
	Same Direction = "same" // within the margin, or better for the arm
)

// Place is an arm in a cell.
type Place struct {
	Arm  string `json:"arm"`
	Cell string `json:"cell"`
}

// Measure is the one primary contrast that decides, on one metric, and what is shown beside it.
type Measure struct {
	Metric string    `json:"metric"` // name of a metric of the harness
	Arm    Place     `json:"arm"`
	Base   Place     `json:"base"`
	Says   Direction `json:"says"`
	Least  float64   `json:"least"`  // least effect that matters, a fraction: 0.05
	Margin float64   `json:"margin"` // of equivalence, a fraction
	// Along asks the same over several cells, ordered by X: where the answer is not the same at
	// all of them, it depends, and the crossing point is looked for.
	Along *Along  `json:"along,omitempty"`
	Shown []Shown `json:"shown,omitempty"`
}

// Along is a dimension over which a contrast is repeated.
type Along struct {
	Dimension string  `json:"dimension"` // "length of the blocking call"
	Unit      string  `json:"unit"`      // "ms"
	Points    []Point `json:"points"`    // by rising X; the primary contrast is one of them
}

// Point is one place along a dimension.
type Point struct {
	X    float64 `json:"x"`
	Arm  Place   `json:"arm"`
	Base Place   `json:"base"`
}

// Shown is a contrast that stands beside the primary one and decides nothing.
type Shown struct {
	Metric string `json:"metric"`
	Arm    Place  `json:"arm"`
	Base   Place  `json:"base"`
}

// Observe is a set of observations: the assertion is supported if all agree with it,
// refuted if none does, and depends on the model otherwise.
type Observe struct {
	Cases []Finding `json:"cases"`
}

// Finding is what one behaviour case comes out with on a model if the assertion is right.
type Finding struct {
	Case  string   `json:"case"`
	Model string   `json:"model"`
	If    []string `json:"if"` // any of these findings
}

// Count is a ratio of counts from source, summed over workloads: style ÷ base.
type Count struct {
	What      string    `json:"what"` // name of a count of the harness: "nesting", "lines"
	Style     string    `json:"style"`
	Base      string    `json:"base"`
	Workloads []string  `json:"workloads"`
	Says      Direction `json:"says"`
	Least     float64   `json:"least"`
	Shown     []string  `json:"shown,omitempty"` // other counts
}

// Find gives the claim of that name. The error for an unknown one names the nearest.
func Find(name string) (Claim, error) {
	names := make([]string, len(All))
	for i, c := range All {
		if c.Name == name {
			return c, nil
		}
		names[i] = c.Name
	}
	return Claim{}, fmt.Errorf("unknown claim %q: did you mean %q? assay list claims names all %d", name, workload.Nearest(name, names), len(names))
}

// Hash is the SHA-256 of the register's canonical JSON, in hex. It goes into a campaign's
// manifest before the first trial.
func Hash() string {
	b, err := json.Marshal(All)
	if err != nil {
		panic("claims: " + err.Error()) // strings and finite numbers: cannot be
	}
	sum := sha256.Sum256(b)
	return hex.EncodeToString(sum[:])
}

// Check says what is wrong with the form of the register, "" if nothing.
func Check(all []Claim) error {
	var wrong []string
	seen := make(map[string]bool)
	for _, c := range all {
		say := func(format string, args ...any) {
			wrong = append(wrong, c.Name+": "+fmt.Sprintf(format, args...))
		}
		if c.Name == "" || seen[c.Name] {
			say("want a name of its own")
		}
		seen[c.Name] = true
		if len(c.Sources) == 0 || c.Asserts == "" || len(c.Questions) == 0 {
			say("want sources, an assertion and a question")
		}
		for _, q := range c.Questions {
			if err := q.check(); err != nil {
				say("%s: %v", q.On, err)
			}
		}
	}
	if len(wrong) > 0 {
		return fmt.Errorf("the register of claims is wrong:\n%s", strings.Join(wrong, "\n"))
	}
	return nil
}

func (q *Question) check() error {
	decided := 0
	for _, set := range []bool{q.Measure != nil, q.Observe != nil, q.Count != nil, q.Needs != ""} {
		if set {
			decided++
		}
	}
	switch {
	case q.On != Go && q.On != Py:
		return fmt.Errorf("want stack Go or Py, got %q", q.On)
	case decided != 1:
		return fmt.Errorf("want exactly one of measure, observe, count and needs, got %d", decided)
	case q.Needs != "":
		return nil
	case q.Hypothesis == "" || q.Scope == "" || q.Advice.Supported == "" || q.Advice.Refuted == "":
		return fmt.Errorf("want a hypothesis, a scope, and advice for both outcomes")
	case q.Measure != nil:
		return q.Measure.check()
	case q.Observe != nil && len(q.Observe.Cases) == 0:
		return fmt.Errorf("no case to observe")
	case q.Count != nil && (q.Count.Least <= 0 || len(q.Count.Workloads) == 0):
		return fmt.Errorf("want workloads to count in, and a least effect above 0")
	}
	return nil
}

func (m *Measure) check() error {
	switch {
	case m.Least <= 0 || m.Margin <= 0:
		return fmt.Errorf("want a least effect and a margin above 0")
	case m.Says != More && m.Says != Less && m.Says != Same:
		return fmt.Errorf("want more, less or same, got %q", m.Says)
	case m.Along == nil:
		return nil
	case len(m.Along.Points) < 2:
		return fmt.Errorf("a dimension of %d points has no two ends", len(m.Along.Points))
	}
	primary := false
	for i, p := range m.Along.Points {
		primary = primary || p.Arm == m.Arm && p.Base == m.Base
		if i > 0 && p.X <= m.Along.Points[i-1].X {
			return fmt.Errorf("points along %s do not rise", m.Along.Dimension)
		}
	}
	if !primary {
		return fmt.Errorf("the primary contrast is none of the points along %s", m.Along.Dimension)
	}
	return nil
}
