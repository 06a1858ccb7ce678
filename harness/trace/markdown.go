package trace

import (
	"fmt"
	"io"
	"slices"
	"strings"
)

// WriteMarkdown writes what servers did per request, a row a server, so that many of them
// fit: totals first, then which system calls, the most frequent first. The error is w's.
func WriteMarkdown(w io.Writer, all []Tally) error {
	var b strings.Builder
	b.WriteString("| per request | system calls | switches | of them to wait | allocations | which calls |\n|---|--:|--:|--:|--:|---|\n")
	for i := range all {
		t := &all[i]
		switches, waits := "?", "?"
		if t.Switched {
			switches, waits = fmt.Sprintf("%.2f", t.Switches), fmt.Sprintf("%.2f", t.Waits)
		}
		fmt.Fprintf(&b, "| %s | %.2f | %s | %s | %s | %s |\n", t.Model, t.Calls, switches, waits, t.allocations(), t.calls())
	}
	_, err := io.WriteString(w, b.String())
	return err
}

// rare is how often a request makes a call that is not worth naming.
const rare = 0.005

// calls names the system calls of a request, the most frequent first.
func (t *Tally) calls() string {
	names := slices.DeleteFunc(Names([]Tally{*t}), func(name string) bool { return t.ByName[name] < rare })
	for i, name := range names {
		names[i] = fmt.Sprintf("%s %.2f", name, t.ByName[name])
	}
	return strings.Join(names, ", ")
}

// allocations is Allocations for a table: – where nobody knows.
func (t *Tally) allocations() string {
	if t.Allocations == nil {
		return "–"
	}
	return fmt.Sprintf("%.2f", *t.Allocations)
}
