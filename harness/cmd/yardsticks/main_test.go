package main

import (
	"bytes"
	"context"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

func TestBadInput(t *testing.T) {
	for _, c := range []struct {
		args string
		want string
	}{
		{"-parts server", `did you mean "servers"`},
		{"-blocks 0", "must be above 0"},
		{"-attack 10ms", "at least 1s"},
		{"stray", "only flags"},
		{"-no-such-flag", "not defined"},
		{"-table -out nowhere", "nowhere"},
	} {
		var said bytes.Buffer
		err := run(context.Background(), strings.Fields(c.args), nil, &said, &said)
		var bad badInput
		if !errors.As(err, &bad) || !strings.Contains(err.Error(), c.want) || exitCode(context.Background(), err) != 2 {
			t.Errorf("%s: %v, want bad input that says %q", c.args, err, c.want)
		}
	}
}

// The table is a pure function of the samples.
func TestTableOfSamples(t *testing.T) {
	dir := t.TempDir()
	lines := `{"header":{"command":"bin/yardsticks -blocks 1","machine":["a machine"]}}
{"part":"closed-loop","group":"64 connections","arm":"assay","values":{"rate":99000}}
{"part":"closed-loop","group":"64 connections","arm":"wrk","values":{"rate":100000}}
`
	if err := os.WriteFile(filepath.Join(dir, "samples.jsonl"), []byte(lines), 0o644); err != nil {
		t.Fatal(err)
	}
	var first string
	for range 2 {
		var out bytes.Buffer
		if err := run(context.Background(), []string{"-table", "-out", dir}, nil, &out, &out); err != nil {
			t.Fatal(err)
		}
		text, err := os.ReadFile(filepath.Join(dir, "README.md"))
		if err != nil || !strings.Contains(string(text), "× 0.990") || !strings.Contains(string(text), "a machine") {
			t.Fatalf("README.md: %v\n%s", err, text)
		}
		if first == "" {
			first = string(text)
		}
		if string(text) != first {
			t.Error("the same samples give another table")
		}
	}
}
