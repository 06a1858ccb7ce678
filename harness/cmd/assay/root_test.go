package main

import (
	"bytes"
	"strings"
	"testing"
	"time"

	"github.com/spf13/cobra"
)

func everyVerb() []*cobra.Command {
	var all []*cobra.Command
	for _, c := range newRoot(streams{}).Commands() {
		if c.Name() != "help" && c.Name() != "completion" {
			all = append(all, c)
		}
	}
	return all
}

func TestEveryVerbHasExamplesAndAGroup(t *testing.T) {
	for _, c := range everyVerb() {
		if c.Example == "" || c.Short == "" {
			t.Errorf("%s has no examples or no description", c.Name())
		}
		if !c.Hidden && c.GroupID == "" {
			t.Errorf("%s stands in no group of the help", c.Name())
		}
	}
}

// Each example parses: its verb exists, and so do its flags.
func TestExamplesParse(t *testing.T) {
	for _, c := range append(everyVerb(), newRoot(streams{})) {
		for line := range strings.SplitSeq(c.Example, "\n") {
			line, _, _ = strings.Cut(strings.TrimSpace(line), " | ")
			line, _, _ = strings.Cut(line, " < ")
			words, ok := strings.CutPrefix(line, "assay ")
			if !ok {
				continue // another tool beside it
			}
			root := newRoot(streams{})
			args := split(words)
			verb, rest, err := root.Find(args)
			if err != nil || verb == root {
				t.Errorf("%s: %q: no such verb: %v", c.Name(), line, err)
				continue
			}
			if verb.DisableFlagParsing {
				continue
			}
			if err := verb.ParseFlags(rest); err != nil {
				t.Errorf("%s: %q: %v", c.Name(), line, err)
			} else if err := verb.ValidateArgs(verb.Flags().Args()); err != nil {
				t.Errorf("%s: %q: %v", c.Name(), line, err)
			}
		}
	}
}

// split knows single quotes, as the examples use them.
func split(s string) []string {
	var words []string
	for i, part := range strings.Split(s, "'") {
		if i%2 == 1 {
			words = append(words, part)
		} else {
			words = append(words, strings.Fields(part)...)
		}
	}
	return words
}

func TestClock(t *testing.T) {
	for in, want := range map[time.Duration]string{
		62 * time.Second:       "1:02",
		400 * time.Millisecond: "0:00",
		3723 * time.Second:     "1:02:03",
	} {
		if got := clock(in); got != want {
			t.Errorf("%v: got %s, want %s", in, got, want)
		}
	}
}

func TestProgressIsPlainWhereThereIsNoTerminal(t *testing.T) {
	var b bytes.Buffer
	p := newProgress(&b)
	p.show("in place")
	p.line("stays ")
	p.done()
	if got := b.String(); got != "stays\n" {
		t.Errorf("got %q", got)
	}
	b.Reset()
	p.place = 10
	p.show("longer than ten columns")
	p.line("stays")
	if got := b.String(); got != "\rlonger th\x1b[K\r\x1b[Kstays\n" {
		t.Errorf("on a terminal: got %q", got)
	}
}

func TestParseSet(t *testing.T) {
	got, err := parseSet([]string{"k=3,delay=20ms,30ms", "cpu=200us"})
	if err != nil || got["k"] != "3" || got["delay"] != "20ms,30ms" || got["cpu"] != "200us" {
		t.Errorf("got %v, %v", got, err)
	}
}
