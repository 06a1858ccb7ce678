package chart

import (
	"math"
	"unicode/utf8"
)

// Forest shows ratios to a baseline: a row per arm, a panel per metric, on a log
// axis where 1 is the baseline.
type Forest struct {
	Title, Caption string
	Rows           []string // names of the arms
	Arms           []string // what each row lights up in a page; nil: the rows' names
	Panels         []Panel
}

// Panel is one metric.
type Panel struct {
	Title string
	// Band is the noise floor as a fraction: the stretch from 1/(1+Band) to 1+Band is shaded.
	Band  float64
	Marks []Mark // at most one a row
	// Linear is an axis of absolute figures from 0, with ticks written by Text.
	Linear bool
	Bytes  bool // ticks are round in binary units
	Text   func(float64) string
	Reach  float64 // a linear axis goes at least so far, to be compared with its neighbour's
}

// Most is the far end of the panel's marks.
func (p Panel) Most() float64 {
	far := 0.0
	for _, m := range p.Marks {
		if m.Missing == "" {
			far = math.Max(far, math.Max(m.Hi, m.Center))
		}
	}
	return far
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
	names := labelWidth
	for _, name := range f.Rows {
		names = max(names, 32+7.2*float64(utf8.RuneCountInString(clip(name)))) // about
	}
	width := names + float64(len(f.Panels))*(panelWidth+panelGap) + 10
	width = max(width, captionRoom(f.Caption))
	height := headHeight + float64(len(f.Rows))*rowHeight + footHeight
	c := newCanvas(width, height, f.Title, f.Caption)
	for i, name := range f.Rows {
		c.group(f.arm(i))
		c.text(16, f.rowY(i)+4, "start", "ink", clip(name))
		c.ungroup()
	}
	for i, p := range f.Panels {
		f.panel(c, p, names+float64(i)*(panelWidth+panelGap))
	}
	c.text(16, height-12, "start", "dim small", f.Caption)
	return c.end()
}

// arm is what a row lights up.
func (f Forest) arm(row int) string {
	if f.Arms != nil {
		return f.Arms[row]
	}
	return f.Rows[row]
}

func (f Forest) rowY(row int) float64 { return headHeight + (float64(row)+0.5)*rowHeight }

func (f Forest) panel(c *canvas, p Panel, x float64) {
	s := p.scale(x+6, x+panelWidth-6)
	text, base := p.Text, 10.0
	if text == nil {
		text = ratioText
	}
	if p.Bytes {
		base = 1024
	}
	top, bottom := headHeight, headHeight+float64(len(f.Rows))*rowHeight
	c.text(x+panelWidth/2, headHeight-12, "middle", "ink", p.Title)
	if p.Band > 0 {
		from, to := math.Max(s.at(1/(1+p.Band)), s.from), math.Min(s.at(1+p.Band), s.to)
		c.rect(from, top, to-from, bottom-top, "band")
	}
	n := 5
	if p.Linear {
		n = 3 // figures with units are wide
	}
	for _, t := range s.ticks(n, base, text) {
		c.line(s.at(t.At), top, s.at(t.At), bottom, 1, "rule")
		c.text(s.at(t.At), bottom+16, "middle", "dim small", t.Text)
	}
	if !p.Linear {
		c.line(s.at(1), top, s.at(1), bottom, 1.5, "axis")
	}
	c.line(x, bottom, x+panelWidth, bottom, 1, "axis")
	for _, m := range p.Marks {
		c.group(f.arm(m.Row))
		f.mark(c, m, s)
		c.ungroup()
	}
}

func (f Forest) mark(c *canvas, m Mark, s scale) {
	y := f.rowY(m.Row)
	if m.Missing != "" {
		c.text((s.from+s.to)/2, y+4, "middle", "dim small", m.Missing)
		return
	}
	fill, stroke := class("f", m.Colour), class("s", m.Colour)
	if len(m.Dots) > 0 {
		xs := make([]float64, len(m.Dots))
		for i, d := range m.Dots {
			xs[i] = s.at(d)
		}
		c.dots(xs, y+9, 2, stroke, 0.45)
	}
	c.line(s.at(m.Lo), y, s.at(m.Hi), y, 3, stroke)
	c.dot(s.at(m.Center), y, 4.5, fill, 1)
	anchor, at := "middle", s.at(m.Center)
	if at < s.from+24 {
		anchor, at = "start", s.from
	} else if at > s.to-24 {
		anchor, at = "end", s.to
	}
	c.text(at, y-8, anchor, "ink small on", m.Text) // over axes and bands
}

// scale spans all marks, their dots, 1 and the band, with room at both ends, and
// never less than a tenth either way: noise should look small.
func (p Panel) scale(from, to float64) scale {
	if p.Linear {
		return p.linear(from, to)
	}
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

// linear spans 0 and all marks.
func (p Panel) linear(from, to float64) scale {
	lo, hi := 0.0, math.Max(p.Most(), p.Reach) // slopes may lie below
	for _, m := range p.Marks {
		if m.Missing == "" {
			lo = math.Min(lo, m.Lo)
		}
	}
	if hi == 0 {
		hi = 1
	}
	return scale{lo: lo, hi: hi * 1.06, from: from, to: to}
}
