package chart

import "math"

// Forest shows ratios to a baseline: a row per arm, a panel per metric, on a log
// axis where 1 is the baseline.
type Forest struct {
	Title, Caption string
	Rows           []string // names of the arms
	Panels         []Panel
}

// Panel is one metric.
type Panel struct {
	Title string
	// Band is the noise floor as a fraction: the stretch from 1/(1+Band) to 1+Band is shaded.
	Band  float64
	Marks []Mark // at most one a row
}

// Mark is one ratio with its interval; all above zero.
type Mark struct {
	Row, Colour    int
	Center, Lo, Hi float64
	Dots           []float64 // the blocks' own ratios
	Text           string    // beside the mark, "0.82×"
	Missing        string    // instead of a mark: why there is none
}

const (
	rowHeight  = 34.0
	labelWidth = 150.0
	panelWidth = 200.0
	panelGap   = 14.0
	headHeight = 64.0
	footHeight = 64.0
)

// SVG draws it, the panels side by side.
func (f Forest) SVG() []byte {
	width := labelWidth + float64(len(f.Panels))*(panelWidth+panelGap) + 10
	height := headHeight + float64(len(f.Rows))*rowHeight + footHeight
	c := newCanvas(width, height, f.Title, f.Caption)
	for i, name := range f.Rows {
		c.text(16, f.rowY(i)+4, "start", "ink", name)
	}
	for i, p := range f.Panels {
		f.panel(c, p, labelWidth+float64(i)*(panelWidth+panelGap))
	}
	c.text(16, height-12, "start", "dim small", f.Caption)
	return c.end()
}

func (f Forest) rowY(row int) float64 { return headHeight + (float64(row)+0.5)*rowHeight }

func (f Forest) panel(c *canvas, p Panel, x float64) {
	s := p.scale(x+6, x+panelWidth-6)
	top, bottom := headHeight, headHeight+float64(len(f.Rows))*rowHeight
	c.text(x+panelWidth/2, headHeight-12, "middle", "ink", p.Title)
	if p.Band > 0 {
		from, to := math.Max(s.at(1/(1+p.Band)), s.from), math.Min(s.at(1+p.Band), s.to)
		c.rect(from, top, to-from, bottom-top, "band")
	}
	for _, t := range s.ticks(5, 10, ratioText) {
		c.line(s.at(t.At), top, s.at(t.At), bottom, 1, "rule")
		c.text(s.at(t.At), bottom+16, "middle", "dim small", t.Text)
	}
	c.line(s.at(1), top, s.at(1), bottom, 1.5, "axis")
	c.line(x, bottom, x+panelWidth, bottom, 1, "axis")
	for _, m := range p.Marks {
		f.mark(c, m, s)
	}
}

func (f Forest) mark(c *canvas, m Mark, s scale) {
	y := f.rowY(m.Row)
	if m.Missing != "" {
		c.text((s.from+s.to)/2, y+4, "middle", "dim small", m.Missing)
		return
	}
	fill, stroke := class("f", m.Colour), class("s", m.Colour)
	for _, d := range m.Dots {
		c.dot(s.at(d), y+9, 2, fill, 0.45)
	}
	c.line(s.at(m.Lo), y, s.at(m.Hi), y, 3, stroke)
	c.dot(s.at(m.Center), y, 4.5, fill, 1)
	anchor, at := "middle", s.at(m.Center)
	if at < s.from+24 {
		anchor, at = "start", s.from
	} else if at > s.to-24 {
		anchor, at = "end", s.to
	}
	c.text(at, y-8, anchor, "ink small", m.Text)
}

// scale spans all marks, their dots, 1 and the band, with room at both ends, and
// never less than a tenth either way: noise should look small.
func (p Panel) scale(from, to float64) scale {
	lo, hi := 1/1.1, 1.1
	widen := func(v float64) { lo, hi = math.Min(lo, v), math.Max(hi, v) }
	widen(1 + p.Band)
	widen(1 / (1 + p.Band))
	for _, m := range p.Marks {
		if m.Missing != "" {
			continue
		}
		widen(m.Lo)
		widen(m.Hi)
		for _, d := range m.Dots {
			widen(d)
		}
	}
	pad := math.Pow(hi/lo, 0.06)
	return scale{lo: lo / pad, hi: hi * pad, from: from, to: to, log: true}
}
