package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"text/tabwriter"

	"github.com/spf13/cobra"

	"assay/bench/plan"
	"assay/harness/conformance"
)

// sideBySide is how many servers are checked at the same time: they mostly wait.
const sideBySide = 4

// manyCases are so many that a log wants to be told how far they are, at each tenth.
const manyCases = 50

// checkOptions are the flags of check.
type checkOptions struct {
	cases     []string
	behaviour bool
	asJSON    bool
	list      bool
	verbose   bool
}

func newCheck(s streams) *cobra.Command {
	var o checkOptions
	c := &cobra.Command{
		Use:     "check [MODEL…] | check -- ARGV…",
		GroupID: measure,
		Short:   "hold servers against the conformance suite",
		Long: `Check starts a server again and again and holds it against a suite of cases over raw bytes:
framing, malformed and oversized input, slow and rude clients, faulty backends, faults in the
handler, draining, running out of descriptors. Without a model it checks all that are built; behind
-- it checks a server of your own that speaks the contract of models/CONTRACT.md.

A case ends with pass, fail, expected-difference (a limit the model declares, or a known difference
of a public server, with the reason) or not-run (the server lacks what the case needs).
Exit code 1 if a case failed.

With --behaviour it runs the behaviour cases instead, which settle claims by observation: does a
counter lose updates, do two tasks deadlock, does a stack show the handler that waits. Such a case
passes when the observation was made; its finding is what was observed, and is no verdict on the server.`,
		Example: `  assay check
  assay check reactor pool:size=8 --json
  assay check thread --case drain,smuggling/chunk-*
  assay check --list
  assay check --behaviour coroutine thread
  assay check --behaviour --case behaviour/counter-* --json
  assay check -- ./mysvc --workers 4`,
		RunE: func(c *cobra.Command, args []string) error {
			if c.Flags().Changed("case") && len(o.cases) == 0 {
				return badInput(errors.New("--case is empty; assay check --list names the cases"))
			}
			cases, err := conformance.Choose(o.table(), o.cases)
			if err != nil {
				return badInput(err)
			}
			if o.list {
				return listCases(s.out, cases, o.asJSON)
			}
			targets, err := checkTargets(c, args, o.behaviour)
			if err != nil {
				return err
			}
			return check(c.Context(), s, targets, cases, o)
		},
	}
	f := c.Flags()
	f.StringSliceVar(&o.cases, "case", nil, "only these cases: a name, a group, or a name with *")
	f.BoolVar(&o.behaviour, "behaviour", false, "the behaviour cases, each with a finding")
	f.BoolVar(&o.asJSON, "json", false, "an object a line for each case, as it ends")
	f.BoolVar(&o.list, "list", false, "the cases, and what each is about")
	f.BoolVarP(&o.verbose, "verbose", "v", false, "also the cases that passed or were not run")
	return c
}

// table is the cases that there are to choose from.
func (o *checkOptions) table() []conformance.Case {
	if o.behaviour {
		return conformance.BehaviourCases()
	}
	return conformance.Cases
}

// checkTargets are the servers that the arguments name.
func checkTargets(c *cobra.Command, args []string, behaviour bool) ([]conformance.Target, error) {
	if dash := c.ArgsLenAtDash(); dash >= 0 {
		if dash > 0 || len(args) == 0 {
			return nil, badInput(errors.New("check takes models, or a server's own command behind --: assay check -- ./mysvc --workers 4"))
		}
		if _, err := exec.LookPath(args[0]); err != nil && !errors.Is(err, exec.ErrDot) {
			return nil, badInput(err)
		}
		return []conformance.Target{{Name: filepath.Base(args[0]), Argv: args}}, nil
	}
	find := describeModels
	if behaviour {
		find = describeBehaving
	}
	models, err := find(c.Context())
	if err != nil {
		return nil, err
	}
	dir, err := binaries()
	if err != nil {
		return nil, err
	}
	var targets []conformance.Target
	if len(args) == 0 {
		for _, m := range models {
			targets = append(targets, conformance.Describe(m, dir))
		}
		return targets, nil
	}
	arms, err := plan.ParseArms(strings.Join(args, ","), models)
	if err != nil {
		return nil, badInput(err)
	}
	if !behaviour {
		if err := refusedOptions(c.Context(), arms, models); err != nil {
			return nil, err
		}
	}
	for _, arm := range arms {
		m, err := plan.FindModel(arm.Model, models)
		if err != nil {
			return nil, badInput(err)
		}
		t := conformance.Describe(m, dir)
		t.Options = plan.OptionList(arm.Options)
		targets = append(targets, t)
	}
	return targets, nil
}

// checker gathers what several runs report at the same time.
type checker struct {
	mu       sync.Mutex
	out      io.Writer
	asJSON   bool
	progress *progress
	total    int // cases, over all servers
	done     int
	failed   int
	broken   error // of out
}

// result is told of a case that has ended.
func (k *checker) result(r conformance.Result) {
	k.mu.Lock()
	defer k.mu.Unlock()
	k.done++
	if r.Outcome == conformance.Fail {
		k.failed++
	}
	where := fmt.Sprintf("%d of %d cases, %d failed", k.done, k.total, k.failed)
	if k.progress.place > 0 {
		k.progress.show(fmt.Sprintf("%s  %s %s", where, r.Model, r.Case))
	} else if k.total >= manyCases && k.done*10/k.total > (k.done-1)*10/k.total {
		k.progress.line(where)
	}
	if k.asJSON && k.broken == nil {
		k.broken = json.NewEncoder(k.out).Encode(r)
	}
}

// check runs the cases against the targets, some side by side, and prints what
// came of it in the targets' order.
func check(ctx context.Context, s streams, targets []conformance.Target, cases []conformance.Case, o checkOptions) error {
	k := &checker{out: s.out, asJSON: o.asJSON, progress: newProgress(s.err), total: len(cases) * len(targets)}
	defer k.progress.done()
	errs := make([]error, len(targets))
	done := make([]chan []conformance.Result, len(targets))
	places := make(chan struct{}, sideBySide)
	servers := "1 server"
	if n := len(targets); n != 1 {
		servers = fmt.Sprintf("%d servers", n)
	}
	fmt.Fprintf(s.err, "%d cases, %s\n", len(cases), servers)
	for i, t := range targets {
		done[i] = make(chan []conformance.Result, 1)
		go func() {
			places <- struct{}{}
			defer func() { <-places }()
			var results []conformance.Result
			errs[i] = conformance.Run(ctx, t, cases, func(r conformance.Result) {
				results = append(results, r)
				k.result(r)
			})
			done[i] <- results
		}()
	}
	for i := range targets {
		results := <-done[i]
		interrupted := ctx.Err() != nil && len(results) > 0 // what is known by then is shown
		if !o.asJSON && (errs[i] == nil || interrupted) {
			k.write(s.out, targets[i], results, o)
		}
	}
	if ctx.Err() != nil {
		return ctx.Err()
	}
	if err := errors.Join(append(errs, k.broken)...); err != nil {
		return err
	}
	if k.failed > 0 {
		return fmt.Errorf("%d of %d cases failed", k.failed, len(cases)*len(targets))
	}
	return nil
}

// write takes the progress back while it prints a server's lines.
func (k *checker) write(w io.Writer, target conformance.Target, results []conformance.Result, o checkOptions) {
	k.mu.Lock()
	defer k.mu.Unlock()
	k.progress.done()
	if o.behaviour {
		writeBehaved(w, target, results)
		return
	}
	writeChecked(w, target.Label(), results, o.verbose)
}

// writeChecked prints a line of counts for a server and one for each case that
// did not simply pass.
func writeChecked(w io.Writer, label string, results []conformance.Result, verbose bool) {
	counts := make(map[conformance.Outcome]int)
	for _, r := range results {
		counts[r.Outcome]++
	}
	fmt.Fprintf(w, "%-12s %d pass", label, counts[conformance.Pass])
	for _, o := range []conformance.Outcome{conformance.Fail, conformance.Expected, conformance.NotRun} {
		if n := counts[o]; n > 0 {
			fmt.Fprintf(w, ", %d %s", n, o)
		}
	}
	fmt.Fprintln(w)
	for _, r := range results {
		switch {
		case r.Outcome == conformance.Fail, r.Outcome == conformance.Expected:
		case !verbose:
			continue
		}
		fmt.Fprintf(w, "  %-19s %s", r.Outcome, r.Case)
		if r.Detail != "" {
			fmt.Fprintf(w, ": %s", r.Detail)
		}
		fmt.Fprintln(w)
	}
}

// listedCase is a case as --list names it; claims and findings are those of a behaviour case.
type listedCase struct {
	Name     string   `json:"name"`
	Doc      string   `json:"doc"`
	Claims   []string `json:"claims,omitempty"`
	Findings []string `json:"findings,omitempty"`
}

func listCases(w io.Writer, table []conformance.Case, asJSON bool) error {
	rows := make([]listedCase, len(table))
	for i, c := range table {
		b, _ := conformance.FindBehaviour(c.Name)
		rows[i] = listedCase{c.Name, c.Doc, b.Claims, b.Findings}
	}
	if asJSON {
		return writeJSON(w, rows)
	}
	t := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	for _, r := range rows {
		fmt.Fprintf(t, "%s\t%s\n", r.Name, r.Doc)
	}
	return t.Flush()
}
