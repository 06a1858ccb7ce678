package stat

import (
	"math"
	"testing"
)

func TestPrecision(t *testing.T) {
	steady := make([]float64, 70)
	wild := make([]float64, 70)
	for i := range steady {
		steady[i], wild[i] = .3+.01*math.Sin(float64(i)), math.Sin(float64(i))
	}
	for _, row := range []struct {
		doc  string
		logs []float64
		want string
	}{
		{"before the first look", steady[:9], ""},
		{"narrow enough, whatever the ratio", steady[:10], "precise"},
		{"too wide yet", wild[:12], ""},
		{"the end", wild[:64], "most"},
	} {
		got, err := Precision{Half: .03}.Enough(row.logs)
		if err != nil || got != row.want {
			t.Errorf("%s: got %q, %v, want %q", row.doc, got, err, row.want)
		}
	}
	for _, p := range []Precision{{}, {Half: math.NaN()}, {Half: .1, Least: 1}, {Half: .1, Least: 20, Most: 10}} {
		if _, err := p.Enough(steady); err == nil {
			t.Errorf("%+v: want an error", p)
		}
	}
}
