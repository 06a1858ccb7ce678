package report

import (
	"testing"

	"assay/harness/report/reporttest"
)

const (
	fanoutCell = reporttest.FanoutCell
	ladderCell = reporttest.LadderCell
)

// made is a made-up run as the reports read it.
func made(m reporttest.Made) *Run {
	manifest, trials := m.Run()
	return FromManifest(&manifest, trials, func(workload, param string) bool { return workload == "fanout" && param == "cpu" })
}

func usual() *Run { return made(reporttest.Usual()) }

func view(t testing.TB, r *Run) *View {
	t.Helper()
	v, err := Analyse(r)
	if err != nil {
		t.Fatal(err)
	}
	return v
}
