package main

import (
	"errors"
	"strings"
	"testing"

	"assay/harness/campaign"
	"assay/harness/report"
)

// INVALID trials are a failure of the run, SUSPECT ones are not.
func TestInvalidTrialsAreAFailure(t *testing.T) {
	whole := campaign.Outcome{OK: 3, Complete: true, Dir: "results/local/x"}
	for _, row := range []struct {
		grades report.Grades
		want   int
	}{{report.Grades{Valid: 3}, 0}, {report.Grades{Suspect: 3}, 0}, {report.Grades{Valid: 2, Invalid: 1}, exitFailed}} {
		got := 0
		if err := verdict(whole, row.grades); err != nil {
			var exit *exitError
			if errors.As(err, &exit) {
				got = exit.code
			}
			if !strings.Contains(err.Error(), "assay validity results/local/x") {
				t.Errorf("%v: no command line to go on with", err)
			}
		}
		if got != row.want {
			t.Errorf("%s: exit code %d, want %d", row.grades, got, row.want)
		}
	}
}
