package chart

import (
	"bytes"
	"fmt"
	"slices"
	"strings"
	"unicode/utf8"
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
	width = max(width, 32+8.8*float64(utf8.RuneCountInString(title))) // that of the title, about
	c := &canvas{width: width, height: height}
	wide := ""
	if width > 500 {
		wide = ` class="wide"` // a page may give it room to scroll
	}
	fmt.Fprintf(c, `<svg xmlns="http://www.w3.org/2000/svg"%s viewBox="0 0 %s %s" width="%s" height="%s" role="img" font-family="-apple-system, 'Segoe UI', 'DejaVu Sans', Helvetica, Arial, sans-serif" font-size="12">`+"\n",
		wide, num(width), num(height), num(width), num(height))
	fmt.Fprintf(c, "<title>%s</title>\n<desc>%s</desc>\n", escape(title), escape(caption))
	c.style()
	fmt.Fprintf(c, `<rect class="bg" width="%s" height="%s" rx="6"/>`+"\n", num(width), num(height))
	c.text(16, 24, "start", "ink title", title)
	return c
}

// clip shortens a name that would leave no room for its figures; tables have it whole.
func clip(name string) string {
	const most = 36 // runes
	if runes := []rune(name); len(runes) > most {
		return string(runes[:most-1]) + "…"
	}
	return name
}

// captionRoom is about the width of a drawing that shows its caption whole.
func captionRoom(caption string) float64 { return 32 + 6.3*float64(utf8.RuneCountInString(caption)) }

// The rules of a drawing, after each selector's prefix.
func rules(prefix string, neutral string, colours []string) string {
	var b strings.Builder
	for rule := range strings.SplitAfterSeq(neutral, "}") {
		if rule != "" {
			b.WriteString(prefix + rule)
		}
	}
	for i, colour := range colours {
		fmt.Fprintf(&b, "%s.f%d{fill:%s}%s.s%d{stroke:%s}", prefix, i, colour, prefix, i, colour)
	}
	return b.String()
}

const (
	shapes  = ".title{font-weight:600;font-size:14px}.small{font-size:11px}.on{paint-order:stroke;stroke-width:3px;stroke-linejoin:round}"
	onWhite = ".bg{fill:#fff}.ink{fill:#1f2328}.dim{fill:#59636e}.rule{stroke:#d1d9e0}.axis{stroke:#818b98}.band{fill:#eaeef2}.on{stroke:#fff}"
	onBlack = ".bg{fill:#0d1117}.ink{fill:#f0f6fc}.dim{fill:#9198a1}.rule{stroke:#30363d}.axis{stroke:#6e7681}.band{fill:#21262d}.on{stroke:#0d1117}"
)

const styleHead, styleTail = "<style>", "</style>\n"

func (c *canvas) style() {
	c.WriteString(styleHead + "\n" + rules("", onWhite, light) + shapes +
		"\n@media (prefers-color-scheme: dark){" + rules("", onBlack, dark) + "}\n" + styleTail)
}

// CSS is the style of all drawings of a page, which has them Inline: light, dark where the
// system asks for it, and either where the root element's data-theme says so.
func CSS() string {
	return rules("", onWhite, light) + shapes +
		"\n@media (prefers-color-scheme:dark){" + rules(":root:not([data-theme=light]) ", onBlack, dark) + "}\n" +
		rules(":root[data-theme=dark] ", onBlack, dark) + "\n"
}

// Inline is a drawing without its own style, for a page that has CSS.
func Inline(svg []byte) []byte {
	head, rest, ok := bytes.Cut(svg, []byte(styleHead))
	if !ok {
		return svg
	}
	_, tail, _ := bytes.Cut(rest, []byte(styleTail))
	return slices.Concat(head, tail)
}

// group opens what belongs to one arm, so that a page can light it up; ungroup closes it.
func (c *canvas) group(name string) { fmt.Fprintf(c, `<g data-arm="%s">`+"\n", escape(name)) }

func (c *canvas) ungroup() { c.WriteString("</g>\n") }

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

// dots draws several small ones as one element: a line of no length with round ends.
func (c *canvas) dots(xs []float64, y, r float64, class string, opacity float64) {
	var d strings.Builder
	for _, x := range xs {
		d.WriteString("M" + num(x) + " " + num(y) + "h0")
	}
	fmt.Fprintf(c, `<path d="%s" stroke-width="%s" stroke-linecap="round" class="%s" opacity="%s"/>`+"\n", d.String(), num(2*r), class, strings.TrimSuffix(fmt.Sprintf("%.2f", opacity), "0"))
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
