package report

import (
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"

	"assay/harness/report/chart"
	"assay/harness/report/html"
	"assay/harness/stat"
)

// models shows the models side by side, a picture a metric and cell.
func (s *sheetMaker) models() error {
	blocks := []html.Block{{Text: "Each cell asks all its arms one question. First ratios to " + s.Baseline + " with their 95 % intervals, then absolute figures, of this machine and run only. Point at a model, or choose it above, to light it up everywhere."}}
	for _, c := range s.loaded() {
		blocks = append(blocks, s.cellBlocks(c)...)
	}
	if len(s.loaded()) == 0 {
		blocks = append(blocks, html.Block{Note: "No cell of this run is under load."})
	}
	s.section("models", "Models side by side", blocks...)
	return nil
}

func (s *sheetMaker) cellBlocks(c Cell) []html.Block {
	blocks := []html.Block{{Head: c.Title}, {Terms: []html.Term{{Name: "advice", Text: s.Advice(c).Sentence + s.caution(c.Name)}, {Name: "noise floor", Text: strings.TrimPrefix(s.floorLine(c), "noise floor ")}}}}
	pic, ok := s.contrastPicture(c)
	f := figure(pic)
	if !ok {
		f = html.Figure{Alt: c.Title + ": ratios", Missing: s.noContrast(c)}
	}
	blocks = append(blocks, html.Block{Row: []html.Figure{f}})
	metrics := []stat.Metric{stat.CPU, stat.MachineCPU, stat.P99, stat.Switches, stat.PeakPSS, stat.Allocs}
	if !c.Open {
		metrics[2] = stat.Rate // the most it can do: its capacity
	}
	var row []html.Figure
	for _, m := range metrics {
		if f, ok := s.absolutes(c, m); ok {
			row = append(row, f)
		}
	}
	if len(row) > 0 {
		blocks = append(blocks, html.Block{Row: row})
	}
	return append(blocks, html.Block{Folded: &html.Folded{Summary: "figures of " + c.Title, Blocks: []html.Block{
		tabled(s.ratioTable(c), c.Title+": against "+s.Baseline, 100),
		tabled(s.absoluteTable(c).dropEmpty(), c.Title+": absolute figures, medians over blocks with 95 % intervals, (least–greatest) below six blocks", 100),
	}}})
}

// noContrast says why a cell has no ratios.
func (s *sheetMaker) noContrast(c Cell) string {
	for _, a := range s.armsOf(c) {
		if f := s.Field(stat.CPU, c.Name, a.Name); f.Why != "" {
			return f.Why
		}
	}
	return "no trial of it is in"
}

// absolutes is one metric of one cell, a row an arm: the median over blocks and its interval.
func (s *sheetMaker) absolutes(c Cell, metrics ...stat.Metric) (html.Figure, bool) {
	names := make([]string, len(metrics))
	for i, m := range metrics {
		names[i] = m.Label
	}
	f := chart.Forest{Title: strings.Join(names, ", "), Caption: clip(c.Title, 62)}
	var arms []Arm
	for _, a := range s.armsOf(c) {
		if a.Twin == "" {
			arms, f.Rows = append(arms, a), append(f.Rows, a.Name)
		}
	}
	any := false
	for _, m := range metrics {
		title := m.Label + better(m)
		if len(metrics) == 1 {
			title = strings.Trim(better(m), " ()") // its label is the picture's title
		}
		p := chart.Panel{Title: title, Linear: true, Text: onAxis(func(v float64) string { return quantity(m, v) }), Bytes: strings.Contains(m.Unit, "B/") || strings.Contains(m.Unit, "bytes")}
		for row, a := range arms {
			d := s.Field(m, c.Name, a.Name)
			if d.Value == nil {
				p.Marks = append(p.Marks, chart.Mark{Row: row, Missing: "no figure"})
				continue
			}
			any = true
			mark := chart.Mark{Row: row, Colour: s.colour(a.Name), Center: d.Value.Median, Lo: d.Value.MedianLo, Hi: d.Value.MedianHi, Text: quantity(m, d.Value.Median)}
			if d.Value.Conf == 0 {
				mark.Lo, mark.Hi = d.Value.Least, d.Value.Greatest
			}
			p.Marks = append(p.Marks, mark)
		}
		f.Panels = append(f.Panels, p)
	}
	if len(metrics) > 1 {
		f.Panels[0].Reach, f.Panels[1].Reach = f.Panels[1].Most(), f.Panels[0].Most() // response beside service
	}
	return html.Figure{SVG: f.SVG(), Alt: c.Title + ": " + f.Title}, any
}

// rates draws p99 over the offered rate, for cells that differ in their rate alone.
func (s *sheetMaker) rates() error {
	families := make(map[string][]Cell)
	var order []string
	for _, c := range s.loaded() {
		d := dimensions(c)
		if !c.Open {
			continue
		}
		delete(d, "rate")
		key := c.Workload
		for _, name := range slices.Sorted(maps.Keys(d)) {
			key += " " + name + "=" + d[name]
		}
		if families[key] == nil {
			order = append(order, key)
		}
		families[key] = append(families[key], c)
	}
	var row []html.Figure
	for _, key := range order {
		if cells := families[key]; len(cells) > 1 {
			row = append(row, s.overRate(key, cells))
		}
	}
	if len(row) == 0 {
		s.section("rates", "p99 over offered rate", html.Block{Note: "No picture: the run has no cells that differ in their rate alone. The profile full has; or run one workload at several --rate."})
		return nil
	}
	s.section("rates", "p99 over offered rate", html.Block{Row: row})
	return nil
}

func (s *sheetMaker) overRate(key string, cells []Cell) html.Figure {
	l := chart.Lines{Title: "p99 over offered rate: " + key, Caption: "Medians over blocks; bars: their 95 % intervals, or least to greatest below six blocks."}
	plot := chart.Plot{X: chart.Axis{Label: "offered, requests a second"}, Y: chart.Axis{Label: "p99", Log: true, Text: duration}}
	for _, a := range s.Arms {
		if a.Twin != "" {
			continue
		}
		series := chart.Series{Name: a.Name, Colour: s.colour(a.Name), Dots: true}
		for _, c := range cells {
			f, x := s.Field(stat.P99, c.Name, a.Name), s.offered(c, a.Name)
			if f.Value == nil || x == 0 {
				continue
			}
			lo, hi := f.Value.MedianLo, f.Value.MedianHi
			if f.Value.Conf == 0 {
				lo, hi = f.Value.Least, f.Value.Greatest
			}
			series.X, series.Y = append(series.X, x), append(series.Y, f.Value.Median)
			series.Lo, series.Hi = append(series.Lo, lo), append(series.Hi, hi)
		}
		if len(series.X) > 0 {
			plot.Series = append(plot.Series, series)
		}
	}
	l.Plots = []chart.Plot{plot}
	f := html.Figure{SVG: l.SVG(), Alt: l.Title}
	if len(plot.Series) == 0 {
		f.Missing = "no trial of these cells has a p99"
	}
	return f
}

// offered is the rate that a cell drove an arm at, requests a second; 0 without a trial.
func (s *sheetMaker) offered(c Cell, arm string) float64 {
	for i := range s.Trials {
		if t := &s.Trials[i]; t.Cell == c.Name && t.Arm == arm && len(t.Slices) > 0 {
			return t.Slices[0].Load.Offered
		}
	}
	return 0
}

// latencies shows response beside service time, and latency by percentile.
func (s *sheetMaker) latencies() error {
	blocks := []html.Block{{Text: "Response runs from the time at which a request was meant to be sent; service from the time at which it was. Where the two part, requests waited to be sent: a generator that waits for answers would have left that out. Slip is how late requests left."}}
	for _, c := range s.loaded() {
		var row []html.Figure
		if f, ok := s.absolutes(c, stat.P99, stat.ServiceP99, stat.SlipP99); c.Open && ok {
			f.Alt = c.Title + ": response, service and slip"
			row = append(row, f)
		}
		pic, ok, err := s.latencyPicture(c)
		if err != nil {
			return err
		}
		f := figure(pic)
		if !ok {
			f = html.Figure{Alt: c.Title + ": latency by percentile", Missing: "no finished trial"}
		}
		for _, one := range append(row, f) {
			blocks = append(blocks, html.Block{Row: []html.Figure{one}})
		}
	}
	s.section("latency", "Response and service time", blocks...)
	return nil
}

var errNoSeries = errors.New("records of this version keep no course of a slice")

// ladders is memory over idle connections.
func (s *sheetMaker) ladders() error {
	var blocks []html.Block
	for _, c := range s.Cells {
		if !c.Memory {
			continue
		}
		pic, ok := s.memoryPicture(c)
		f := figure(pic)
		if !ok {
			f = html.Figure{Alt: c.Title, Missing: "no rung was measured"}
		}
		blocks = append(blocks, html.Block{Row: []html.Figure{f}})
		var row []html.Figure
		for _, m := range []stat.Metric{stat.Memory, stat.UserMemory, stat.CollectedMemory, stat.KernelMemory, stat.SocketMemory} {
			if f, ok := s.absolutes(c, m); ok {
				row = append(row, f)
			}
		}
		if len(row) > 0 {
			blocks = append(blocks, html.Block{Row: row})
		}
		blocks = append(blocks, tabled(s.memoryTable(c).dropEmpty(), fmt.Sprintf("Slopes over a ladder to %s: what a process holds without any has dropped out", s.topRung(c)), 100))
	}
	if len(blocks) == 0 {
		blocks = []html.Block{{Note: "This run has no ladder of idle connections."}}
	}
	s.section("memory", "Memory per connection", blocks...)
	return nil
}
