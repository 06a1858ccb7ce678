package rows

import (
	"bytes"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"testing"

	"assay/harness/certify"
)

func example(t *testing.T, name string) []byte {
	t.Helper()
	text, err := os.ReadFile(filepath.Join("testdata", name))
	if err != nil {
		t.Fatal(err)
	}
	return text
}

func TestReaders(t *testing.T) {
	for _, c := range []struct {
		file   string
		read   func([]byte) (Told, error)
		rate   float64
		errors uint64
		want   map[float64]float64
	}{
		{"wrk.txt", readWrk, 6305.12, 7, map[float64]float64{0.5: 10.06e6, 0.9: 10.25e6, 0.99: 1.02e9}},
		{"ab.txt", readAB, 6270.62, 3, map[float64]float64{0.5: 10e6, 0.9: 11e6, 0.99: 950e6}},
		{"spin.json", readSpin, 998.2, 2, map[float64]float64{0.5: 10.04e6, 0.9: 10.06e6, 0.99: 10.09e6, 0.999: 10.2e6}},
	} {
		got, err := c.read(example(t, c.file))
		if err != nil || got.Rate != c.rate || got.Errors != c.errors || !maps.Equal(got.Quantiles, c.want) {
			t.Errorf("%s: got %+v, %v", c.file, got, err)
		}
	}
	got, _ := readSpin(example(t, "spin.json"))
	if got.SlipP99 != 9000 || got.Service[0.5] != 10.03e6 || got.Count != 4000 {
		t.Errorf("spin: slip and service %+v", got)
	}
	if want := []certify.Bar{{From: 0, To: 10.03e6, Count: 1000}, {From: 10.03e6, To: 10.04e6, Count: 1000}, {From: 10.04e6, To: 10.05e6, Count: 1000}, {From: 10.05e6, To: 10.3e6, Count: 1000}}; !slices.Equal(got.Bars, want) {
		t.Errorf("spin: bars %v", got.Bars)
	}
}

// What is cut off, foreign or empty is refused and never read as a figure; nothing panics.
func TestReadersRefuse(t *testing.T) {
	for name, read := range map[string]func([]byte) (Told, error){"wrk.txt": readWrk, "ab.txt": readAB, "spin.json": readSpin} {
		for _, bad := range []string{"", "{}", "null", "[1]", "\x00\xff", "Requests/sec: x", "50% NaN", "Segmentation fault"} {
			if got, err := read([]byte(bad)); err == nil {
				t.Errorf("%s: %q is read as %+v", name, bad, got)
			}
		}
		whole := example(t, name)
		for end := range whole {
			read(whole[:end])
			if end < 100 {
				if got, err := read(whole[:end]); err == nil {
					t.Errorf("%s cut at %d is read as %+v", name, end, got)
				}
			}
			at := bytes.Clone(whole)
			at[end] ^= 0x15
			if got, err := read(at); err == nil {
				if err := got.check(); err != nil {
					t.Errorf("%s changed at %d: %v", name, end, err)
				}
			}
		}
	}
}

func TestReadSpinRefusesNonsense(t *testing.T) {
	for _, bad := range []string{
		`{"requests":10,"response_ns":{"p50":1},"response_ladder_ns":[3,2]}`, `{"requests":10,"response_ns":{"p50":1},"response_ladder_ns":[-1]}`,
		`{"requests":10,"response_ns":{"p50":-1}}`, `{"requests":0,"response_ns":{"p50":1}}`, `{"requests":10,"response_ns":{"p50":1e400}}`,
	} {
		if got, err := readSpin([]byte(bad)); err == nil {
			t.Errorf("%s is read as %+v", bad, got)
		}
	}
}

// Every rival is either ours to call, or one that the yardsticks call.
func TestRivalsCanBeCalled(t *testing.T) {
	for _, r := range Rivals {
		if len(r.Argv) == 0 || r.Read == nil {
			t.Errorf("%s cannot be called or read", r.Name)
		}
	}
	if _, err := fromValues(map[string]float64{"rate": 3}); err == nil {
		t.Error("a generator that tells no quantile is read")
	}
}

// Each of n times is in one bar, whatever the number of steps.
func TestClimbCountsAll(t *testing.T) {
	for _, steps := range []int{1, 3, 7, 100} {
		for _, n := range []int64{1, 2, 50, 101, 30000} {
			ladder := make([]float64, steps)
			for i := range ladder {
				ladder[i] = float64(i)
			}
			bars, err := climb(ladder, n)
			sum := int64(0)
			for _, b := range bars {
				sum += b.Count
				if b.Count < 1 || b.From > b.To {
					t.Errorf("%d in %d steps: %+v", n, steps, b)
				}
			}
			if sum != n || err != nil {
				t.Errorf("%d in %d steps: %d counted, %v", n, steps, sum, err)
			}
		}
	}
}
