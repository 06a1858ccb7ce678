package main

import (
	"errors"
	"math"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"time"

	"github.com/rogpeppe/go-internal/testscript"

	"assay/harness/journal"
	"assay/harness/report/reporttest"
	"assay/harness/trial"
)

// harms are what may be wrong with records that are whole, by name.
var harms = map[string]func(*trial.Trial){
	"no-requests": inSlices(func(s *trial.Slice) {
		s.Load = trial.LoadFigures{Offered: s.Load.Offered, Classes: []trial.ClassFigures{}}
	}),
	"unequal": func(t *trial.Trial) {
		if t.Arm == "reactor" && t.Block > 3 || t.Arm == "thread" && t.Block == 0 {
			t.Status, t.Reason, t.Slices, t.MemoryOf = trial.Failed, "the server died", nil, nil
		}
	},
	"no-length":    inSlices(func(s *trial.Slice) { s.Length = 0 }),
	"no-histogram": inSlices(func(s *trial.Slice) { s.Load.Classes[0].Response = "HISTFAAAABx4nJNpmSzMwMDAxQABzFCaEUoz" }),
	"overflow":     inSlices(func(s *trial.Slice) { s.Length, s.ServerCPU = math.MaxInt64, math.MinInt64 }),
}

func inSlices(harm func(*trial.Slice)) func(*trial.Trial) {
	return func(t *trial.Trial) {
		for i := range t.Slices {
			harm(&t.Slices[i])
		}
	}
}

// harmed writes a made-up run with something wrong in it, and sets the variable to its
// folder: harmed VARIABLE HARM.
func harmed(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 2 || harms[args[1]] == nil {
		ts.Fatalf("usage: harmed VARIABLE HARM")
	}
	m, trials := reporttest.Usual().Run()
	j, err := journal.Create(ts.MkAbs("."), m)
	ts.Check(err)
	for i := range trials {
		harms[args[1]](&trials[i])
		ts.Check(j.Append(&trials[i]))
	}
	ts.Check(j.Finish(journal.Complete, reporttest.Began.Add(time.Minute)))
	ts.Setenv(args[0], filepath.Base(j.Dir))
}

// everyReader wants every verb that reads a run to refuse this one within a minute, in words that
// match the expression: everyreader DIR EXPRESSION.
func everyReader(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 2 {
		ts.Fatalf("usage: everyreader DIR EXPRESSION")
	}
	dir, says := args[0], regexp.MustCompile(args[1])
	for _, verb := range [][]string{
		{"report", dir},
		{"report", dir, "--json"},
		{"compare", dir, ts.Getenv("GOOD")},
		{"compare", ts.Getenv("GOOD"), dir},
		{"verify", dir},
	} {
		done := time.AfterFunc(time.Minute, func() { ts.Fatalf("assay %v does not end", verb) })
		err := ts.Exec("assay", verb...)
		done.Stop()
		var exit *exec.ExitError
		said := ts.ReadFile("stdout") + ts.ReadFile("stderr")
		switch {
		case !errors.As(err, &exit):
			ts.Fatalf("assay %v accepts it", verb)
		case exit.ExitCode() != exitBadInput && (verb[0] != "verify" || exit.ExitCode() != exitFailed):
			ts.Fatalf("assay %v: exit code %d", verb, exit.ExitCode())
		case !says.MatchString(said) || strings.Contains(said, "panic"):
			ts.Fatalf("assay %v says %q, want %s", verb, said, says)
		}
	}
}
