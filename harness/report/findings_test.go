package report

import (
	"fmt"
	"math"
	"slices"
	"strings"
	"testing"
	"time"

	"assay/harness/report/reporttest"
	"assay/harness/verdict"
)

func TestBestIsTheFullestThenTheNewest(t *testing.T) {
	run := func(folder, profile string, day int, finished bool) Published {
		return Published{Folder: folder, View: &View{Run: &Run{Profile: profile, Finished: finished, Started: reporttest.Began.AddDate(0, 0, day)}}}
	}
	all := []Published{
		run("own", "", 9, true), run("quick", "quick", 8, true), run("full", "full", 1, true), run("newer full", "full", 2, true),
		run("half", "full", 7, false), run("standard", "standard", 6, true),
	}
	for n, want := range map[int]string{1: "own", 2: "quick", 3: "full", 4: "newer full", 6: "newer full"} {
		if got, ok := Best(all[:n]); !ok || got.Folder != want {
			t.Errorf("of %d: got %q, want %q", n, got.Folder, want)
		}
	}
	if got, ok := Best(all[4:5]); ok {
		t.Errorf("of an unfinished run alone: got %q", got.Folder)
	}
}

func TestIndexHasTheNewestFirst(t *testing.T) {
	older, newer := view(t, usual()), view(t, usual())
	newer.Started = older.Started.Add(24 * time.Hour)
	newer.Facts = append(newer.Facts, Fact{"built with", "go1.26 0123456789012345678901234567890123456789"})
	lines := strings.Split(Index([]Published{{older, "one"}, {newer, "two"}}), "\n")
	if !strings.HasPrefix(lines[2], "| [two](two/report.md), 2026-03-05 | quick, 6 blocks |") || !strings.HasPrefix(lines[3], "| [one]") {
		t.Errorf("got %q", lines)
	}
	if r := newer.claimsRecord(); !strings.Contains(lines[0], "| supported | refuted |") || !strings.HasSuffix(lines[2], "| "+itoa(r.Counts["not measured yet"])+" |") {
		t.Errorf("got %q", lines)
	}
}

// A README opens with a dozen verdicts, of each outcome the strongest, however many there are.
func TestDozenLeavesNoOutcomeOut(t *testing.T) {
	var all []verdict.Verdict
	add := func(n int, o verdict.Outcome, ratio float64) {
		for i := range n {
			v := verdict.Verdict{Claim: fmt.Sprintf("%s-%d", o, i), Outcome: o}
			if ratio > 0 {
				v.Effect = &verdict.Effect{Ratio: math.Pow(ratio, float64(i+1)), Lo: 1, Hi: 1}
			}
			all = append(all, v)
		}
	}
	add(30, verdict.Supported, 1.5)
	add(2, verdict.Refuted, 0)
	add(5, verdict.Depends, 0.5)
	add(50, verdict.Inconclusive, 9)
	shown := dozen(all)
	var names []string
	for _, v := range shown {
		names = append(names, v.Claim)
	}
	want := []string{
		"supported-29", "supported-28", "supported-27", "supported-26", "supported-25", "refuted-0", "refuted-1",
		"depends-4", "depends-3", "depends-2", "depends-1", "depends-0",
	}
	if !slices.Equal(names, want) {
		t.Errorf("got %v, want %v", names, want)
	}
	if few := dozen(all[28:32]); len(few) != 4 {
		t.Errorf("got %d of 4 decided ones", len(few))
	}
	text := settled([]verdict.Verdict{{Outcome: verdict.Depends, Advice: strings.Repeat("against it: ", 100)}}).String()
	if len(text) > 500 {
		t.Errorf("an advice fills a screen: %d characters", len(text))
	}
}

// Text of a run that somebody sends in does not turn into markup.
func TestFindingsEscape(t *testing.T) {
	v := view(t, usual())
	for i := range v.Facts {
		if v.Facts[i].Name == "processor" || v.Facts[i].Name == "built with" {
			v.Facts[i].Value = "<img src=x> | *bold*"
		}
	}
	for _, text := range []string{Findings(Published{v, "mine"}), Index([]Published{{v, "mine"}})} {
		if strings.Contains(text, "<img") || strings.Contains(text, "*bold*") {
			t.Errorf("got %s", text)
		}
	}
}

// An arm that was asked other questions has no row of dashes.
func TestTellingTableNamesWhoWasAsked(t *testing.T) {
	v := view(t, usual())
	cells := v.tellingCells()
	defer func(old string) { telling[0].cell = old }(telling[0].cell)
	telling[0].cell = cells[0].Name
	before := v.tellingTable().String()
	arms := len(v.Arms)
	v.Arms = append(v.Arms, Arm{Name: "unasked"})
	if after := v.tellingTable().String(); after != before || strings.Count(after, "\n") < arms {
		t.Errorf("got\n%swant %d arms as in\n%s", after, arms-1, before)
	}
}

func TestBetween(t *testing.T) {
	got, err := Between("a\n"+findingsBegin+"old\n"+findingsEnd+"b\n", "new\n\n")
	if want := "a\n" + findingsBegin + "\nnew\n\n" + findingsEnd + "b\n"; err != nil || got != want {
		t.Errorf("got %q, %v, want %q", got, err, want)
	}
	for _, without := range []string{"", findingsBegin, findingsEnd, findingsEnd + findingsBegin} {
		if _, err := Between(without, "new"); err == nil {
			t.Errorf("%q: got no error", without)
		}
	}
}
