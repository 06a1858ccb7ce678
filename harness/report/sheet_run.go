package report

import (
	"fmt"
	"slices"

	"assay/harness/journal"
	"assay/harness/report/chart"
	"assay/harness/report/html"
	"assay/harness/shape"
	"assay/harness/trial"
)

// courses draws a trial of every arm over its time: the first block that has it.
func (s *sheetMaker) courses() error {
	blocks := []html.Block{{Text: "One trial an arm: the mean service time of each part of its slices, one slice behind the other. A stall, a collection or a stolen processor shows as a peak."}}
	for _, c := range s.loaded() {
		l := chart.Lines{Title: c.Title + ": mean service time over a trial", Caption: "The first VALID trial of each arm that has a course. One trial has no interval."}
		plot := chart.Plot{X: chart.Axis{Label: "seconds of load"}, Y: chart.Axis{Label: "mean", Log: true, Text: duration}}
		for _, a := range s.armsOf(c) {
			if a.Twin != "" {
				continue
			}
			if series := s.course(c, a.Name); len(series.X) > 1 {
				plot.Series = append(plot.Series, series)
			}
		}
		l.Plots = []chart.Plot{plot}
		f := html.Figure{SVG: l.SVG(), Alt: l.Title}
		if len(plot.Series) == 0 {
			f.Missing = errNoSeries.Error()
		}
		blocks = append(blocks, html.Block{Row: []html.Figure{f}})
	}
	s.section("courses", "A trial over time", blocks...)
	return nil
}

// course is the mean service time in the parts of a trial's slices, seconds over seconds.
func (s *sheetMaker) course(c Cell, arm string) chart.Series {
	out := chart.Series{Name: arm, Colour: s.colour(arm)}
	for i := range s.Trials {
		t := &s.Trials[i]
		if t.Cell != c.Name || t.Arm != arm || t.Status != trial.OK || len(s.Verdicts[t.Key].Reasons) > 0 {
			continue
		}
		at := 0.0
		for k := range t.Slices {
			series, length := t.Slices[k].Load.Series, float64(t.Slices[k].Length)/1e9
			if series != nil {
				for n, mean := range series.Mean {
					if mean > 0 {
						out.X = append(out.X, at+length*(float64(n)+.5)/float64(len(series.Mean)))
						out.Y = append(out.Y, float64(mean)/1e9)
					}
				}
			}
			at += length
		}
		if len(out.X) > 1 {
			return out
		}
	}
	return out
}

// mostSource is how much of one file is shown, characters.
const mostSource = 12_000

// code shows the handlers side by side.
func (s *sheetMaker) code() error {
	if len(s.Sources) == 0 {
		s.section("code", "The code", html.Block{Note: s.lack(journal.SourcesFile, "sources were").Error()})
		return nil
	}
	var blocks []html.Block
	var workloads []string
	for _, one := range s.Sources {
		if !slices.Contains(workloads, one.Workload) {
			workloads = append(workloads, one.Workload)
		}
	}
	blocks = append(blocks, tabled(s.shapes(), "Counts from the syntax tree of the handlers; nesting is the deepest", 100))
	for _, w := range workloads {
		var aside []html.Listing
		for _, one := range s.Sources {
			if one.Workload == w {
				aside = append(aside, html.Listing{Title: one.Style + " (" + one.File + ")", Text: clip(one.Text, mostSource)})
			}
		}
		blocks = append(blocks, html.Block{Folded: &html.Folded{Summary: w + ", as it is written in each style", Blocks: []html.Block{{Aside: aside}}}})
	}
	s.section("code", "The code", blocks...)
	return nil
}

// shapes counts every recorded file.
func (s *sheetMaker) shapes() mdTable {
	t := mdTable{head: append([]string{"workload, style"}, shape.Columns...)}
	for _, one := range s.Sources {
		row := []string{one.Workload + ", " + one.Style}
		c, err := s.countsOf(one.Workload, one.Style)
		for _, name := range shape.Columns {
			n, _ := c.Of(name)
			text := itoa(n)
			if err != nil {
				text = "–"
			}
			row = append(row, text)
		}
		t.rows = append(t.rows, row)
	}
	return t
}

// doubtful is why numbers may not be believed, and what has none.
func (s *sheetMaker) doubtful() error {
	blocks := []html.Block{{Text: s.Grades().String() + ". No claim is decided on INVALID trials."}}
	if t := s.doubtTable(); len(t.rows) > 0 {
		blocks = append(blocks, tabled(t, "Every gate that fired, with the blocks whose trial it was", 150))
	}
	t := mdTable{words: true, head: []string{"arm", "cell", "block", "status", "reason"}}
	for i := range s.Trials {
		if tr := &s.Trials[i]; tr.Status != trial.OK {
			t.rows = append(t.rows, []string{tr.Arm, tr.Cell, itoa(tr.Block + 1), string(tr.Status), tr.Reason})
		}
	}
	if len(t.rows) > 0 {
		blocks = append(blocks, tabled(t, "Trials without figures", 100))
	}
	s.section("doubts", "Reasons to doubt", blocks...)
	return nil
}

// method is how it was measured, on what, and where the records are.
func (s *sheetMaker) method() error {
	arms := mdTable{words: true, head: []string{"arm", "kind", "style", "started as"}}
	for _, a := range s.Arms {
		start := a.Start
		if a.Twin != "" {
			start += " (A/A twin of " + a.Twin + ")"
		}
		arms.rows = append(arms.rows, []string{a.Name, a.Kind, a.Style, start})
	}
	settings := mdTable{words: true, head: []string{"arm", "cell", "setting", "why"}}
	for _, set := range s.Settings {
		settings.rows = append(settings.rows, []string{set.Arm, set.Cell, set.Value, set.Why})
	}
	facts := mdTable{words: true, head: []string{"what", "value"}}
	for _, f := range s.Facts {
		facts.rows = append(facts.rows, []string{f.Name, f.Value})
	}
	blocks := []html.Block{
		{Text: "In each block every arm got one fresh process, all alive together; load went round them in short slices, in random order, drained between. The unit of inference is the block. Latency runs from the intended send. Times of server and machine stand side by side because on loopback part of a server's work is done in the sender's context."},
		tabled(arms, "Arms", 100),
	}
	if len(settings.rows) > 0 {
		blocks = append(blocks, tabled(settings, "Settings that differ between arms, and why; all others are equal", 100))
	}
	blocks = append(blocks, tabled(facts, "The machine, the build and the settings", 200), html.Block{Text: "It is measured again by:"}, html.Block{Code: s.Command})
	files := &html.Table{Caption: "Beside this page", Words: true, Head: []string{"file", "what"}}
	for _, f := range [][2]string{
		{"manifest.json", "the plan, the machine, the hashes of all files"},
		{"bench.txt", "a line per replicate, for benchstat"},
		{"latency.hlog", "histograms"},
		{"claims.json", "the verdicts, for machines"},
		{"report.md", "tables and pictures, complete"},
	} {
		files.Rows = append(files.Rows, []html.Field{{Text: f[0], Href: f[0]}, {Text: f[1]}})
	}
	files.Rows = append(files.Rows, []html.Field{{Text: "trials.jsonl, .gz or .zst"}, {Text: fmt.Sprintf("the records of %s; all other files derive from them: assay report makes them, assay verify compares", count(len(s.Trials), "trial"))}})
	s.section("method", "Method, environment, raw files", append(blocks, html.Block{Table: files})...)
	return nil
}
