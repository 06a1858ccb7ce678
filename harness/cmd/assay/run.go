package main

import (
	"context"
	"crypto/rand"
	"encoding/binary"
	"errors"
	"fmt"
	"os"
	"strconv"
	"strings"

	"github.com/spf13/cobra"

	"assay/bench/catalog"
	"assay/bench/plan"
	"assay/harness/campaign"
	"assay/harness/report"
)

// runOptions are the flags of run that are not the plan's.
type runOptions struct {
	request    plan.Request
	set        []string
	out, label string
	resume     bool
	asJSON     bool
	seeded     bool // --seed was given
	dry        bool
}

func newRun(s streams) *cobra.Command {
	var o runOptions
	suites := make(map[string]bool)
	c := &cobra.Command{
		Use:     "run",
		GroupID: measure,
		Short:   "measure and compare models",
		Long: `Run measures every arm in every cell, block by block: in a block each arm gets a fresh process,
all live together, and the load goes round them in short slices. It shows a table of ratios to the
first arm with their intervals, keeps the records in a folder of their own, and prints that folder's
path as the last line. The first model runs twice, under two names: their ratio is the noise floor.

Before the trials, profile full holds all models against the conformance suite (who fails is not
measured), and full and standard hold them against the behaviour cases, which settle claims. A run
that names models, servers or a workload of its own does neither, unless it says --conformance or
--behaviour; --behaviour=false leaves the cases out. --dry-run says how long each part takes.`,
		Example: `  assay run --profile quick
  assay run --workload fanout --set k=3,delay=20ms,cpu=200us --models goroutine,reactor,pool:size=64
  assay run --workload echo --conns 1000 --rate 50% --blocks 10 --models reactor,goroutine
  assay run --server 'mine=./mysvc --port {port}' --url-path /hello --models goroutine
  assay run --profile full --resume
  assay run --profile quick --behaviour`,
		Args: exactly(),
		RunE: func(c *cobra.Command, _ []string) error {
			if err := notZero(c, "blocks", "conns"); err != nil {
				return err
			}
			o.seeded = c.Flags().Changed("seed")
			o.request.Suites = make(map[string]bool)
			for _, name := range []string{plan.Conformance, plan.Behaviour} {
				if c.Flags().Changed(name) {
					o.request.Suites[name] = suites[name]
				}
			}
			return runCampaign(c.Context(), s, o)
		},
	}
	f := c.Flags()
	f.StringVar(&o.request.Profile, "profile", "", "the matrix to start from: "+profileNames()+" (default standard)")
	f.StringVar(&o.request.Models, "models", "", "arms, the first is the baseline: goroutine,reactor,pool:size=64; see assay list models")
	f.StringVar(&o.request.Workload, "workload", "", "measure this one only; see assay list workloads")
	f.StringArrayVar(&o.set, "set", nil, "parameters of the workload: k=3,delay=20ms,cpu=200us")
	f.IntVar(&o.request.Conns, "conns", 0, "connections that carry requests, in every cell")
	f.StringVar(&o.request.Rate, "rate", "", "requests per second, a share of the slowest arm's capacity like 50%, or closed")
	f.IntVar(&o.request.Blocks, "blocks", 0, "replicates of every arm and cell")
	f.Uint64Var(&o.request.Seed, "seed", 0, "of all random orders and schedules (default: drawn, and shown in the report)")
	f.StringArrayVar(&o.request.Servers, "server", nil, "a server of your own: 'mine=./mysvc --port {port}'")
	f.StringVar(&o.request.URLPath, "url-path", "", "what to ask of it, answers unchecked, if it serves no workload")
	for name, what := range map[string]string{
		plan.Conformance: "hold all models against the conformance suite first (default: in profile full)",
		plan.Behaviour:   "hold all models against the behaviour cases first (default: in profiles full and standard)",
	} {
		f.BoolFunc(name, what, func(text string) (err error) {
			suites[name], err = strconv.ParseBool(text)
			return err
		})
	}
	f.StringVar(&o.out, "out", "results/local", "folder in which the run's folder is made")
	f.StringVar(&o.label, "label", "", "part of the run folder's name (default: the profile)")
	f.BoolVar(&o.resume, "resume", false, "go on with the latest unfinished run of the same plan in --out")
	f.BoolVar(&o.dry, "dry-run", false, "say what would be measured and how long it would take, and measure nothing")
	f.BoolVar(&o.asJSON, "json", false, "instead of the table one object, on the line before the path")
	return c
}

func profileNames() string {
	var names []string
	for _, p := range plan.Profiles {
		names = append(names, p.Name)
	}
	return strings.Join(names, ", ")
}

// notZero refuses a number that was given as 0: left out, it is the profile's.
func notZero(c *cobra.Command, flags ...string) error {
	for _, name := range flags {
		if f := c.Flags().Lookup(name); f.Changed && f.Value.String() == "0" {
			return badInput(fmt.Errorf("--%s 0: want 1 or more; without --%s it is the profile's", name, name))
		}
	}
	return nil
}

// longestLabel, in bytes, leaves room for the rest of a file's name, which is 255 at most.
const longestLabel = 100

// runCampaign makes the plan, carries it out and reports it.
func runCampaign(ctx context.Context, s streams, o runOptions) error {
	if o.out == "" {
		return badInput(errors.New("--out is empty: name a folder, like results/local"))
	}
	if len(o.label) > longestLabel {
		return badInput(fmt.Errorf("--label is %d bytes long: want at most %d, as it is part of a folder's name", len(o.label), longestLabel))
	}
	models, err := describeModels(ctx)
	if err != nil {
		return err
	}
	p, err := makePlan(&o, models)
	if err != nil {
		return badInput(err)
	}
	if o.dry {
		return writePlan(s.out, p, o.asJSON)
	}
	if err := refusedOptions(ctx, p.Arms, models); err != nil {
		return err
	}
	preflight(ctx, s, p)
	outcome, err := carryOut(ctx, s, p, models, campaign.Config{Out: o.out, Label: o.label, Resume: o.resume}, o.asJSON)
	if outcome.Dir == "" {
		return err
	}
	return errors.Join(err, conclude(s, o, outcome))
}

// carryOut runs a campaign with its progress shown, and leaves the report to the caller. Of
// the configuration the caller sets where to, under which label, and whether to resume.
func carryOut(ctx context.Context, s streams, p *plan.Plan, models []plan.Model, c campaign.Config, asJSON bool) (campaign.Outcome, error) {
	bin, err := binaries()
	if err != nil {
		return campaign.Outcome{}, err
	}
	self, err := os.Executable()
	if err != nil {
		return campaign.Outcome{}, fmt.Errorf("cannot tell where this executable is: %w", err)
	}
	screen := newScreen(s, p, asJSON)
	c.Plan, c.Models, c.Find, c.Bin, c.Argv = p, models, catalog.Find, bin, append([]string{"assay"}, s.args...)
	c.Backend, c.Generator, c.Sentinel = []string{self, "backend"}, []string{self, "generator"}, []string{self, "sentinel"}
	c.Notify, c.Certificate = screen.notify, certificateOf(self)
	if c.Suites, err = suitesOf(ctx, p, bin); err != nil {
		return campaign.Outcome{}, err
	}
	if c.Sources, err = sources(nil); err != nil {
		return campaign.Outcome{}, err
	}
	outcome, err := campaign.Run(ctx, c)
	screen.progress.done()
	if outcome.Dir == "" && err != nil && ctx.Err() == nil {
		return outcome, badInput(err)
	}
	if outcome.Dir == "" && ctx.Err() != nil {
		return outcome, context.Canceled
	}
	return outcome, err
}

// conclude writes the derived files, shows the card, and says where all is.
func conclude(s streams, o runOptions, outcome campaign.Outcome) (err error) {
	defer func() { fmt.Fprintln(s.out, outcome.Dir) }()
	v, err := openRun(outcome.Dir)
	if err != nil {
		return err
	}
	if err := report.Write(v, outcome.Dir); err != nil {
		return err
	}
	if o.asJSON {
		err = writeLine(s.out, runRecord{outcome.Dir, outcome.OK, outcome.Failed, outcome.NotRun, outcome.NotApplicable, outcome.Complete, v.Contrasts(), v.Grades()})
	} else {
		err = report.Card(s.out, v, outcome.Dir, program)
	}
	if err != nil {
		return err
	}
	return verdict(outcome, v.Grades())
}

// runRecord is a run as a machine reads it.
type runRecord struct {
	Path          string                  `json:"path"`
	OK            int                     `json:"ok"`
	Failed        int                     `json:"failed"`
	NotRun        int                     `json:"not_run"`
	NotApplicable int                     `json:"not_applicable"`
	Complete      bool                    `json:"complete"`
	Contrasts     []report.ContrastRecord `json:"contrasts"`
	Validity      report.Grades           `json:"validity"` // of the trials that were run
}

// verdict is the exit code of an outcome, with words for those that are not 0.
func verdict(o campaign.Outcome, g report.Grades) error {
	code := o.ExitCode()
	switch {
	case code == 0 && g.Invalid > 0:
		return &exitError{exitFailed, fmt.Errorf("%d of %d trials are INVALID and left out: assay validity %s says why", g.Invalid, g.Valid+g.Suspect+g.Invalid, o.Dir)}
	case code == 0:
		return nil
	case o.Interrupted:
		return &exitError{code, errInterrupted}
	case o.Failed > 0:
		return &exitError{code, fmt.Errorf("%d trials failed", o.Failed)}
	case o.OK == 0:
		return &exitError{code, errors.New("nothing could be measured: the reasons are in report.md")}
	}
	return &exitError{code, errors.New("the run is not complete")}
}

// makePlan turns the flags into a plan, with a seed.
func makePlan(o *runOptions, models []plan.Model) (*plan.Plan, error) {
	set, err := parseSet(o.set)
	if err != nil {
		return nil, err
	}
	o.request.Set = set
	if !o.seeded {
		var b [4]byte
		rand.Read(b[:])
		o.request.Seed = uint64(binary.LittleEndian.Uint32(b[:]))
	}
	p, err := plan.Make(o.request, plan.Known{Models: models, Workloads: catalog.All})
	if err != nil {
		return nil, err
	}
	if o.resume && !o.seeded {
		adoptSeed(p, o.out)
	}
	return p, nil
}

// parseSet reads "k=3,delay=20ms,cpu=200us". A piece without "=" belongs to the
// value before it, so that lists can be values.
func parseSet(texts []string) (map[string]string, error) {
	set := make(map[string]string)
	for _, text := range texts {
		last := ""
		for piece := range strings.SplitSeq(text, ",") {
			name, value, ok := strings.Cut(piece, "=")
			switch {
			case ok && name != "":
				if _, twice := set[name]; twice {
					return nil, fmt.Errorf("set %q: %s is set twice", strings.Join(texts, ","), name)
				}
				last, set[name] = name, value
			case last != "" && !ok:
				set[last] += "," + piece
			default:
				return nil, fmt.Errorf("set %q: write parameters as name=value,name=value, like k=3,delay=20ms", text)
			}
		}
	}
	return set, nil
}
