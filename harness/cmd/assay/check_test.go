package main

import (
	"bytes"
	"context"
	"strings"
	"testing"

	"assay/harness/conformance"
)

// A log is told ten times how far many cases are, and nothing of few.
func TestCheckTellsALogHowFarItIs(t *testing.T) {
	for total, want := range map[int]int{200: 10, 5: 0} {
		var log bytes.Buffer
		k := &checker{progress: newProgress(&log), total: total}
		for range total {
			k.result(conformance.Result{Outcome: conformance.Pass})
		}
		if got := strings.Count(log.String(), " cases, 0 failed\n"); got != want {
			t.Errorf("%d cases: %d lines, want %d:\n%s", total, got, want, log.String())
		}
	}
}

// Ctrl-C in the middle of many cases leaves on the screen what those before it found.
func TestInterruptedCheckShowsWhatItFound(t *testing.T) {
	t.Setenv("ASSAY_BIN", buildModels(t))
	ctx, cancel := context.WithCancel(t.Context())
	var out bytes.Buffer
	s := streams{out: &out, err: cancelling{cancel}}
	dir, err := binaries()
	if err != nil {
		t.Fatal(err)
	}
	models, err := describeModels(ctx)
	if err != nil {
		t.Fatal(err)
	}
	if err := check(ctx, s, []conformance.Target{conformance.Describe(models[0], dir)}, conformance.Cases, checkOptions{}); err == nil {
		t.Error("an interrupted check returned no error")
	}
	if !strings.Contains(out.String(), " pass") {
		t.Errorf("shown: %q", out.String())
	}
}

// cancelling ends a check when it says how far it is.
type cancelling struct{ cancel func() }

func (c cancelling) Write(p []byte) (int, error) {
	if strings.Contains(string(p), " cases, ") && strings.Contains(string(p), " of ") {
		c.cancel()
	}
	return len(p), nil
}
