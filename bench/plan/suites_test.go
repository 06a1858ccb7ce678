package plan

import (
	"slices"
	"testing"
)

func TestSuitesOfARequest(t *testing.T) {
	for name, c := range map[string]struct {
		request Request
		want    []string
	}{
		"full":          {Request{Profile: "full"}, []string{Conformance, Behaviour}},
		"standard":      {Request{}, []string{Behaviour}},
		"quick":         {Request{Profile: "quick"}, nil},
		"quick, asked":  {Request{Profile: "quick", Suites: map[string]bool{Behaviour: true}}, []string{Behaviour}},
		"full, without": {Request{Profile: "full", Suites: map[string]bool{Conformance: false}}, []string{Behaviour}},
		"own question":  {Request{Profile: "full", Workload: "echo"}, nil},
		"own, asked":    {Request{Profile: "full", Workload: "echo", Suites: map[string]bool{Conformance: true}}, []string{Conformance}},
	} {
		p := mustMake(t, c.request)
		if !slices.Equal(p.Suites, c.want) {
			t.Errorf("%s: got %v, want %v", name, p.Suites, c.want)
		}
		without := *p
		without.Suites = nil
		extra := p.Estimate() - without.Estimate()
		for _, s := range c.want {
			extra -= SuiteEstimate(s)
		}
		if extra != 0 || len(c.want) > 0 && p.Hash() == without.Hash() {
			t.Errorf("%s: the estimate is off by %v, or the hash does not know the suites", name, extra)
		}
	}
	p := mustMake(t, Request{})
	p.Suites = []string{Behaviour, Behaviour}
	wantError(t, p.Check(), "suite", Behaviour)
}
