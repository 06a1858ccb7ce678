package chart

import (
	"fmt"
	"math"
)

// Pale is the fill of a block that stands for nothing happening.
const Pale = -1

// Block is a stretch of a lane, from 0 to 1 of its width.
type Block struct {
	From, To float64
	Fill     int    // index of a series' colour, or Pale
	Name     string // written into it where there is room
	Text     string // shown by a reader's pointer
}

// Lane is one line of a timeline. Later blocks are drawn over earlier ones.
type Lane struct {
	Name   string
	Blocks []Block
}

// Gap is a stretch of a timeline in which time is squeezed, from 0 to 1.
type Gap struct {
	From, To float64
	Text     string // how long it is
}

// Key is a line of the legend.
type Key struct {
	Fill int
	Text string
}

// Timeline is what several threads do, over a time that runs from 0 to 1.
type Timeline struct {
	Title, Caption string
	Lanes          []Lane
	Gaps           []Gap
	Ticks          []Tick // At from 0 to 1
	Legend         []Key
}

const (
	timelineWidth = 980.0
	laneHeight    = 26.0
	laneLeft      = 150.0 // room for names
	leastBlock    = 0.8   // so that the shortest call is seen
)

// SVG draws it.
func (t Timeline) SVG() []byte {
	height := headHeight + float64(len(t.Lanes))*laneHeight + 84
	c := newCanvas(timelineWidth, height, t.Title, t.Caption)
	at := func(v float64) float64 { return laneLeft + v*(timelineWidth-laneLeft-24) }
	top, bottom := headHeight, headHeight+float64(len(t.Lanes))*laneHeight
	for _, g := range t.Gaps {
		c.rect(at(g.From), top-6, at(g.To)-at(g.From), bottom-top+6, "band")
		c.text((at(g.From)+at(g.To))/2, top-12, "middle", "dim small", g.Text)
	}
	for i, l := range t.Lanes {
		y := top + float64(i)*laneHeight
		c.text(laneLeft-10, y+15, "end", "ink small", l.Name)
		c.line(laneLeft, y+11, timelineWidth-24, y+11, 1, "rule")
		for _, b := range l.Blocks {
			c.block(at(b.From), y, at(b.To), b)
		}
	}
	for _, tick := range t.Ticks {
		c.line(at(tick.At), bottom, at(tick.At), bottom+5, 1, "axis")
		c.text(at(tick.At), bottom+18, "middle", "dim small", tick.Text)
	}
	x := laneLeft
	for _, k := range t.Legend {
		c.block(x, height-46, x+14, Block{Fill: k.Fill})
		c.text(x+20, height-33, "start", "dim small", k.Text)
		x += 40 + 6.4*float64(len(k.Text))
	}
	c.text(16, height-10, "start", "dim small", t.Caption)
	return c.end()
}

// block draws a block with its text for a pointer; a pale one is lower.
func (c *canvas) block(from, y, to float64, b Block) {
	width := math.Max(to-from, leastBlock)
	top, height, look := y+3, 16.0, fmt.Sprintf(`class="%s"`, class("f", max(b.Fill, 0)))
	if b.Fill == Pale {
		top, height, look = y+9, 4, `class="dim" opacity="0.45"`
	}
	title := ""
	if b.Text != "" {
		title = "<title>" + escape(b.Text) + "</title>"
	}
	fmt.Fprintf(c, `<rect x="%.2f" y="%s" width="%.2f" height="%s" %s>%s</rect>`+"\n", from, num(top), width, num(height), look, title)
	if room := 6.3*float64(len(b.Name)) + 4; b.Name != "" && width > room {
		c.text(from+width/2, y+15, "middle", "bg small", b.Name)
	}
}
