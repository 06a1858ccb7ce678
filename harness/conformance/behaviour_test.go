package conformance

import (
	"encoding/json"
	"fmt"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"assay/bench/behaviour"
	"assay/bench/claims"
	"assay/bench/plan"
)

// findable is how each finding comes about: the defect of the tiny server (none for the
// server without any), the case, and what it must find.
var findable = []struct{ defect, name, finding string }{
	{"none", "counter-over-wait", UpdatesLost},
	{"none", "counter-no-wait", UpdatesLost},
	{"counts-under-a-lock", "counter-over-wait", NoUpdateLost},
	{"counts-under-a-lock", "counter-no-wait", NoUpdateLost},

	{"none", "locks-crossed", DeadlockFound},
	{"locks-in-order", "locks-crossed", NoDeadlock},
	{"none", "queue-own-consumer", DeadlockFound},
	{"queue-grows", "queue-own-consumer", NoDeadlock},
	{"none", "thread-lock-over-wait", NoDeadlock},
	{"one-thread", "thread-lock-over-wait", DeadlockFound},
	{"none", "nested-calls", NoDeadlock},
	{"small-pool", "nested-calls", DeadlockFound},
	{"none", "nested-offload", NoDeadlock},
	{"small-pool", "nested-offload", DeadlockFound},

	{"none", "fault-before-wait", OwnRequestAlone},
	{"nameless-faults", "fault-before-wait", Unattributed},
	{"closes-at-faults", "fault-before-wait", ConnectionLost},
	{"dies-of-faults", "fault-before-wait", OthersSuffer},
	{"none", "fault-after-wait", OwnRequestAlone},
	{"nameless-faults", "fault-after-wait", Unattributed},
	{"closes-at-faults", "fault-after-wait", ConnectionLost},
	{"dies-of-faults", "fault-after-wait", OthersSuffer},

	{"none", "error-returned", CaughtWithCause},
	{"loses-causes", "error-returned", CauseLost},
	{"misses-errors", "error-returned", NotCaught},
	{"none", "error-raised", CaughtWithCause},
	{"loses-causes", "error-raised", CauseLost},
	{"misses-errors", "error-raised", NotCaught},

	{"none", "stack-at-wait", HandlerShown},
	{"shows-a-part", "stack-at-wait", PartShown},
	{"shows-the-queue", "stack-at-wait", QueueOnly},
	{"none", "stack-at-fault", HandlerShown},
	{"shows-a-part", "stack-at-fault", PartShown},
	{"shows-the-queue", "stack-at-fault", QueueOnly},
	{"none", "profile-split", SplitRight},
	{"profile-of-closures", "profile-split", SplitWithoutCause},
	{"profile-is-wrong", "profile-split", SplitWrong},

	{"none", "drain", NoneLost},
	{"drops-everything", "drain", RequestsLost},
	{"none", "code-and-threads", DirectFew},
	{"thread-each", "code-and-threads", DirectThreads},
	{"one-client-at-a-time", "code-and-threads", DirectOneByOne},
	{"coloured", "code-and-threads", ColouredFew},
	{"coloured-thread-each", "code-and-threads", ColouredThreads},
	{"coloured-one-by-one", "code-and-threads", ColouredByOne},
	{"none", "switch-tracer", NoTracer},
	{"traces", "switch-tracer", NamesBothSides},
}

// behavingTarget is the tiny server as one that is described.
func behavingTarget(defect string) Target {
	target := tinyTarget(defect)
	target.Described, target.Workloads, target.Known = true, []string{behaviour.Name}, []string{"backend-timeout"}
	target.Limits.Isolation = true
	if defect == "traces" {
		target.Known = append(target.Known, "trace")
	}
	return target
}

func behaviourCase(t *testing.T, name string) []Case {
	t.Helper()
	b, ok := FindBehaviour("behaviour/" + name)
	if !ok {
		t.Fatalf("no behaviour case is called %s", name)
	}
	return []Case{b.Case}
}

// Each case finds what there is to be found.
func TestFindings(t *testing.T) {
	t.Parallel()
	var trials []trial
	for _, f := range findable {
		trials = append(trials, trial{behavingTarget(f.defect), behaviourCase(t, f.name), patience, func(r Result) string {
			if r.Outcome != Pass || r.Finding != f.finding || r.Detail == "" {
				return fmt.Sprintf("%s %s %s, want %s", r.Outcome, r.Finding, r.Detail, f.finding)
			}
			return ""
		}})
	}
	hold(t, 6, trials)
}

// No case is there that always finds the same.
func TestEveryFindingCanBeFound(t *testing.T) {
	for _, b := range Behaviours {
		for _, finding := range b.Findings {
			if !slices.ContainsFunc(findable, func(f struct{ defect, name, finding string }) bool {
				return "behaviour/"+f.name == b.Name && f.finding == finding
			}) {
				t.Errorf("%s: nothing shows that it can find %s", b.Name, finding)
			}
		}
	}
}

// Where nothing can be observed nothing is found: a server that answers all with
// welcome, and one without the workload.
func TestNoObservationNoFinding(t *testing.T) {
	t.Parallel()
	cases := slices.DeleteFunc(BehaviourCases(), func(c Case) bool { return strings.HasSuffix(c.Name, "switch-tracer") })
	silent := func(want Outcome) func(Result) string {
		return func(r Result) string {
			if r.Finding != "" {
				return "finding " + r.Finding
			}
			return outcomeBut(r, want)
		}
	}
	without := behavingTarget("none")
	without.Workloads = []string{"echo"}
	hold(t, 1, []trial{
		{behavingTarget("one-route"), cases, time.Second, silent(Fail)},
		{without, cases, time.Second, silent(NotRun)},
	})
}

func TestBehaviours(t *testing.T) {
	seen := map[string]bool{}
	for _, b := range Behaviours {
		if seen[b.Name] || b.Doc == "" || b.Run == nil || len(b.Claims) == 0 || len(b.Findings) < 2 {
			t.Errorf("%s: listed twice, or without doc, function, claims or findings", b.Name)
		}
		seen[b.Name] = true
		if !strings.HasPrefix(b.Name, "behaviour/") {
			t.Errorf("%s is not of the group behaviour", b.Name)
		}
	}
	for _, c := range Cases {
		if strings.HasPrefix(c.Name, "behaviour/") {
			t.Errorf("%s stands among the cases that every server must pass", c.Name)
		}
	}
}

// Every line of the record is of a case, and every word a finding of it; no case is missing.
func TestRecord(t *testing.T) {
	lines := strings.Split(strings.TrimSpace(recorded), "\n")
	if got, want := len(lines)-1, len(Behaviours); got != want {
		t.Errorf("%d cases are recorded, there are %d", got, want)
	}
	models := len(strings.Fields(lines[0]))
	for _, line := range lines[1:] {
		words := strings.Fields(line)
		b, known := FindBehaviour("behaviour/" + words[0])
		if !known || len(words) != models {
			t.Errorf("%s: no such case, or %d words instead of %d", words[0], len(words), models)
		}
		for _, word := range words[1:] {
			for _, finding := range strings.Split(word, "|") {
				if finding != "-" && !slices.Contains(b.Findings, finding) {
					t.Errorf("%s cannot find %s", b.Name, finding)
				}
			}
		}
	}
	if got := Recorded(Target{Name: "reactor"}, "behaviour/error-raised"); !slices.Equal(got, []string{NotCaught}) {
		t.Errorf("reactor, error-raised: recorded %v", got)
	}
	if got := Recorded(Target{Name: "reactor", Options: "procs=1"}, "behaviour/error-raised"); got != nil {
		t.Errorf("a variant has the record of the model: %v", got)
	}
}

// Each model's findings are the recorded ones. With -short two models stand for all.
func TestModelsBehave(t *testing.T) {
	t.Parallel()
	dir, models := buildBehaved(t)
	var trials []trial
	for _, m := range models {
		if testing.Short() && m.Name != "goroutine" && m.Name != "reactor" {
			continue
		}
		target := Describe(m, dir)
		trials = append(trials, trial{target, BehaviourCases(), patience, func(r Result) string {
			known := Recorded(target, r.Case)
			switch {
			case r.Outcome == Fail:
				return r.Detail
			case r.Finding == "" && known == nil, slices.Contains(known, r.Finding):
				return ""
			case !slices.Contains(strings.Fields(recorded), m.Name):
				t.Logf("%s has no column in the record: %s %s", r.Model, r.Case, r.Finding)
				return ""
			}
			return fmt.Sprintf("%s %s (%s), recorded %v", r.Outcome, r.Finding, r.Detail, known)
		}})
	}
	hold(t, 4, trials)
}

// buildBehaved makes the binary of the behaviour cases and asks which models it has.
func buildBehaved(t *testing.T) (dir string, models []plan.Model) {
	t.Helper()
	dir = t.TempDir()
	run(t, "../..", "go", "build", "-o", dir+"/", "./models/cmd/behaved")
	out, err := exec.Command(filepath.Join(dir, "behaved"), "--describe").Output()
	if err == nil {
		err = json.Unmarshal(out, &models)
	}
	if err != nil || len(models) < 5 {
		t.Fatalf("behaved --describe: %d models, %v", len(models), err)
	}
	return dir, models
}

// The register of claims names cases and findings that there are, and each case names
// claims of the register.
func TestRegisterNamesCases(t *testing.T) {
	for _, c := range claims.All {
		for _, q := range c.Questions {
			if q.Observe == nil {
				continue
			}
			for _, f := range q.Observe.Cases {
				b, known := FindBehaviour(f.Case)
				if !known {
					t.Errorf("claim %s: there is no case %s", c.Name, f.Case)
				}
				for _, finding := range f.If {
					if known && !slices.Contains(b.Findings, finding) {
						t.Errorf("claim %s: %s cannot find %s", c.Name, f.Case, finding)
					}
				}
				if known && !slices.Contains(b.Claims, c.Name) {
					t.Errorf("%s does not say that claim %s rests on it", f.Case, c.Name)
				}
			}
		}
	}
	for _, b := range Behaviours {
		for _, name := range b.Claims {
			if _, err := claims.Find(name); err != nil {
				t.Errorf("%s: %v", b.Name, err)
			}
		}
	}
}
