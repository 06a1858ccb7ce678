package report

import (
	"bytes"
	"fmt"
	"io"
	"strconv"
	"strings"

	"golang.org/x/perf/benchfmt"

	"assay/harness/stat"
	"assay/harness/trial"
	"assay/harness/validity"
)

// WriteBench writes the run in the Go benchmark format: a line per replicate. Every
// dimension stands in the name, because benchstat splits its tables where
// configuration lines differ; for the same reason no line tells one run from another.
func WriteBench(w io.Writer, v *View) error {
	bw := benchfmt.NewWriter(w)
	for _, m := range stat.Metrics {
		meta := &benchfmt.UnitMetadata{
			UnitMetadataKey: benchfmt.UnitMetadataKey{Unit: m.Unit, Key: "better"},
			OrigUnit:        m.Unit, Value: m.Better.String(),
		}
		if err := bw.Write(meta); err != nil {
			return fmt.Errorf("bench.txt: %w", err)
		}
	}
	config := v.benchConfig()
	for _, c := range v.Cells {
		for _, a := range v.Arms {
			for _, f := range v.Set.Replicates(c.Name, a.Name) {
				res, err := v.benchResult(c, f)
				if err != nil {
					return err
				}
				res.Config = config
				if len(res.Values) == 0 {
					continue
				}
				if err := v.benchDoubts(w, c, f); err != nil {
					return fmt.Errorf("bench.txt: %w", err)
				}
				if err := bw.Write(res); err != nil {
					return fmt.Errorf("bench.txt: %w", err)
				}
			}
		}
	}
	return nil
}

// benchDoubts writes why the replicate of the next line is not VALID, as a line that
// readers of the format pass over.
func (v *View) benchDoubts(w io.Writer, c Cell, f *stat.Figures) error {
	for i := range v.Trials {
		t := &v.Trials[i]
		if t.Cell != c.Name || t.Arm != f.Arm || t.Block != f.Block || t.Status != trial.OK {
			continue
		}
		if verdict := v.Verdicts[t.Key]; verdict.Grade != validity.Valid {
			if _, err := fmt.Fprintf(w, "# %s\n", strings.ReplaceAll(verdict.String(), "\n", " ")); err != nil {
				return err
			}
		}
	}
	return nil
}

func (v *View) benchConfig() []benchfmt.Config {
	var out []benchfmt.Config
	for _, f := range []Fact{
		{"goos", v.GOOS},
		{"goarch", v.GOARCH},
		{"cpu", v.CPU},
		{"placement", v.Placement.String()},
	} {
		if f.Value != "" {
			out = append(out, benchfmt.Config{Key: f.Name, Value: []byte(f.Value), File: true})
		}
	}
	return out
}

func (v *View) benchResult(c Cell, f *stat.Figures) (*benchfmt.Result, error) {
	res := &benchfmt.Result{Name: benchfmt.Name(v.benchName(c, f.Arm)), Iters: max(1, int(f.Answers))}
	for _, m := range stat.Metrics {
		value, ok := f.Values[m.Name]
		if !ok {
			continue
		}
		// A NaN would make benchstat's rank test use all memory.
		if err := stat.Finite([]float64{value}); err != nil {
			return nil, fmt.Errorf("bench.txt, %s, %s: %w", res.Name, m.Unit, err)
		}
		res.Values = append(res.Values, benchfmt.Value{Value: sixDigits(value), Unit: m.Unit})
	}
	return res, nil
}

// sixDigits leaves out digits that no measurement has.
func sixDigits(v float64) float64 {
	short, err := strconv.ParseFloat(strconv.FormatFloat(v, 'g', 6, 64), 64)
	if err != nil { // infinite or no number: finite figures are all that come here
		return v
	}
	return short
}

// benchName ends in -N always: a name that ended in digits of its own would be read
// as if they were GOMAXPROCS.
func (v *View) benchName(c Cell, arm string) string {
	var b strings.Builder
	b.WriteString("Serve/workload=" + fileSafe(c.Workload) + "/model=" + fileSafe(arm))
	for _, d := range c.Dims {
		fmt.Fprintf(&b, "/%s=%s", fileSafe(d.Name), fileSafe(d.Value))
	}
	fmt.Fprintf(&b, "-%d", max(1, len(v.Placement.Server)))
	return b.String()
}

// benchText is WriteBench into memory.
func benchText(v *View) ([]byte, error) {
	var b bytes.Buffer
	err := WriteBench(&b, v)
	return b.Bytes(), err
}
