package main

import (
	"context"
	"fmt"

	"assay/bench/plan"
	"assay/harness/campaign"
	"assay/harness/conformance"
)

// suitesOf resolves the suites of a plan: which cases, and all models that exist, whether the
// plan measures them or not.
func suitesOf(ctx context.Context, p *plan.Plan, bin string) (map[string]campaign.Suite, error) {
	suites := make(map[string]campaign.Suite)
	for _, name := range p.Suites {
		cases, find := conformance.Cases, describeModels
		if name == plan.Behaviour {
			cases, find = conformance.BehaviourCases(), describeBehaving
		}
		models, err := find(ctx)
		if err != nil {
			return nil, fmt.Errorf("%s: %w; --%s=false leaves it out", name, err, name)
		}
		s := campaign.Suite{Cases: cases}
		for _, m := range models {
			s.Targets = append(s.Targets, conformance.Describe(m, bin))
		}
		suites[name] = s
	}
	return suites, nil
}
