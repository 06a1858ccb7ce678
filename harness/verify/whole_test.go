package verify

import (
	"slices"
	"strings"
	"testing"
	"time"

	hdr "github.com/HdrHistogram/hdrhistogram-go"

	"assay/harness/journal"
	"assay/harness/publish"
	"assay/harness/stat"
	"assay/harness/trial"
)

// condensed is a made-up load trial as a published copy has it, with two requests a slice that got no
// answer, and who checks it.
func condensed(t *testing.T) (*checker, *trial.Trial) {
	t.Helper()
	m, trials := small().Run()
	m.Condensed = &journal.Condensed{Kept: "little"}
	tr := &trials[0]
	for i := range tr.Slices {
		s := &tr.Slices[i]
		l := &s.Load
		l.Answers, l.Errors, l.Classes[0].Censored = l.Requests-2, map[string]uint64{"timeout": 1, "reset": 1}, 2
		l.Achieved = float64(l.Answers) / (float64(s.Length) / 1e9)
		l.PerConn = []uint32{uint32(l.Answers)}
	}
	tr.Jain, tr.Least = 1, tr.PerConn()[0]
	if err := publish.Condense(tr, true); err != nil {
		t.Fatal(err)
	}
	return &checker{m: m}, tr
}

// of is an encoded histogram of n requests that took so long.
func of(t *testing.T, n int64, took time.Duration) string {
	t.Helper()
	h := stat.NewLatency().Recorded
	if err := h.RecordValues(took.Nanoseconds(), n); err != nil {
		t.Fatal(err)
	}
	text, err := h.Encode(hdr.V2CompressedEncodingCookieBase)
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

// What a published copy has merged must agree with what it still has of each slice.
func TestWholeAgreesWithItsSlices(t *testing.T) {
	for name, c := range map[string]struct {
		harm func(*trial.Trial)
		says string // "": nothing is wrong
	}{
		"as it was":      {func(*trial.Trial) {}, ""},
		"answers":        {func(tr *trial.Trial) { tr.Whole.PerConn[0]--; tr.Least-- }, "its connections have 2993 answers together, it says 2994"},
		"left behind":    {func(tr *trial.Trial) { tr.Slices[1].Load.PerConn = []uint32{998} }, "which the trial has merged"},
		"censored":       {func(tr *trial.Trial) { tr.Whole.Classes[0].Censored = 5 }, "5 requests are censored, 6 had errors"},
		"responses":      {func(tr *trial.Trial) { tr.Whole.Classes[0].Response = of(t, 2999, time.Second/4) }, "2999 responses"},
		"few services":   {func(tr *trial.Trial) { tr.Whole.Classes[0].Service = of(t, 2993, time.Microsecond) }, "2993 services"},
		"some services":  {func(tr *trial.Trial) { tr.Whole.Classes[0].Service = of(t, 2994, time.Microsecond) }, ""},
		"many services":  {func(tr *trial.Trial) { tr.Whole.Classes[0].Service = of(t, 3001, time.Microsecond) }, "3001 services"},
		"slips":          {func(tr *trial.Trial) { tr.Whole.Classes[0].Slip = of(t, 2999, time.Microsecond) }, "2999 slips"},
		"no histogram":   {func(tr *trial.Trial) { tr.Whole.Classes[0].Slip = "HISTFAAA" }, "cannot be decoded"},
		"longer than it": {func(tr *trial.Trial) { answered(tr); tr.Whole.Classes[0].Response = of(t, 3000, time.Second) }, "a request took 1"},
		"as long as one": {func(tr *trial.Trial) {
			answered(tr)
			tr.Slices[0].Length *= 2
			tr.Slices[0].Load.Achieved /= 2
			tr.Slices[1].Start += 1e9
			tr.Slices[2].Start += 1e9
			tr.Whole.Classes[0].Response = of(t, 3000, time.Second)
		}, ""},
		"clipped": {func(tr *trial.Trial) {
			answered(tr)
			tr.Whole.Classes[0].Clipped = 1
			tr.Whole.Classes[0].Response = of(t, 3000, time.Second)
		}, ""},
		"who never got an answer waited longer": {func(tr *trial.Trial) {
			tr.Whole.Classes[0].Response = of(t, 3000, time.Second)
			tr.Whole.Classes[0].Service = of(t, 3000, 2*time.Second)
		}, ""},
		"rounded": {func(tr *trial.Trial) {
			answered(tr)
			tr.Whole.Classes[0].Response = of(t, 3000, 100*time.Millisecond)
			tr.Whole.Classes[0].Service = of(t, 3000, 101*time.Millisecond)
		}, ""},
		"swapped": {func(tr *trial.Trial) {
			answered(tr)
			k := &tr.Whole.Classes[0]
			k.Response, k.Slip = k.Slip, k.Response
		}, "more than done − intended"},
	} {
		c0, tr := condensed(t)
		c.harm(tr)
		why := strings.Join(c0.inconsistent(tr), "; ")
		if c.says == "" && why != "" || !strings.Contains(why, c.says) {
			t.Errorf("%s: want %q, found %q", name, c.says, why)
		}
	}
}

// answered gives all requests their answer.
func answered(tr *trial.Trial) {
	for i := range tr.Slices {
		s := &tr.Slices[i]
		s.Load.Answers, s.Load.Errors = s.Load.Requests, nil
		s.Load.Achieved = float64(s.Load.Answers) / (float64(s.Length) / 1e9)
	}
	tr.Whole.PerConn[0], tr.Whole.Classes[0].Censored, tr.Least = 3000, 0, 3000
}

// Only a load trial that ended well has something to merge.
func TestWholeIsOfLoadTrialsThatEndedWell(t *testing.T) {
	m, trials := small().Run()
	m.Condensed = &journal.Condensed{Kept: "little"}
	failed := trial.Trial{Kind: trial.Load, Status: trial.Failed, Reason: "it did not start"}
	memory := trials[slices.IndexFunc(trials, func(tr trial.Trial) bool { return tr.Kind == trial.Memory })]
	for _, tr := range []trial.Trial{failed, memory} {
		if why := (&checker{m: m}).inconsistent(&tr); len(why) > 0 {
			t.Errorf("%s: %q", tr.Kind, why)
		}
	}
}

func TestNotAbove(t *testing.T) {
	for _, row := range []struct {
		a, b    int64
		rounded float64
		want    bool
	}{
		{1_002_000, 1_000_000, 0, true}, // three digits each
		{1_003_000, 1_000_000, 0, false},
		{1_017_000, 1_000_000, publish.Rounded, true},
		{1_019_000, 1_000_000, publish.Rounded, false},
		{1, 0, 0, true}, // the next ns
		{2, 0, 0, false},
	} {
		if got := notAbove(row.a, row.b, row.rounded); got != row.want {
			t.Errorf("%+v: got %v", row, got)
		}
	}
}
