package stat

import (
	"fmt"
	"math"
	"testing"

	hdr "github.com/HdrHistogram/hdrhistogram-go"

	"assay/harness/trial"
)

// encode makes the journal's form of a histogram of nanoseconds.
func encode(t testing.TB, ns ...int64) string {
	t.Helper()
	h := hdr.New(lowest, highest, significantFigures)
	for _, v := range ns {
		if err := h.RecordValue(v); err != nil {
			t.Fatal(err)
		}
	}
	b, err := h.Encode(hdr.V2CompressedEncodingCookieBase)
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}

// repeat is n times the same latency.
func repeat(n int, ns int64) []int64 {
	vs := make([]int64, n)
	for i := range vs {
		vs[i] = ns
	}
	return vs
}

// loadTrial is a trial of one slice per cost, each of 100 answers in a tenth of a
// second at the given CPU cost per request in nanoseconds.
func loadTrial(t testing.TB, arm string, block int, costs ...float64) trial.Trial {
	t.Helper()
	tr := trial.Trial{
		Version: trial.Version, Kind: trial.Load, Status: trial.OK, Block: block, Cell: "c", Arm: arm, Model: arm,
		Key: fmt.Sprintf("%d/c/%s/load", block, arm), Jain: 0.99,
	}
	for i, cost := range costs {
		tr.Slices = append(tr.Slices, trial.Slice{
			Index: i, Length: 1e8, ServerCPU: int64(math.Round(100 * cost)), MachineCPU: int64(math.Round(200 * cost)), Switches: 300,
			Load: trial.LoadFigures{Requests: 100, Answers: 100, Classes: []trial.ClassFigures{{
				Class: "ordinary", Response: encode(t, repeat(100, 2e6)...), Service: encode(t, repeat(100, 1e6)...), Slip: encode(t, repeat(100, 1e3)...),
			}}},
		})
	}
	return tr
}

func compute(t testing.TB, trials ...trial.Trial) *Set {
	t.Helper()
	s, err := Compute(trials)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func near(got, want, tolerance float64) bool {
	return math.Abs(got-want) <= tolerance*math.Abs(want)
}
