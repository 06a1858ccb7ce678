package report

import (
	"bytes"
	"strings"
	"testing"

	"assay/harness/report/reporttest"
)

// The made-up run read as a sweep: reactor is a setting that is cheaper and holds less
// memory, thread one that is dearer.
func TestTunePrefersWhatIsBetterAndNowhereWorse(t *testing.T) {
	v := view(t, usual())
	if got := Tune(v); got.Choice != "reactor" || !strings.Contains(got.Why, "0.8") {
		t.Errorf("got %+v, want reactor at 0.8 of the CPU", got)
	}
	m := reporttest.Usual()
	m.CPU["reactor"], m.CPU["thread"] = 31, 20 // cheaper, but each connection holds more memory
	if got := Tune(view(t, made(m))); got.Choice != "goroutine" {
		t.Errorf("got %+v, want the defaults: thread is worse in memory", got)
	}
	m.CPU["reactor"], m.CPU["thread"], m.Noise = 29, 44, 0.08
	if got := Tune(view(t, made(m))); got.Choice != "goroutine" {
		t.Errorf("got %+v from noise, want the defaults", got)
	}
}

func TestWriteTuning(t *testing.T) {
	var b bytes.Buffer
	v := view(t, usual())
	if err := WriteTuning(&b, []*View{v}, []string{"serial"}, map[string]string{"goroutine": "callall=scatter"}); err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{"| goroutine | callall=scatter | reactor |", "| serial |", "defaults", "## goroutine", "| thread |", "6 blocks"} {
		if !strings.Contains(b.String(), want) {
			t.Errorf("the table lacks %q:\n%s", want, b.String())
		}
	}
}
