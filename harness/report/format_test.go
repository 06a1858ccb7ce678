package report

import (
	"testing"

	"assay/harness/stat"
	"assay/harness/verdict"
)

func TestEffectText(t *testing.T) {
	for _, row := range []struct {
		e    verdict.Effect
		want string
	}{
		{verdict.Effect{Ratio: 0.82, Lo: 0.79, Hi: 0.85}, "0.82× [.79 .85]"},
		{verdict.Effect{Ratio: 1.0002, Lo: 0.9998, Hi: 1.0007}, "within ±0.07 %"}, // not 1.00× [1.00 1.00]
		{verdict.Effect{Ratio: 1, Lo: 0.98, Hi: 1.02}, "1.00× [.98 1.02]"},
		{verdict.Effect{Missing: "no cell"}, "–"},
	} {
		if got := effectText(&row.e); got != row.want {
			t.Errorf("got %q, want %q", got, row.want)
		}
	}
}

func TestTicksAreShort(t *testing.T) {
	text := onAxis(func(v float64) string { return quantity(stat.CPU, v) })
	for v, want := range map[float64]string{0: "0", 5e-6: "5 µs", 0.01: "10 ms"} {
		if got := text(v); got != want {
			t.Errorf("got %q, want %q", got, want)
		}
	}
	if got, want := quantity(stat.Rate, 159_089), "159 k/s"; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
}
