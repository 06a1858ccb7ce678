package plan

import (
	"fmt"
	"slices"
	"time"
)

// The suites of cases that a run may hold against all models before its trials.
const (
	Conformance = "conformance" // is every answer right: a server is correct before it is fast
	Behaviour   = "behaviour"   // what a model does; claims are settled by it
)

// suiteTimes is what each suite takes with all models, from runs on two processors at 3 GHz.
var suiteTimes = map[string]time.Duration{
	Conformance: 2 * time.Minute,
	Behaviour:   45 * time.Second,
}

// SuiteEstimate is what a suite takes with all models.
func SuiteEstimate(name string) time.Duration { return suiteTimes[name] }

// suites are the profile's, unless the request says of one whether it is wanted. A request that
// asks a question of its own, of some models or one workload, gets none unless it says so.
func (r *Request) suites(profile Profile) []string {
	own := r.Models != "" || r.Workload != "" || len(r.Servers) > 0
	var names []string
	for _, name := range []string{Conformance, Behaviour} {
		wanted, said := r.Suites[name]
		if said && wanted || !said && !own && slices.Contains(profile.Suites, name) {
			names = append(names, name)
		}
	}
	return names
}

func checkSuites(names []string) error {
	for i, name := range names {
		if suiteTimes[name] == 0 || slices.Contains(names[:i], name) {
			return fmt.Errorf("suite %q is unknown, or stands in the plan twice: there are %s and %s", name, Conformance, Behaviour)
		}
	}
	return nil
}
