package validity

import (
	"fmt"
	"slices"
	"time"

	"assay/harness/trial"
)

// Grade is how far a trial's numbers can be believed.
type Grade string

// The grades, best first. No claim is decided on INVALID trials, and none on SUSPECT ones
// without a visible mark.
const (
	Valid   Grade = "VALID"
	Suspect Grade = "SUSPECT"
	Invalid Grade = "INVALID"
)

// worse says whether g is a worse grade than other.
func (g Grade) worse(other Grade) bool { return rank[g] > rank[other] }

var rank = map[Grade]int{Valid: 0, Suspect: 1, Invalid: 2}

// Reason is one gate that fired.
type Reason struct {
	Gate   string  `json:"gate"`
	Grade  Grade   `json:"grade"`
	Value  float64 `json:"value"` // of the gate's statistic
	Bound  float64 `json:"bound"` // that it is beyond
	Says   string  `json:"says"`  // what was seen
	Advice string  `json:"advice"`
}

// Verdict is the judgement on one trial. The zero Verdict, without a grade, is that on a
// trial that was not run or does not apply.
type Verdict struct {
	Grade   Grade    `json:"grade"`
	Reasons []Reason `json:"reasons,omitempty"` // worst first, then in the order of the gates
	Labels  []string `json:"labels,omitempty"`  // what a reader must know and is no fault
}

// Context is what a trial does not say of itself.
type Context struct {
	Open     bool // arrivals keep a schedule of their own
	Conns    int  // that carry requests
	NewConns bool // a connection per request
	Server   int  // processors of the server
	Load     int  // processors of the generator and the backends
	Shared   bool // both on the same processor
	// Slice is how long each slice had load, before its drain; 0: not known.
	Slice time.Duration
	// NullRate is what the generator gets in a closed loop of a server that does nothing, per
	// second; 0: not known.
	NullRate float64
}

// Judge judges one trial. block are all trials of its cell and block, itself among them,
// which some gates compare; without them those gates do not apply.
func Judge(t *trial.Trial, block []*trial.Trial, c Context) Verdict {
	if t.Status == trial.NotRun || t.Status == trial.NotApplicable {
		return Verdict{}
	}
	f := gather(t, c)
	f.block = newBlock(block)
	v := Verdict{Grade: Valid, Labels: f.labels()}
	for i := range Gates {
		if r, fired := Gates[i].look(f); fired {
			v.Reasons = append(v.Reasons, r)
		}
	}
	slices.SortStableFunc(v.Reasons, func(a, b Reason) int { return rank[b.Grade] - rank[a.Grade] })
	if len(v.Reasons) > 0 {
		v.Grade = v.Reasons[0].Grade
	}
	if t.Status == trial.Failed && v.Grade != Invalid {
		v.Grade = Invalid
		v.Reasons = slices.Insert(v.Reasons, 0, Reason{
			Gate: ended, Grade: Invalid, Value: 1, Says: "the trial failed: " + t.Reason,
			Advice: "read the end of the server's log in the report",
		})
	}
	return v
}

// ended is the gate of trials that failed for a reason which no other gate names.
const ended = "ended well"

// All judges the trials of a run, by key. of tells a cell's context.
func All(trials []trial.Trial, of func(cell string) Context) map[string]Verdict {
	type place struct {
		cell  string
		block int
	}
	blocks := make(map[place][]*trial.Trial)
	for i := range trials {
		if t := &trials[i]; t.Status == trial.OK && t.Kind == trial.Load {
			p := place{t.Cell, t.Block}
			blocks[p] = append(blocks[p], t)
		}
	}
	verdicts := make(map[string]Verdict, len(trials))
	for i := range trials {
		t := &trials[i]
		verdicts[t.Key] = Judge(t, blocks[place{t.Cell, t.Block}], of(t.Cell))
	}
	return verdicts
}

// String is the verdict in one line.
func (v Verdict) String() string {
	s := string(v.Grade)
	for i, r := range v.Reasons {
		if i == 0 {
			s += ": "
		} else {
			s += "; "
		}
		s += fmt.Sprintf("%s: %s", r.Gate, r.Says)
	}
	return s
}
