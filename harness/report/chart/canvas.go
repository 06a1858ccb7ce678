package chart

import (
	"fmt"
	"strings"
)

// Series colours: those of Okabe and Ito, which colour-blind readers can tell apart,
// with the lighter ones darkened on white. A series beyond the last wraps round.
var (
	light = []string{"#0072b2", "#d55e00", "#007a5e", "#b0578d", "#8a6d00", "#2f8fc4", "#555555", "#7a3e9d"}
	dark  = []string{"#56b4e9", "#f0883e", "#2ec4a0", "#e08fc0", "#e6c229", "#9ad0f5", "#bbbbbb", "#c58af0"}
)

// canvas collects the elements of one drawing.
type canvas struct {
	strings.Builder
	width, height float64
}

// newCanvas starts a drawing; title and caption are also its text for readers who
// do not see it.
func newCanvas(width, height float64, title, caption string) *canvas {
	c := &canvas{width: width, height: height}
	fmt.Fprintf(c, `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 %s %s" width="%s" height="%s" role="img" font-family="-apple-system, 'Segoe UI', 'DejaVu Sans', Helvetica, Arial, sans-serif" font-size="12">`+"\n",
		num(width), num(height), num(width), num(height))
	fmt.Fprintf(c, "<title>%s</title>\n<desc>%s</desc>\n", escape(title), escape(caption))
	c.style()
	fmt.Fprintf(c, `<rect class="bg" width="%s" height="%s" rx="6"/>`+"\n", num(width), num(height))
	c.text(16, 24, "start", "ink title", title)
	return c
}

func (c *canvas) style() {
	c.WriteString("<style>\n.bg{fill:#fff}.ink{fill:#1f2328}.dim{fill:#59636e}.rule{stroke:#d1d9e0}.axis{stroke:#818b98}.band{fill:#eaeef2}.title{font-weight:600;font-size:14px}.small{font-size:11px}\n")
	for i, colour := range light {
		fmt.Fprintf(c, ".f%d{fill:%s}.s%d{stroke:%s}", i, colour, i, colour)
	}
	c.WriteString("\n@media (prefers-color-scheme: dark){.bg{fill:#0d1117}.ink{fill:#f0f6fc}.dim{fill:#9198a1}.rule{stroke:#30363d}.axis{stroke:#6e7681}.band{fill:#21262d}\n")
	for i, colour := range dark {
		fmt.Fprintf(c, ".f%d{fill:%s}.s%d{stroke:%s}", i, colour, i, colour)
	}
	c.WriteString("}\n</style>\n")
}

func (c *canvas) text(x, y float64, anchor, class, s string) {
	fmt.Fprintf(c, `<text x="%s" y="%s" text-anchor="%s" class="%s">%s</text>`+"\n", num(x), num(y), anchor, class, escape(s))
}

func (c *canvas) line(x1, y1, x2, y2, width float64, class string) {
	fmt.Fprintf(c, `<line x1="%s" y1="%s" x2="%s" y2="%s" stroke-width="%s" class="%s"/>`+"\n", num(x1), num(y1), num(x2), num(y2), num(width), class)
}

func (c *canvas) rect(x, y, w, h float64, class string) {
	fmt.Fprintf(c, `<rect x="%s" y="%s" width="%s" height="%s" class="%s"/>`+"\n", num(x), num(y), num(w), num(h), class)
}

func (c *canvas) dot(x, y, r float64, class string, opacity float64) {
	fmt.Fprintf(c, `<circle cx="%s" cy="%s" r="%s" class="%s" opacity="%s"/>`+"\n", num(x), num(y), num(r), class, num(opacity))
}

// path draws an open curve through the points.
func (c *canvas) path(xs, ys []float64, class, dash string) {
	var d strings.Builder
	for i := range xs {
		op := "L"
		if i == 0 {
			op = "M"
		}
		d.WriteString(op + num(xs[i]) + " " + num(ys[i]))
	}
	if dash != "" {
		dash = fmt.Sprintf(` stroke-dasharray="%s"`, dash)
	}
	fmt.Fprintf(c, `<path d="%s" fill="none" stroke-width="2" stroke-linejoin="round" class="%s"%s/>`+"\n", d.String(), class, dash)
}

func (c *canvas) end() []byte { return []byte(c.String() + "</svg>\n") }

// num writes a coordinate with one decimal, enough for a screen and short in a diff.
func num(v float64) string {
	s := fmt.Sprintf("%.1f", v)
	if s = strings.TrimSuffix(s, ".0"); s == "-0" {
		return "0"
	}
	return s
}

var escapes = strings.NewReplacer("&", "&amp;", "<", "&lt;", ">", "&gt;", `"`, "&quot;")

func escape(s string) string { return escapes.Replace(s) }
