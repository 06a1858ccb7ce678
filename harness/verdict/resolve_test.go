package verdict

import (
	"slices"
	"strings"
	"testing"

	"assay/bench/claims"
	"assay/bench/plan"
	"assay/bench/workload"
	"assay/harness/conformance"
	"assay/harness/stat"
)

// Every name that the register uses is known: metrics, and cells and arms of the profile
// full, which must ask those arms in those cells; behaviour cases and their findings.
func TestTheRegisterNamesWhatThereIs(t *testing.T) {
	full, err := plan.FindProfile("full")
	if err != nil {
		t.Fatal(err)
	}
	asked := func(p claims.Place) bool {
		i := slices.IndexFunc(full.Cells, func(c plan.Cell) bool { return c.Name() == p.Cell })
		return i >= 0 && slices.Contains(full.Cells[i].Arms, p.Arm) && slices.Contains(strings.Split(full.Arms, ","), p.Arm)
	}
	for _, c := range claims.All {
		for _, q := range c.Questions {
			if m := q.Measure; m != nil {
				places := []claims.Place{m.Arm, m.Base}
				metrics := []string{m.Metric}
				if m.Along != nil {
					for _, p := range m.Along.Points {
						places = append(places, p.Arm, p.Base)
					}
				}
				for _, s := range m.Shown {
					metrics, places = append(metrics, s.Metric), append(places, s.Arm, s.Base)
				}
				for _, name := range metrics {
					if !slices.ContainsFunc(stat.Metrics, func(m stat.Metric) bool { return m.Name == name }) {
						t.Errorf("%s: no metric is called %q", c.Name, name)
					}
				}
				for _, p := range places {
					if !asked(p) {
						t.Errorf("%s: full does not ask %s in %s", c.Name, p.Arm, p.Cell)
					}
				}
			}
			if q.Observe != nil {
				observes(t, c.Name, q.Observe)
			}
		}
	}
}

func observes(t *testing.T, claim string, o *claims.Observe) {
	t.Helper()
	for _, f := range o.Cases {
		b, ok := conformance.FindBehaviour(f.Case)
		if !ok {
			names := make([]string, len(conformance.Behaviours))
			for i, b := range conformance.Behaviours {
				names[i] = b.Name
			}
			t.Errorf("%s: no behaviour case is called %q, did you mean %q?", claim, f.Case, workload.Nearest(f.Case, names))
			continue
		}
		if !slices.Contains(b.Claims, claim) {
			t.Errorf("%s rests on %s, which does not name it", claim, f.Case)
		}
		for _, finding := range f.If {
			if !slices.Contains(b.Findings, finding) {
				t.Errorf("%s: %s never finds %q, but one of %v", claim, f.Case, finding, b.Findings)
			}
		}
		if len(f.If) >= len(b.Findings) {
			t.Errorf("%s: every finding of %s would agree", claim, f.Case)
		}
	}
}
