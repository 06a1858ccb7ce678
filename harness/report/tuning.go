package report

import (
	"fmt"
	"io"
	"math"
	"strings"

	"assay/harness/stat"
)

// Tuned is what a sweep of one model's settings came to.
type Tuned struct {
	Model string `json:"model"`
	Run   string `json:"run"` // the campaign's id
	// Choice is the arm to prefer over the defaults: the model's own name where none is better.
	Choice string `json:"choice"`
	Why    string `json:"why"` // a sentence
}

// Tune reads a sweep: the baseline is the model with its defaults, every other arm but the
// twin changes one setting. A setting is preferred if it takes less CPU per request
// somewhere, beyond the noise floor, and is nowhere worse on anything the table shows, beyond
// the noise floor. Of several the one with the least CPU over the cells (geometric mean).
func Tune(v *View) Tuned {
	t := Tuned{Model: v.Baseline, Run: v.ID, Choice: v.Baseline, Why: "no setting is better beyond the noise floor without being worse elsewhere: the defaults stand"}
	least := 0.0
	for _, a := range v.Arms {
		if a.Name == v.Baseline || a.Twin != "" {
			continue
		}
		gain, preferable := v.weigh(a.Name)
		if preferable && gain < least {
			least, t.Choice = gain, a.Name
			t.Why = fmt.Sprintf("%s of the defaults' CPU per request over the cells, and nothing worse", ratio(math.Exp(gain)))
		}
	}
	return t
}

// weigh gives the mean log-ratio of an arm's CPU per request to the defaults', and whether
// it is preferable: better somewhere, worse nowhere.
func (v *View) weigh(arm string) (gain float64, preferable bool) {
	n := 0
	for _, c := range v.loaded() {
		for _, m := range columns(c) {
			f := v.fieldIn(m, c, arm)
			if f.Contrast == nil {
				return 0, false // it could not do what the defaults can
			}
			beyond := !f.Quiet && f.Contrast.Significant()
			if beyond && !f.Contrast.Better() {
				return 0, false
			}
			if m.Name == stat.CPU.Name {
				preferable = preferable || beyond
				gain += math.Log(f.Contrast.Ratio)
				n++
			}
		}
	}
	return gain / float64(max(n, 1)), preferable
}

// WriteTuning writes the tables of several sweeps as Markdown: defaults beside every
// setting that was tried, and which to prefer. Models in fixed have nothing to try; defaults
// are every model's options as it comes.
func WriteTuning(w io.Writer, sweeps []*View, fixed []string, defaults map[string]string) error {
	var b strings.Builder
	b.WriteString("# Settings of the models, defaults beside tuned\n\n" +
		"Made by `assay tune`. One option is changed at a time; all arms of a model ran side by side in one campaign, in rotating\n" +
		"slices. The first line of a table is the model as it comes, in absolute figures; the others are ratios to it with 95 %\n" +
		"intervals; ~ marks what does not rise above the noise floor, the twin's ratio. Reports and claims use the defaults.\n\n")
	summary := mdTable{head: []string{"model", "defaults", "preferred", "why"}, words: true}
	for _, v := range sweeps {
		t := Tune(v)
		summary.rows = append(summary.rows, []string{t.Model, defaults[t.Model], strings.TrimPrefix(strings.TrimPrefix(t.Choice, t.Model), ":"), t.Why})
		if t.Choice == t.Model {
			summary.rows[len(summary.rows)-1][2] = "defaults"
		}
	}
	for _, name := range fixed {
		summary.rows = append(summary.rows, []string{name, defaults[name], "defaults", "has no setting to try"})
	}
	b.WriteString(summary.dropEmpty().String())
	for _, v := range sweeps {
		fmt.Fprintf(&b, "\n## %s\n\n%s, %d blocks, %s. `%s`\n", v.Baseline, v.Started.UTC().Format("2006-01-02"), v.Blocks, v.Placement, v.Command)
		for _, c := range v.loaded() {
			fmt.Fprintf(&b, "\n%s\n\n%s", c.Title, v.ratioTable(c))
		}
	}
	_, err := io.WriteString(w, b.String())
	return err
}
