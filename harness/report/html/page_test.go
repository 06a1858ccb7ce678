package html

import (
	"bytes"
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"regexp"
	"strings"
	"testing"

	"assay/harness/report/chart"
)

const hostile = `</title></style></script><script>alert(1)</script><img src=x onerror=alert(2)>"'` + "`{{.}}"

// filled is a page with every kind of block, and a text in every place for one.
func filled(text string) *Page {
	svg := chart.Forest{Title: text, Caption: text, Rows: []string{text}, Panels: []chart.Panel{{Title: text, Marks: []chart.Mark{{Center: 2, Lo: 1, Hi: 3, Text: text}}}}}.SVG()
	f := Figure{SVG: svg, Alt: text, File: "a.svg"}
	t := &Table{Caption: text, Head: []string{text, text}, Filter: true, Left: 3, Where: text, Rows: [][]Field{{{Text: text, Href: "#one"}, {Text: text, Key: text}}}}
	return &Page{
		Title: text, Subtitle: text, Alarm: text, Said: []Term{{Name: text, Text: text, Href: "#one", Key: text}}, Lead: []Figure{f},
		Cards: []Card{{text, text, text, "#one"}}, Arms: []Legend{{text, 1}},
		Sections: []Section{{ID: "one", Title: text, Blocks: []Block{
			{Head: text},
			{Text: text},
			{Note: text},
			{Code: text},
			{Terms: []Term{{Name: text, Text: text}}},
			{Table: t},
			{Row: []Figure{f, {Alt: text, Missing: text}}},
			{Aside: []Listing{{text, text}}},
			{Folded: &Folded{Summary: text, Blocks: []Block{{Text: text}}}},
		}}, {ID: "two", Title: text, Sub: true}},
	}
}

func rendered(t *testing.T, p *Page) string {
	t.Helper()
	b, err := Render(p)
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}

func TestHostileTextIsEscaped(t *testing.T) {
	harmless, hurt := rendered(t, filled("words")), rendered(t, filled(hostile))
	for _, tag := range []string{"<script", "<img", "</style", "</title", "<svg"} {
		if got, want := strings.Count(hurt, tag), strings.Count(harmless, tag); got != want {
			t.Errorf("%s stands %d times in a page of hostile text, %d times in one of plain words", tag, got, want)
		}
	}
	if strings.Contains(hurt, "<img src=x") {
		t.Error("hostile text became an element")
	}
}

// There are more arms than colours: those beyond the last have one all the same, in the legend too.
func TestEveryArmHasAColour(t *testing.T) {
	p := filled("words")
	p.Arms = nil
	for i := range 20 {
		p.Arms = append(p.Arms, Legend{fmt.Sprint("arm", i), i})
	}
	text := rendered(t, p)
	for _, fill := range regexp.MustCompile(`<circle cx="6"[^>]* class="(f\d+)"`).FindAllStringSubmatch(text, -1) {
		if !strings.Contains(text, "."+fill[1]+"{fill:") {
			t.Errorf("class %s has no colour", fill[1])
		}
	}
}

// Nothing may be asked of a network: no address, and no element that loads.
func TestPageAsksNothing(t *testing.T) {
	b := rendered(t, filled("words"))
	b = strings.ReplaceAll(b, "http://www.w3.org/2000/svg", "") // a name, not an address
	for _, bad := range []string{"http:", "https:", "//cdn", "url(", "@import", "<link rel=\"stylesheet", " src=", "fetch(", "XMLHttp"} {
		if strings.Contains(b, bad) {
			t.Errorf("the page has %q", bad)
		}
	}
	if !strings.Contains(b, "default-src 'none'") {
		t.Error("the page does not forbid itself the network")
	}
}

// Every element is closed, so that a browser sees what was written.
func TestElementsAreClosed(t *testing.T) {
	b := rendered(t, filled("words"))
	b = regexp.MustCompile(`(?s)<(script|style)>.*?</(script|style)>`).ReplaceAllString(b, "")
	b = regexp.MustCompile(` (hidden|disabled)([ >])`).ReplaceAllString(b, ` $1=""$2`)
	b = strings.Replace(b, "<!DOCTYPE html>", "", 1)
	b = regexp.MustCompile(`<(meta|link|input)([^>]*)>`).ReplaceAllString(b, `<$1$2/>`)
	d := xml.NewDecoder(strings.NewReader(b))
	d.Entity = xml.HTMLEntity
	for {
		if _, err := d.Token(); errors.Is(err, io.EOF) {
			return
		} else if err != nil {
			line, _ := d.InputPos()
			t.Fatalf("%v; near %q", err, strings.Split(b, "\n")[max(0, line-1)])
		}
	}
}

func TestControlsOfTheScriptAreHiddenWithoutIt(t *testing.T) {
	b := rendered(t, filled("words"))
	for _, control := range []string{`<button id="theme" type="button" hidden>`, `<form class="filter" hidden>`} {
		if !strings.Contains(b, control) {
			t.Errorf("the page lacks %s", control)
		}
	}
}

func TestLinksLeadSomewhere(t *testing.T) {
	b := rendered(t, filled("words"))
	for _, m := range regexp.MustCompile(`href="#([^"]+)"`).FindAllStringSubmatch(b, -1) {
		if !strings.Contains(b, `id="`+m[1]+`"`) {
			t.Errorf("#%s is nowhere", m[1])
		}
	}
}

func TestDrawingsBeyondTheBudgetAreNamed(t *testing.T) {
	big := Figure{SVG: append(bytes.Repeat([]byte("<g></g>"), mostDrawn/14+1), '\n'), Alt: "a big one", File: "big.svg"}
	p := &Page{Sections: []Section{{ID: "s", Title: "s", Blocks: []Block{{Row: []Figure{big, big, big}}}}}}
	b := rendered(t, p)
	if n := strings.Count(b, "<figure"); n != 1 {
		t.Errorf("got %d drawings, want 1 within the budget", n)
	}
	if n := strings.Count(b, "to keep this page small"); n != 2 {
		t.Errorf("got %d drawings named as left out, want 2", n)
	}
}

func TestMissingFigureIsSaid(t *testing.T) {
	b := rendered(t, &Page{Lead: []Figure{{Alt: "latency", Missing: "one block only"}}})
	if strings.Contains(b, "<figure") || !strings.Contains(b, "latency: one block only") {
		t.Error("a figure that is missing is not said in its place")
	}
}

// Many words take the room of drawings; the page is made all the same.
func TestWordsTakeTheRoomOfDrawings(t *testing.T) {
	p := filled("words")
	svg := []byte("<svg>" + strings.Repeat(" ", 9_000) + "</svg>")
	for range 150 {
		p.Lead = append(p.Lead, Figure{SVG: svg, Alt: "a picture", File: "a.svg"})
	}
	p.Sections[0].Blocks = append(p.Sections[0].Blocks, Block{Text: strings.Repeat("words ", 120_000)})
	text := rendered(t, p)
	if n := strings.Count(text, "not drawn here"); len(text) > Most || n == 0 || n == 150 {
		t.Errorf("%d bytes, %d of 150 drawings left out", len(text), n)
	}
}
