package chart

import (
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"
)

// Axis is one side of a plot.
type Axis struct {
	Label string
	Log   bool
	Bytes bool                 // chosen ticks are round in binary units
	Ticks []Tick               // given ones; nil: chosen
	Text  func(float64) string // label of a chosen tick; nil: a plain number
}

// Series is one curve. X and Y have the same length; on a log axis all are above zero.
type Series struct {
	Name   string
	Colour int // index of the series' colour, the same arm the same everywhere
	X, Y   []float64
	Lo, Hi []float64 // ends of the intervals of Y; nil where there are none
	Dots   bool      // mark every point
}

// Plot is one panel of curves.
type Plot struct {
	Title  string
	X, Y   Axis
	Series []Series
}

// Lines is a row of plots under one title.
type Lines struct {
	Title, Caption string
	Plots          []Plot
}

// dashes tell curves apart where colours do not.
var dashes = []string{"", "7 3", "2 3", "9 3 2 3", "", "5 5", "9 2 2 2 2 2", "12 4"}

const (
	leastWidth = 420.0 // of a plot beside another
	leastTotal = 760.0 // room for the caption
	plotHeight = 260.0
	plotLeft   = 62.0  // room for tick labels
	leastRight = 120.0 // room for names at the curves' ends
)

// SVG draws it.
func (l Lines) SVG() []byte {
	ends := l.nameRoom()
	plotWidth := math.Max(leastWidth+ends-leastRight, leastTotal/math.Max(1, float64(len(l.Plots))))
	width := 16 + math.Max(1, float64(len(l.Plots)))*plotWidth
	width = math.Max(width, captionRoom(l.Caption))
	height := headHeight + plotHeight + 76
	c := newCanvas(width, height, l.Title, l.Caption)
	for i, p := range l.Plots {
		p.draw(c, 8+float64(i)*plotWidth, plotWidth, ends)
	}
	c.text(16, height-12, "start", "dim small", l.Caption)
	return c.end()
}

// nameRoom is the width that the names at the curves' ends need, the same in all plots.
func (l Lines) nameRoom() float64 {
	room := leastRight
	for _, p := range l.Plots {
		for _, s := range p.Series {
			room = max(room, 16+6.3*float64(utf8.RuneCountInString(clip(s.Name)))) // about
		}
	}
	return room
}

func (p Plot) draw(c *canvas, x, width, ends float64) {
	top, bottom := headHeight, headHeight+plotHeight
	left, right := x+plotLeft, x+width-ends
	xs, ys := p.scales(left, right, top, bottom)
	c.text((left+right)/2, top-12, "middle", "ink", p.Title)
	for _, t := range p.X.ticks(xs, 5) {
		c.line(xs.at(t.At), top, xs.at(t.At), bottom, 1, "rule")
		c.text(xs.at(t.At), bottom+16, "middle", "dim small", t.Text)
	}
	for _, t := range p.Y.ticks(ys, 6) {
		c.line(left, ys.at(t.At), right, ys.at(t.At), 1, "rule")
		c.text(left-6, ys.at(t.At)+4, "end", "dim small", t.Text)
	}
	c.line(left, bottom, right, bottom, 1, "axis")
	c.text((left+right)/2, bottom+34, "middle", "dim small", p.X.Label)
	c.text(left-6, top-12, "end", "dim small", p.Y.Label)
	var names []label
	for _, s := range p.Series {
		if len(s.X) == 0 {
			continue
		}
		px, py := make([]float64, len(s.X)), make([]float64, len(s.X))
		for i := range s.X {
			px[i], py[i] = xs.at(s.X[i]), ys.at(s.Y[i])
		}
		c.group(s.Name)
		c.path(px, py, class("s", s.Colour), dash(s.Colour))
		for i := range s.Lo {
			c.line(px[i], ys.at(s.Lo[i]), px[i], ys.at(s.Hi[i]), 1.5, class("s", s.Colour))
		}
		for i := range px {
			if s.Dots {
				c.dot(px[i], py[i], 3, class("f", s.Colour), 1)
			}
		}
		c.ungroup()
		names = append(names, label{s.Name, s.Colour, py[len(py)-1]})
	}
	for _, n := range spread(names, 14, bottom) {
		c.group(n.text)
		c.text(right+8, n.y+4, "start", class("f", n.colour)+" small", clip(n.text))
		c.ungroup()
	}
}

func (a Axis) ticks(s scale, n int) []Tick {
	if a.Ticks != nil {
		return a.Ticks
	}
	text := a.Text
	if text == nil {
		text = func(v float64) string { return strconv.FormatFloat(v, 'g', 6, 64) }
	}
	base := 10.0
	if a.Bytes {
		base = 1024
	}
	return s.ticks(n, base, text)
}

func (p Plot) scales(left, right, top, bottom float64) (xs, ys scale) {
	xs = scale{lo: math.Inf(1), hi: math.Inf(-1), from: left, to: right, log: p.X.Log}
	ys = scale{lo: math.Inf(1), hi: math.Inf(-1), from: bottom, to: top, log: p.Y.Log}
	for _, s := range p.Series {
		for i := range s.X {
			xs.lo, xs.hi = math.Min(xs.lo, s.X[i]), math.Max(xs.hi, s.X[i])
			ys.lo, ys.hi = math.Min(ys.lo, s.Y[i]), math.Max(ys.hi, s.Y[i])
			if s.Lo != nil {
				ys.lo, ys.hi = math.Min(ys.lo, s.Lo[i]), math.Max(ys.hi, s.Hi[i])
			}
		}
	}
	for _, t := range p.X.Ticks {
		xs.hi = math.Max(xs.hi, t.At)
	}
	if math.IsInf(xs.lo, 0) { // no curve at all: axes without marks
		xs.lo, xs.hi, ys.lo, ys.hi = 1, 10, 1, 10
	}
	if ys.log {
		pad := math.Max(math.Pow(ys.hi/ys.lo, 0.05), 1.01)
		ys.lo, ys.hi = ys.lo/pad, ys.hi*pad
	} else {
		ys.lo, ys.hi = math.Min(0, ys.lo), ys.hi*1.05
	}
	if ys.hi == ys.lo {
		ys.hi++
	}
	return xs, ys
}

// label is a name at the end of a curve.
type label struct {
	text   string
	colour int
	y      float64
}

// spread moves names apart by at least gap, downwards, then back up from the bottom.
func spread(names []label, gap, bottom float64) []label {
	slices.SortStableFunc(names, func(a, b label) int {
		switch {
		case a.y < b.y:
			return -1
		case a.y > b.y:
			return 1
		}
		return strings.Compare(a.text, b.text)
	})
	for i := 1; i < len(names); i++ {
		names[i].y = math.Max(names[i].y, names[i-1].y+gap)
	}
	limit := bottom
	for i := len(names) - 1; i >= 0; i-- {
		names[i].y = math.Min(names[i].y, limit)
		limit = names[i].y - gap
	}
	return names
}

// Fill is the class of what is filled with a series' colour.
func Fill(colour int) string { return class("f", colour) }

// dash tells curves apart that have one colour, beyond the last of which colours begin again.
func dash(colour int) string { return dashes[(colour+colour/len(light))%len(dashes)] }

func class(kind string, i int) string { return fmt.Sprintf("%s%d", kind, i%len(light)) }

func ratioText(v float64) string { return strconv.FormatFloat(v, 'g', 3, 64) + "×" }
