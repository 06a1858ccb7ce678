package conformance

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"assay/bench/plan"
)

// Target is a server to be checked.
type Target struct {
	Name    string
	Argv    []string // argv[0] is a path, or looked up in PATH
	Options string   // name=value,… given in every case, before the case's own
	// Described says that the rest is known, from --describe. Of a user's own
	// server it is not: what it refuses with exit code 2 is then not run.
	Described bool
	Known     []string // names of the options it takes
	Workloads []string
	Limits    plan.Limits
	Lacks     string // why it cannot run on this machine, "" if it can
}

// Describe makes a Target of a described model, whose binary lies in dir.
func Describe(m plan.Model, dir string) Target {
	t := Target{
		Name: m.Name, Argv: append([]string{filepath.Join(dir, m.Argv[0])}, m.Argv[1:]...),
		Described: true, Workloads: m.Workloads, Limits: m.Limits, Lacks: m.Lacks,
	}
	for _, o := range m.Options {
		t.Known = append(t.Known, o.Name)
	}
	return t
}

// Label names the target with its options: pool:size=64.
func (t *Target) Label() string {
	if t.Options == "" {
		return t.Name
	}
	return t.Name + ":" + t.Options
}

// beyond says why a case is beyond what the target declares of itself; "" if it is not.
func (t *Target) beyond(n *Needs) string {
	if !t.Described {
		return ""
	}
	if most := t.Limits.Connections; most > 0 && n.Conns > most {
		return fmt.Sprintf("declared: it serves %d connection at a time, the case needs %d", most, n.Conns)
	}
	if n.Isolation && !t.Limits.Isolation {
		return "declared: a fault in a handler is not that request's alone"
	}
	return ""
}

// lacks says what the target does not offer that a case needs; "" if it lacks nothing.
func (t *Target) lacks(n *Needs) string {
	if !t.Described {
		return ""
	}
	if _, err := os.Stat(t.Argv[0]); err != nil {
		return fmt.Sprintf("it is not built: %v; make build makes it", err)
	}
	if t.Lacks != "" {
		return t.Lacks
	}
	if w := n.key().workload; !slices.Contains(t.Workloads, w) {
		return "it does not serve workload " + w
	}
	for name := range optionNames(n.Options) {
		if !slices.Contains(t.Known, name) {
			return "it has no option " + name
		}
	}
	return ""
}

func optionNames(options string) func(yield func(string) bool) {
	return func(yield func(string) bool) {
		for pair := range strings.SplitSeq(options, ",") {
			name, _, _ := strings.Cut(pair, "=")
			if name != "" && !yield(name) {
				return
			}
		}
	}
}

// joinOptions is both lists, of which the later wins where they name the same.
func joinOptions(base, more string) string {
	named := map[string]bool{}
	for name := range optionNames(more) {
		named[name] = true
	}
	var all []string
	for pair := range strings.SplitSeq(base, ",") {
		if name, _, _ := strings.Cut(pair, "="); name != "" && !named[name] {
			all = append(all, pair)
		}
	}
	if more != "" {
		all = append(all, more)
	}
	return strings.Join(all, ",")
}
