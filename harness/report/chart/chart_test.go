package chart

import (
	"math"
	"regexp"
	"strconv"
	"strings"
	"testing"

	"pgregory.net/rapid"
)

func texts(ticks []Tick) string {
	var out []string
	for _, t := range ticks {
		out = append(out, t.Text)
	}
	return strings.Join(out, " ")
}

func TestTicks(t *testing.T) {
	plain := func(v float64) string { return strconv.FormatFloat(v, 'g', -1, 64) }
	for _, row := range []struct {
		doc  string
		s    scale
		base float64
		want string
	}{
		{"decades with halves", scale{lo: 0.09, hi: 12, log: true}, 10, "0.1 0.2 0.5 1 2 5 10"},
		{"many decades", scale{lo: 0.001, hi: 1000, log: true}, 10, "0.001 0.01 0.1 1 10 100 1000"},
		{"a narrow ratio, without binary dust", scale{lo: 0.78, hi: 1.45, log: true}, 10, "0.8 1 1.2 1.4"},
		{"from zero, without a sign", scale{lo: 0, hi: 1000}, 10, "0 200 400 600 800 1000"},
		{"kibibytes", scale{lo: 0, hi: 5000}, 1024, "0 1024 2048 3072 4096"},
	} {
		if got := texts(row.s.ticks(5, row.base, plain)); got != row.want {
			t.Errorf("%s: got %s, want %s", row.doc, got, row.want)
		}
	}
}

func TestSpreadKeepsNamesApartAndInside(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		var names []label
		for _, y := range rapid.SliceOfN(rapid.Float64Range(50, 300), 1, 12).Draw(t, "y") {
			names = append(names, label{text: "n", y: y})
		}
		out := spread(names, 14, 300)
		for i := range out {
			if out[i].y > 300 || i > 0 && out[i].y-out[i-1].y < 14-1e-9 {
				t.Fatalf("name %d at %g after %g", i, out[i].y, out[max(i-1, 0)].y)
			}
		}
	})
}

var coordinate = regexp.MustCompile(` (x|x1|x2|cx|y|y1|y2|cy)="([^"]*)"`)

// Whatever the figures, every mark lies on the drawing and is a number.
func TestForestStaysOnTheDrawing(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		center := math.Exp(rapid.Float64Range(-8, 8).Draw(t, "log"))
		width := math.Exp(rapid.Float64Range(0, 3).Draw(t, "width"))
		f := Forest{Title: "a < b & c", Rows: []string{"x"}, Panels: []Panel{{
			Band:  rapid.Float64Range(0, 2).Draw(t, "band"),
			Marks: []Mark{{Center: center, Lo: center / width, Hi: center * width, Dots: []float64{center / 9, center}}},
		}}}
		svg := string(f.SVG())
		right := labelWidth + panelWidth + panelGap + 10
		for _, m := range coordinate.FindAllStringSubmatch(svg, -1) {
			v, err := strconv.ParseFloat(m[2], 64)
			if err != nil || math.IsNaN(v) || v < 0 || v > right {
				t.Fatalf("%s=%s is off the drawing", m[1], m[2])
			}
		}
		if !strings.Contains(svg, "a &lt; b &amp; c") {
			t.Fatal("the title is not escaped")
		}
	})
}

func TestLinesEndsAtTheNames(t *testing.T) {
	l := Lines{Title: "t", Plots: []Plot{{
		X: Axis{Log: true}, Y: Axis{Log: true},
		Series: []Series{{Name: "fast", X: []float64{1, 10}, Y: []float64{1, 2}}, {Name: "slow", Colour: 1, X: []float64{1, 10}, Y: []float64{1, 200}}},
	}, {}}} // the second plot has no curve, which must not break the drawing
	svg := string(l.SVG())
	if strings.Contains(svg, "NaN") || strings.Contains(svg, "Inf") {
		t.Error("a coordinate is no number")
	}
	// The drawing's y grows downwards: the slow curve's name stands above.
	y := func(name string) float64 {
		m := regexp.MustCompile(`y="([^"]*)"[^>]*>` + name + `<`).FindStringSubmatch(svg)
		if m == nil {
			t.Fatalf("no name %s", name)
		}
		v, _ := strconv.ParseFloat(m[1], 64)
		return v
	}
	if y("slow") >= y("fast") {
		t.Errorf("slow is named at %g, fast at %g", y("slow"), y("fast"))
	}
}

// Neighbours that are to be compared share a scale.
func TestPanelReaches(t *testing.T) {
	p := Panel{Linear: true, Marks: []Mark{{Center: 2, Lo: 1, Hi: 3}, {Row: 1, Missing: "none", Hi: 99}}}
	if got := p.Most(); got != 3 {
		t.Errorf("the marks end at %g, want 3", got)
	}
	p.Reach = 40
	if s := p.scale(0, 100); s.hi < 40 {
		t.Errorf("the axis ends at %g, want it to reach 40", s.hi)
	}
}

// Curves beyond the last colour have the colour of another, never its dashes too.
func TestCurvesOfOneColourDiffer(t *testing.T) {
	seen := make(map[string]int)
	for i := range 24 {
		look := Fill(i) + " " + dash(i)
		if before, twice := seen[look]; twice {
			t.Errorf("curves %d and %d look the same", before, i)
		}
		seen[look] = i
	}
}
