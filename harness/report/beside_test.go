package report

import (
	"strings"
	"testing"

	"assay/harness/report/reporttest"
)

func TestBeside(t *testing.T) {
	dear := later()
	dear.CPU["reactor"] *= 1.2
	dear.Kernel = "7.0 | <b>"
	fewer := reporttest.Usual()
	fewer.NoTwin = true
	golden(t, "beside.md", []byte(Beside([]*View{view(t, usual()), view(t, made(dear)), view(t, made(fewer))})))
}

// Cells and arms that one run alone has are shown, with a dash for the others.
func TestBesideShowsWhatOneRunAloneHas(t *testing.T) {
	alone := usual()
	alone.Cells = alone.Cells[:1]
	for _, runs := range [][]*View{{view(t, usual()), view(t, alone)}, {view(t, alone), view(t, usual())}} {
		text := Beside(runs)
		if !strings.Contains(text, "## idle memory") || !strings.Contains(text, "## fanout") {
			t.Errorf("a cell is missing: %s", text)
		}
	}
}

func TestDifferencesOfEqualRuns(t *testing.T) {
	v := view(t, usual())
	if d := Differences([]*View{v, v}); len(d) != 0 {
		t.Errorf("got %+v", d)
	}
	if text := Beside([]*View{v, v}); !strings.Contains(text, "In nothing that is recorded.") {
		t.Errorf("got %s", text)
	}
}
