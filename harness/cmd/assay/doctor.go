package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"assay/bench/catalog"
	"assay/bench/plan"
	"assay/harness/campaign"
	"assay/harness/doctor"
	"assay/harness/report"
)

// How long the machine is timed: by doctor, and before a run.
const (
	doctorBudget    = 6 * time.Second
	preflightBudget = time.Second
)

// doctorOptions are the flags of doctor.
type doctorOptions struct {
	aa     bool
	blocks int
	out    string
	asJSON bool
}

func newDoctor(s streams) *cobra.Command {
	var o doctorOptions
	c := &cobra.Command{
		Use:     "doctor",
		GroupID: know,
		Short:   "what this machine can and cannot measure",
		Long: `Doctor reads the machine's limits and times its clock, sleeps, wake-ups and processors, in about
seven seconds: what each means for figures, the largest cells that it can hold, which optional parts
are here, and the command that mends what is short. It changes nothing. A run begins with the same in
a second, and says what its figures will suffer from.

With --aa it also runs one model against its own twin for a minute, and says how large the noise
floor is, the smallest effect that 6, 10 and 16 blocks find, and how many blocks 5 % of CPU per
request needs.

Exit code 1: something is short; 3: the machine does not tell, or the A/A run gave no floor.`,
		Example: `  assay doctor
  assay doctor --aa
  assay doctor --json | jq '.findings[] | select(.level == "short")'`,
		Args: exactly(),
		RunE: func(c *cobra.Command, _ []string) error { return runDoctor(c.Context(), s, o) },
	}
	f := c.Flags()
	f.BoolVar(&o.aa, "aa", false, "measure the noise floor too: goroutine against its twin, a minute")
	f.IntVar(&o.blocks, "blocks", 0, "of the A/A run; 0: as many as a minute has")
	f.StringVar(&o.out, "out", "results/local", "folder in which the A/A run's folder is made")
	f.BoolVar(&o.asJSON, "json", false, "one object; times in ns, shares from 0 to 1")
	return c
}

func runDoctor(ctx context.Context, s streams, o doctorOptions) error {
	switch {
	case o.blocks == 1 || o.blocks < 0:
		return badInput(fmt.Errorf("--blocks %d: one block has no spread; want 2 or more, 6 for an interval by ranks", o.blocks))
	case o.blocks > 0 && !o.aa:
		return badInput(fmt.Errorf("--blocks %d: it belongs to --aa", o.blocks))
	}
	facts, probes, err := examine(ctx, doctorBudget)
	if err != nil {
		return undecided(err)
	}
	if ctx.Err() != nil {
		return context.Canceled
	}
	r := doctor.Report{Facts: facts, Probes: probes, Findings: doctor.Examine(facts, probes), Sizes: doctor.Sizes(facts)}
	var noFloor error
	if o.aa {
		if r.Floors, noFloor = floors(ctx, s, o); errors.Is(noFloor, context.Canceled) {
			return noFloor
		}
	}
	if o.asJSON {
		err = writeJSON(s.out, r)
	} else {
		err = r.Write(s.out)
	}
	switch {
	case err != nil:
		return err
	case noFloor != nil && errors.As(noFloor, new(*exitError)):
		return noFloor
	case noFloor != nil:
		return undecided(noFloor)
	case len(doctor.Shorts(r.Findings)) > 0:
		return &exitError{exitFailed, errors.Join(errQuiet, errors.New(r.Verdict()))}
	}
	return nil
}

func examine(ctx context.Context, budget time.Duration) (doctor.Facts, doctor.Probes, error) {
	host, err := doctor.Here()
	if err != nil {
		return doctor.Facts{}, doctor.Probes{}, err
	}
	facts, err := doctor.Look(host)
	if err != nil {
		return facts, doctor.Probes{}, err
	}
	return facts, doctor.Probe(ctx, host, facts, budget), nil
}

// preflight says before a run, on stderr, what the machine is like and what the
// plan's figures will suffer from. It stops nothing: the gates judge trials.
func preflight(ctx context.Context, s streams, p *plan.Plan) {
	facts, probes, err := examine(ctx, preflightBudget)
	if err != nil {
		fmt.Fprintf(s.err, "warning: the machine was not examined: %v\n", err)
		return
	}
	summary, warnings := doctor.Preflight(facts, probes, p)
	fmt.Fprintln(s.err, strings.Join(append([]string{summary}, warnings...), "\n"))
}

// floors runs the A/A campaign and reads it. Its folder is kept, like any run's.
func floors(ctx context.Context, s streams, o doctorOptions) ([]doctor.Floor, error) {
	models, err := describeModels(ctx)
	if err != nil {
		return nil, err
	}
	p, err := aaPlan(models, o.blocks)
	if err != nil {
		return nil, err
	}
	if err := os.MkdirAll(o.out, 0o755); err != nil {
		return nil, badInput(err)
	}
	outcome, err := carryOut(ctx, s, p, models, campaign.Config{Out: o.out, Label: "doctor-aa"}, o.asJSON)
	if err != nil {
		return nil, err
	}
	run, err := report.Open(outcome.Dir, takes)
	if err != nil {
		return nil, err
	}
	found, err := doctor.Floors(run.Trials)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", outcome.Dir, err)
	}
	return found, nil
}

// aaPlan is profile standard's echo and fanout with goroutine and its twin alone, in as
// many blocks as a minute has.
func aaPlan(models []plan.Model, blocks int) (*plan.Plan, error) {
	p, err := plan.Make(plan.Request{Models: "goroutine", Seed: uint64(time.Now().UnixNano())}, plan.Known{Models: models, Workloads: catalog.All})
	if err != nil {
		return nil, err
	}
	p.Profile = "aa"
	p.Cells = slices.DeleteFunc(p.Cells, func(c plan.Cell) bool { return c.Workload != "echo" && c.Workload != "fanout" })
	if p.Blocks = blocks; blocks == 0 {
		p.Blocks = 1
		p.Blocks = max(6, int(time.Minute/p.Estimate()))
	}
	return p, p.Check()
}
