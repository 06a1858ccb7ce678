package report

import (
	"strings"
	"testing"
	"time"

	"assay/harness/report/reporttest"
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
