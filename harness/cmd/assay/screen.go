package main

import (
	"encoding/json"
	"fmt"
	"io"
	"time"

	"assay/bench/plan"
	"assay/harness/campaign"
	"assay/harness/report"
	"assay/harness/trial"
)

// screen shows a run while it goes on: the header, then a line in place on a
// terminal, or a line per block and cell elsewhere.
type screen struct {
	head     io.Writer
	progress *progress
	plan     *plan.Plan
	stage    string // block and cell last said as a plain line
}

// newScreen shows on stdout what belongs to the result; with JSON there, all on stderr.
func newScreen(s streams, p *plan.Plan, asJSON bool) *screen {
	x := &screen{head: s.out, progress: newProgress(s.err), plan: p}
	if asJSON {
		x.head = s.err
	}
	return x
}

func (x *screen) notify(e campaign.Event) {
	switch e.Kind {
	case campaign.Began:
		place := report.Placement{Server: e.Placement.Server, Load: e.Placement.Load, Shared: e.Placement.Shared}
		fmt.Fprintln(x.head, report.Header(x.plan, place))
	case campaign.Noted:
		x.progress.line(e.Text)
	case campaign.Working:
		x.working(e)
	case campaign.Holding:
		x.holding(e)
	case campaign.Held:
		x.progress.line(e.Suite + ": " + e.Text)
	case campaign.Trial:
		if t := e.Trial; t.Status == trial.Failed {
			x.progress.line(fmt.Sprintf("failed: %s in %s, block %d: %s", t.Arm, t.Cell, t.Block+1, t.Reason))
		}
	}
}

func (x *screen) working(e campaign.Event) {
	left := clock(e.Left)
	if x.progress.place > 0 {
		x.progress.show(fmt.Sprintf("block %d/%d  %-14s %s  %s  %s left", e.Block+1, e.Blocks, e.Arm, e.Cell, e.Text, left))
		return
	}
	if stage := fmt.Sprintf("block %d/%d  %s", e.Block+1, e.Blocks, e.Cell); stage != x.stage {
		x.stage = stage
		x.progress.line(stage + "  " + left + " left")
	}
}

// holding shows how far a suite is; on plain paper once, when it begins.
func (x *screen) holding(e campaign.Event) {
	if x.progress.place > 0 {
		x.progress.show(fmt.Sprintf("%s  %s  %s left", e.Suite, e.Text, clock(e.Left)))
	} else if e.Suite != x.stage {
		x.stage = e.Suite
		x.progress.line(e.Suite + " of all models first, " + plan.About(plan.SuiteEstimate(e.Suite)))
	}
}

// clock writes 1:02, or 1:02:03 from an hour up.
func clock(d time.Duration) string {
	s := int(d.Round(time.Second).Seconds())
	if s < 3600 {
		return fmt.Sprintf("%d:%02d", s/60, s%60)
	}
	return fmt.Sprintf("%d:%02d:%02d", s/3600, s/60%60, s%60)
}

// writeLine writes one value as one line.
func writeLine(w io.Writer, v any) error { return json.NewEncoder(w).Encode(v) }
