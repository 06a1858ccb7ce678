package report

import (
	"bytes"
	"errors"
	"testing"

	"assay/harness/report/reporttest"
	"assay/harness/stat"
)

func TestCompareShowsWhatGotWorseAgainstItsBaseline(t *testing.T) {
	dearer := reporttest.Usual()
	// The whole machine is 30 % slower, which is nobody's fault; the reactor is slower still.
	for arm := range dearer.CPU {
		dearer.CPU[arm] *= 1.3
	}
	dearer.CPU["reactor"] *= 1.2
	old, fresh := view(t, usual()), view(t, made(dearer))
	fresh.ID = "20260305T050607Z-quick-1a2b3c4d"
	c, err := Compare(old, fresh)
	if err != nil {
		t.Fatal(err)
	}
	var b bytes.Buffer
	if err := c.Write(&b); err != nil {
		t.Fatal(err)
	}
	golden(t, "compare.txt", b.Bytes())
}

func TestCompareRefuses(t *testing.T) {
	v := view(t, usual())
	other := usual()
	for i := range other.Trials {
		other.Trials[i].Cell = "another"
	}
	if _, err := Compare(v, view(t, other)); !errors.Is(err, ErrNothingCommon) {
		t.Errorf("nothing in common: got %v", err)
	}
	single := reporttest.Usual()
	single.Blocks = 1
	if _, err := Compare(v, view(t, made(single))); !errors.Is(err, stat.ErrSingle) {
		t.Errorf("one block: got %v", err)
	}
}

// A comparison says what it rests on.
func TestCompareNamesDoubtfulTrials(t *testing.T) {
	c, err := Compare(view(t, usual()), view(t, troubled(t)))
	if err != nil {
		t.Fatal(err)
	}
	if want := "new: 50 trials VALID, 2 SUSPECT, 2 INVALID; INVALID ones are left out"; len(c.Notes) != 1 || c.Notes[0] != want {
		t.Errorf("got %q, want %q", c.Notes, want)
	}
}
