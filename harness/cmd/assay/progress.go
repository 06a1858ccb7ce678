package main

import (
	"fmt"
	"io"
	"os"
	"strings"

	"golang.org/x/term"
)

// progress shows where a long verb is: in place on a terminal, and elsewhere as
// plain lines, each once.
type progress struct {
	w     io.Writer
	place int // columns of the terminal; 0: not a terminal
	shown string
}

// newProgress looks whether w is a terminal.
func newProgress(w io.Writer) *progress {
	p := &progress{w: w}
	if f, ok := w.(*os.File); ok && term.IsTerminal(int(f.Fd())) {
		p.place = 80
		if width, _, err := term.GetSize(int(f.Fd())); err == nil && width > 0 {
			p.place = width
		}
	}
	return p
}

// show replaces the line on a terminal; elsewhere it does nothing: see line.
func (p *progress) show(s string) {
	if p.place == 0 {
		return
	}
	r := []rune(s)
	if len(r) >= p.place {
		r = r[:p.place-1] // a wrapped line could not be taken back
	}
	fmt.Fprintf(p.w, "\r%s\x1b[K", string(r))
	p.shown = s
}

// line says something that stays.
func (p *progress) line(s string) {
	p.done()
	fmt.Fprintln(p.w, strings.TrimRight(s, " "))
}

// done takes the line in place back.
func (p *progress) done() {
	if p.shown != "" {
		fmt.Fprint(p.w, "\r\x1b[K")
		p.shown = ""
	}
}
