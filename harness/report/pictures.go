package report

import (
	"fmt"
	"math"
	"strings"

	"assay/harness/report/chart"
	"assay/harness/stat"
)

// picture is one figure of the report.
type picture struct {
	file, alt string
	svg       []byte
}

// slug makes a name fit for a file and a link.
func slug(s string) string {
	var b strings.Builder
	for _, r := range strings.ToLower(s) {
		switch {
		case r >= 'a' && r <= 'z', r >= '0' && r <= '9':
			b.WriteRune(r)
		case b.Len() > 0 && !strings.HasSuffix(b.String(), "-"):
			b.WriteByte('-')
		}
	}
	return strings.TrimSuffix(b.String(), "-")
}

// contrastPicture shows every arm against the baseline on the card's metrics.
func (v *View) contrastPicture(c Cell) (picture, bool) {
	f := chart.Forest{Title: c.Title + ": against " + v.Baseline}
	var colours []int
	for _, a := range v.armsOf(c) {
		if a.Name != v.Baseline {
			f.Rows, colours = append(f.Rows, a.Name), append(colours, v.colour(a.Name))
		}
	}
	blocks, drawn := 0, false
	for _, m := range columns(c) {
		p := chart.Panel{Title: m.Label + better(m)}
		if floor, err := v.Set.Floor(m, v.cellOf(m, c)); err == nil {
			p.Band = floor.Fraction
		}
		for row, name := range f.Rows {
			mark := chart.Mark{Row: row, Colour: colours[row], Missing: "no figure"}
			if field := v.fieldIn(m, c, name); field.Contrast != nil {
				k := field.Contrast
				mark = chart.Mark{Row: row, Colour: colours[row], Center: k.Ratio, Lo: k.Lo, Hi: k.Hi, Text: ratio(k.Ratio)}
				for _, l := range k.Logs {
					mark.Dots = append(mark.Dots, math.Exp(l))
				}
				blocks, drawn = max(blocks, k.N), true
			}
			p.Marks = append(p.Marks, mark)
		}
		f.Panels = append(f.Panels, p)
	}
	f.Caption = fmt.Sprintf("Dot: mean ratio of %d blocks; bar: its 95 %% interval; small dots: the blocks; grey: noise floor of the A/A twin (%s).", blocks, v.Placement)
	return picture{"contrast-" + slug(c.Name) + ".svg", f.Title, f.SVG()}, drawn
}

func better(m stat.Metric) string {
	if m.Better == stat.Higher {
		return " (more is better)"
	}
	return " (less is better)"
}

// latencyPicture is the pooled distribution of response times, as far into the tail
// as the sample supports.
func (v *View) latencyPicture(c Cell) (picture, bool, error) {
	title := c.Title + ": response time, from the intended send"
	if !c.Open {
		title = c.Title + ": time in a closed loop, which is not latency under load"
	}
	l := chart.Lines{Title: title, Caption: "All blocks merged; a curve ends where the sample no longer supports it (" + v.Placement.String() + ")."}
	for _, part := range []struct {
		which stat.Which
		title string
	}{{stat.Response, "requests"}, {stat.Disturbers, "requests that block or compute"}} {
		plot := chart.Plot{
			Title: part.title,
			X:     chart.Axis{Label: "share of requests that are faster", Log: true},
			Y:     chart.Axis{Label: "time", Log: true, Text: duration},
		}
		for _, a := range v.armsOf(c) {
			if a.Twin != "" {
				continue
			}
			s, err := v.latencySeries(c, a.Name, part.which)
			if err != nil {
				return picture{}, false, err
			}
			if s.Colour = v.colour(a.Name); len(s.X) > 0 {
				plot.Series = append(plot.Series, s)
			}
		}
		if len(plot.Series) > 0 {
			plot.X.Ticks = percentileTicks(plot.Series)
			l.Plots = append(l.Plots, plot)
		}
	}
	if len(l.Plots) == 2 {
		l.Plots[0].Title = "their victims: all other requests"
	}
	return picture{"latency-" + slug(c.Name) + ".svg", title, l.SVG()}, len(l.Plots) > 0, nil
}

// latencySeries has X = 1/(1−q), so that each nine takes the same width.
func (v *View) latencySeries(c Cell, arm string, which stat.Which) (chart.Series, error) {
	s := chart.Series{Name: arm}
	pool, err := v.Set.Pool(c.Name, arm)
	if err != nil {
		return s, nil // no finished trial: no curve, and the report lists why
	}
	l, err := pool.Latency(which)
	if err != nil {
		return s, err
	}
	for step := 0; step <= 100; step++ {
		x := math.Pow(10, float64(step)/20)
		y, err := l.Quantile(1 - 1/x*0.999999)
		if err != nil {
			break
		}
		if y > 0 {
			s.X, s.Y = append(s.X, x), append(s.Y, y)
		}
	}
	return s, nil
}

func percentileTicks(series []chart.Series) []chart.Tick {
	far := 1.0
	for _, s := range series {
		far = math.Max(far, s.X[len(s.X)-1])
	}
	all := []chart.Tick{{At: 1, Text: "0"}, {At: 2, Text: "50 %"}, {At: 10, Text: "90 %"}, {At: 100, Text: "99 %"}, {At: 1000, Text: "99.9 %"}, {At: 10_000, Text: "99.99 %"}, {At: 100_000, Text: "99.999 %"}}
	n := 1
	for n < len(all) && all[n].At <= far*1.01 {
		n++
	}
	return all[:n]
}

// memoryPicture is the ladder: what a server held over its idle connections.
func (v *View) memoryPicture(c Cell) (picture, bool) {
	l := chart.Lines{
		Title:   c.Title + ": what the server holds",
		Caption: "Medians over blocks. Kernel: thread stacks and page tables; socket buffers are not in it (" + v.Placement.String() + ").",
	}
	for _, part := range ladderParts {
		plot := chart.Plot{Title: part.title, X: chart.Axis{Label: "idle connections"}, Y: chart.Axis{Label: "memory", Bytes: true, Text: onAxis(size)}}
		for _, a := range v.armsOf(c) {
			if a.Twin != "" {
				continue
			}
			s := v.ladderSeries(c, a.Name, part.of)
			s.Colour = v.colour(a.Name)
			if len(s.X) > 1 {
				plot.Series = append(plot.Series, s)
			}
		}
		l.Plots = append(l.Plots, plot)
	}
	return picture{"memory-" + slug(c.Name) + ".svg", l.Title, l.SVG()}, len(l.Plots[0].Series) > 0
}
