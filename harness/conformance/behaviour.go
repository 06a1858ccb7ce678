package conformance

import (
	"fmt"
	"slices"

	workload "assay/bench/behaviour"
)

// Behaviour is a case that settles a claim by observation: it passes when the
// observation was made, whatever it was, and its finding says what was observed.
type Behaviour struct {
	Case
	Claims   []string // ids of the register of claims that it decides, or helps to
	Findings []string // all that it can come out with, of which it gives one
}

// Behaviours is the table of all behaviour cases. Names and findings are what the
// claims refer to: they do not change.
var Behaviours = slices.Concat(raceBehaviours, waitBehaviours, poolBehaviours, errorBehaviours, stackBehaviours, serviceBehaviours)

// BehaviourCases are the cases of Behaviours, for Run and Choose.
func BehaviourCases() []Case {
	all := make([]Case, len(Behaviours))
	for i, b := range Behaviours {
		all[i] = b.Case
	}
	return all
}

// FindBehaviour gives the behaviour case of that name.
func FindBehaviour(name string) (Behaviour, bool) {
	i := slices.IndexFunc(Behaviours, func(b Behaviour) bool { return b.Name == name })
	if i < 0 {
		return Behaviour{}, false
	}
	return Behaviours[i], true
}

// Find says what the case has observed; format is for who reads more than the finding.
func (t *T) Find(finding, format string, args ...any) {
	t.run.finding, t.run.seen = finding, fmt.Sprintf(format, args...)
}

// behaving is the needs of a case with that many connections, in a process of its own:
// what one case did to counters and locks is not the next one's.
func behaving(conns int) Needs {
	return Needs{Workload: workload.Name, Conns: conns, Own: true}
}

// callsSeen waits until so many backend calls have begun since the backends were last
// quiet, over or not: on a busy machine a short one is over before anybody looks.
func (t *T) callsSeen(n int) {
	t.Eventually(fmt.Sprintf("%d backend calls", n), func() bool {
		s := t.run.backends.server.Take(false)
		return int(s.Calls)+s.InFlight >= n
	})
}

// value is the value of the line "name: value" of an answer; "" if there is none.
func value(body, name string) string {
	if all := values(body, name); len(all) > 0 {
		return all[0]
	}
	return ""
}
