package simulate

import (
	"fmt"
	"io"
	"math"
	"slices"
	"strings"

	gonum "gonum.org/v1/gonum/stat"
)

// Section is a group of rows.
type Section string

// The sections, in the order in which they are shown.
const (
	Coverage Section = "Coverage of 95 % intervals"
	Errors   Section = "False findings at 5 %"
	Power    Section = "Power"
	Least    Section = "Smallest effect found with 80 % power"
)

var sections = []Section{Coverage, Errors, Power, Least}

// Figure is a simulated share or size with its standard error, 0 where it has none.
type Figure struct {
	Blocks int     `json:"blocks"`
	Value  float64 `json:"value"`
	Error  float64 `json:"error,omitempty"`
	Absent bool    `json:"absent,omitempty"` // there is no such figure: nothing is found at any size
}

// Row is one case over numbers of blocks.
type Row struct {
	Section  Section  `json:"section"`
	Case     string   `json:"case"`
	Noise    string   `json:"noise"`
	Figures  []Figure `json:"figures"`
	Lo       float64  `json:"lo"`       // what each figure ought to lie within;
	Hi       float64  `json:"hi"`       // 0 and 0: nothing is asked of it
	Fraction bool     `json:"fraction"` // the figures are sizes, not chances
}

func (r *Row) add(blocks int, f Figure) {
	f.Blocks = blocks
	r.Figures = append(r.Figures, f)
}

// Outside says which figures lie outside what is asked, by more than three standard
// errors: those that more draws would not mend.
func (r *Row) Outside() (all []string) {
	if r.Hi == 0 {
		return nil
	}
	for _, f := range r.Figures {
		if f.Absent || f.Value < r.Lo-3*f.Error || f.Value > r.Hi+3*f.Error {
			all = append(all, fmt.Sprintf("%s, %s, %d blocks: %s, wanted %s", r.Case, r.Noise, f.Blocks, r.text(f), r.wanted()))
		}
	}
	return all
}

func (r *Row) text(f Figure) string {
	switch {
	case f.Absent:
		return "none"
	case r.Fraction:
		return fmt.Sprintf("%.1f %%", 100*f.Value)
	case f.Error > 0:
		return fmt.Sprintf("%.1f %% ±%.1f", 100*f.Value, 100*f.Error)
	}
	return fmt.Sprintf("%.1f %%", 100*f.Value)
}

func (r *Row) wanted() string {
	switch {
	case r.Hi == 0:
		return ""
	case r.Lo == 0:
		return fmt.Sprintf("to %.0f %%", 100*r.Hi)
	}
	return fmt.Sprintf("%.0f–%.0f %%", 100*r.Lo, 100*r.Hi)
}

// Stop is what became of runs that end by precision.
type Stop struct {
	Noise    string  `json:"noise"`
	Half     float64 `json:"half"`     // asked for, a fraction
	Coverage Figure  `json:"coverage"` // of the interval at the end
	Precise  Figure  `json:"precise"`  // share that got there before the most blocks allowed
	Blocks   float64 `json:"blocks"`   // at the end, on average
}

// Resolved is the smallest effect on CPU per request that a profile's own shape finds
// four times of five, as a fraction.
type Resolved struct {
	Shape    Shape  `json:"shape"`
	Ordinary Figure `json:"ordinary"`
	Rough    Figure `json:"rough"`
}

// Table is what a simulation found.
type Table struct {
	Seed     uint64     `json:"seed"`
	Draws    int        `json:"draws"`
	Shape    Shape      `json:"shape"`
	Blocks   []int      `json:"blocks"`
	Likeness []Likeness `json:"likeness"`
	Rows     []Row      `json:"rows"`
	Stops    []Stop     `json:"stops"`
	Profiles []Resolved `json:"profiles"`
}

func (t *Table) add(rows ...Row) { t.Rows = append(t.Rows, rows...) }

// Row finds a row by case and noise.
func (t *Table) Row(what, noise string) (Row, bool) {
	i := slices.IndexFunc(t.Rows, func(r Row) bool { return r.Case == what && r.Noise == noise })
	if i < 0 {
		return Row{}, false
	}
	return t.Rows[i], true
}

// Outside lists every figure that is not what it ought to be.
func (t *Table) Outside() (all []string) {
	for i := range t.Rows {
		all = append(all, t.Rows[i].Outside()...)
	}
	for _, s := range t.Stops {
		if s.Coverage.Value < .93-3*s.Coverage.Error || s.Coverage.Value > .97+3*s.Coverage.Error {
			all = append(all, fmt.Sprintf("stop at ±%.0f %%, %s: coverage %.1f %%, wanted 93–97 %%", 100*s.Half, s.Noise, 100*s.Coverage.Value))
		}
	}
	return all
}

// fractionOf is the mean of sizes of logs, as a fraction.
func fractionOf(logs []float64) Figure { return Figure{Value: math.Expm1(gonum.Mean(logs, nil))} }

// Write gives the table as Markdown.
func (t *Table) Write(w io.Writer) error {
	var b strings.Builder
	t.resolves(&b)
	t.profiles(&b)
	for _, section := range sections {
		fmt.Fprintf(&b, "\n## %s\n\n| case | noise |", section)
		for _, n := range t.Blocks {
			fmt.Fprintf(&b, " %d blocks |", n)
		}
		fmt.Fprintf(&b, " wanted |\n|---|---|%s---|\n", strings.Repeat("--:|", len(t.Blocks)))
		for i := range t.Rows {
			if r := &t.Rows[i]; r.Section == section {
				fmt.Fprintf(&b, "| %s | %s |", r.Case, r.Noise)
				for _, f := range r.Figures {
					fmt.Fprintf(&b, " %s |", r.text(f))
				}
				fmt.Fprintf(&b, " %s |\n", r.wanted())
			}
		}
	}
	t.stops(&b)
	writeLikeness(&b, t.Likeness)
	_, err := io.WriteString(w, b.String())
	return err
}

// resolves says first what the profile's own number of blocks finds.
func (t *Table) resolves(b *strings.Builder) {
	fmt.Fprintf(b, "%d draws a case, seed %d; the shape of profile %s: %d arms, %d rotations of slices every %.2g s, blocks %.0f s apart.\n",
		t.Draws, t.Seed, t.Shape.Name, t.Shape.Arms, t.Shape.Rotations, t.Shape.Step, t.Shape.Block)
	at := func(what, noise string) string {
		r, ok := t.Row(what, noise)
		i := slices.IndexFunc(r.Figures, func(f Figure) bool { return f.Blocks == t.Shape.Blocks })
		if !ok || i < 0 {
			return "an unknown effect"
		}
		return r.text(r.Figures[i])
	}
	p99 := at("smallest effect found in p99, one contrast, t", Tail.Name)
	one, five := "smallest effect found, one contrast, t", "smallest effect found, the first of 5 (Holm), t"
	fmt.Fprintf(b, "\n**What `%s` resolves.** In its %d blocks a difference of %s in CPU per request is found four times of five (%s where slices are rough, as in blocking); as the first of five corrected claims, %s (%s). In p99, one contrast: %s.\n",
		t.Shape.Name, t.Shape.Blocks, at(one, Ordinary.Name), at(one, Rough.Name), at(five, Ordinary.Name), at(five, Rough.Name), p99)
}

// profiles sets the profiles beside each other.
func (t *Table) profiles(b *strings.Builder) {
	if len(t.Profiles) == 0 {
		return
	}
	b.WriteString("\n| profile | blocks | arms | rotations | finds, ordinary slices | finds, rough slices |\n|---|--:|--:|--:|--:|--:|\n")
	for _, p := range t.Profiles {
		size := Row{Fraction: true}
		fmt.Fprintf(b, "| %s | %d | %d | %d | %s | %s |\n", p.Shape.Name, p.Shape.Blocks, p.Shape.Arms, p.Shape.Rotations, size.text(p.Ordinary), size.text(p.Rough))
	}
}

func (t *Table) stops(b *strings.Builder) {
	b.WriteString("\n## Stop by precision\n\nFrom 10 blocks on, to 64 at most. The coverage is of the interval at the end.\n\n| asked for | noise | coverage | got there | blocks, mean | wanted |\n|---|---|--:|--:|--:|---|\n")
	for _, s := range t.Stops {
		fmt.Fprintf(b, "| ±%.0f %% | %s | %.1f %% ±%.1f | %.0f %% | %.1f | coverage 93–97 %% |\n",
			100*s.Half, s.Noise, 100*s.Coverage.Value, 100*s.Coverage.Error, 100*s.Precise.Value, s.Blocks)
	}
}

func writeLikeness(b *strings.Builder, ls []Likeness) {
	b.WriteString("\n## How like a real run the noise is\n\nSpreads of the log of CPU per request: of one arm's slices over the run, of slices of two arms in a rotation, of block log-ratios of two arms; the correlation of neighbouring slices; the 99th percentile of a slice's distance from its arm's median. What is measured is of the run that --like names.\n\n| cell | slices | pairs | blocks | correlation | extreme |\n|---|--:|--:|--:|--:|--:|\n")
	for _, l := range ls {
		fmt.Fprintf(b, "| %s | %.3f | %.3f | %.3f | %.2f | %.2f |\n", l.Cell, l.All, l.Pair, l.Block, l.Memory, l.Extreme)
	}
}
