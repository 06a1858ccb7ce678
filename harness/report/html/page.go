package html

import (
	"bytes"
	_ "embed"
	"fmt"
	"html/template"

	"assay/harness/report/chart"
)

// Page is a whole report.
type Page struct {
	Title    string // of the window
	Head     string // of the page; "": Title
	Subtitle string
	Alarm    string   // said at the top if not empty: the run is not whole
	Cards    []Card   // the first screen, in this order
	Said     []Term   // what it comes to, in a sentence each
	Lead     []Figure // the most telling pictures
	Arms     []Legend // that the legend lights up
	Sections []Section
}

// Card is one short statement.
type Card struct {
	Name, Value, Note string
	Href              string // "#id" of where more is said; may be empty
}

// Legend is one arm's name and colour.
type Legend struct {
	Name   string
	Colour int
}

// Section is a heading with blocks. Those with Sub set stand one level lower.
type Section struct {
	ID, Title string
	Sub       bool
	Blocks    []Block
}

// Block is one thing of a section; exactly one field is set.
type Block struct {
	Head   string // a heading within the section
	Text   string // a paragraph
	Note   string // a paragraph that says that something is missing
	Code   string // a command
	Terms  []Term
	Table  *Table
	Row    []Figure // figures side by side, as many as fit
	Aside  []Listing
	Folded *Folded
}

// Term is a name with what is said of it. On the first screen it may have a link, "#id", and a Key: the outcome
// of a verdict.
type Term struct{ Name, Text, Href, Key string }

// Listing is source code, beside others.
type Listing struct{ Title, Text string }

// Folded are blocks that open on a click.
type Folded struct {
	Summary string
	Blocks  []Block
}

// Table is a table; Filter gives it a field to search in and, if its fields have
// Keys, a choice of them.
type Table struct {
	Caption string
	Head    []string
	Rows    [][]Field
	Words   bool // all columns are text; else all but the first are figures
	Filter  bool
	Left    int    // rows that were left out
	Where   string // has them
}

// Field is one field of a table.
type Field struct {
	Text string
	Href string // "#id"; may be empty
	Key  string // a word that marks the row: the outcome of a verdict
}

// Figure is a drawing, or why there is none.
type Figure struct {
	SVG     []byte // by package chart
	File    string // beside report.md, with the same drawing; may be empty
	Alt     string
	Missing string // instead of a drawing
}

// Most is how many bytes a page may have, and mostDrawn how many of them may be drawings.
const (
	Most      = 1_500_000
	mostDrawn = 1_000_000
)

var (
	//go:embed page.tmpl
	layout string
	//go:embed page.css
	css string
	//go:embed page.js
	script string
)

var page = template.Must(template.New("page").Funcs(template.FuncMap{
	"figures": func(t *Table, column int) string {
		if !t.Words && column > 0 {
			return "n"
		}
		return ""
	},
	"keys": keys,
	"fill": chart.Fill,
	"pair": func(root *rendering, it any) any {
		return struct {
			Root *rendering
			It   any
		}{root, it}
	},
	"key": func(row []Field) string {
		for _, f := range row {
			if f.Key != "" {
				return f.Key
			}
		}
		return ""
	},
}).Parse(layout))

// Render writes the page; of one with many words fewer drawings are shown. The error is that of a page
// whose words alone are beyond Most bytes, which its maker may not give.
func Render(p *Page) ([]byte, error) {
	b, err := render(p, mostDrawn)
	if over := len(b) - Most; err == nil && over > 0 && over < mostDrawn {
		const notes = 20_000 // what stands where drawings were takes room too
		b, err = render(p, mostDrawn-over-notes)
	}
	if err == nil && len(b) > Most {
		return nil, fmt.Errorf("report.html would have %d bytes, the most is %d", len(b), Most)
	}
	return b, err
}

// render writes the page with at most room bytes of drawings.
func render(p *Page, room int) ([]byte, error) {
	r := rendering{Page: p, CSS: template.CSS(chart.CSS() + css), Script: template.JS(script), room: room}
	var b bytes.Buffer
	if err := page.Execute(&b, &r); err != nil {
		return nil, fmt.Errorf("report.html: %w", err)
	}
	return b.Bytes(), nil
}

// rendering is a page with what the template needs beside it.
type rendering struct {
	*Page
	CSS    template.CSS
	Script template.JS
	room   int // bytes that drawings may have
	drawn  int // bytes of them so far
}

// Draw gives a figure's drawing while the budget lasts, "" beyond.
func (r *rendering) Draw(f Figure) template.HTML {
	svg := chart.Inline(f.SVG)
	if len(svg) == 0 || r.drawn+len(svg) > r.room {
		return ""
	}
	r.drawn += len(svg)
	return template.HTML(svg) // package chart escapes what it is given
}

// keys are those of a table's rows, each once.
func keys(t *Table) []string {
	var out []string
	seen := map[string]bool{"": true}
	for _, row := range t.Rows {
		for _, f := range row {
			if !seen[f.Key] {
				seen[f.Key] = true
				out = append(out, f.Key)
			}
		}
	}
	return out
}
