package plan

import (
	"fmt"
	"slices"
	"strings"

	"assay/bench/workload"
)

// Model is a way to wait as its binary describes it (modeld --describe): the
// JSON of models/CONTRACT.md.
type Model struct {
	Name      string   `json:"name"`
	Doc       string   `json:"doc"`  // one line
	Kind      string   `json:"kind"` // "model", "reference", "external"
	Style     string   `json:"style"`
	Argv      []string `json:"argv"` // argv[0] is found beside the describing binary
	Options   []Option `json:"options"`
	Workloads []string `json:"workloads"`
	Limits    Limits   `json:"limits"`
	Lacks     string   `json:"lacks,omitempty"` // why it cannot run on this machine, with the remedy; "" if it can
}

// Option is one option of a model: pool:size=64.
type Option struct {
	Name    string `json:"name"`
	Default string `json:"default"`
	Doc     string `json:"doc"`
	// Try are values that the model's author holds worth measuring beside the default.
	Try []string `json:"try,omitempty"`
}

// Limits is what a model cannot do by its nature.
type Limits struct {
	Connections int  `json:"connections"` // at a time; 0: no limit of its own
	Isolation   bool `json:"isolation"`   // a fault in a handler is that request's alone
	TLS         bool `json:"tls"`
}

// FindModel gives the model of that name. The error for an unknown one names the nearest.
func FindModel(name string, known []Model) (Model, error) {
	names := make([]string, len(known))
	for i := range known {
		if known[i].Name == name {
			return known[i], nil
		}
		names[i] = known[i].Name
	}
	if len(names) == 0 {
		return Model{}, fmt.Errorf("unknown model %q: no model is built; make build makes them", name)
	}
	return Model{}, fmt.Errorf("unknown model %q: did you mean %q? There are %s",
		name, workload.Nearest(name, names), strings.Join(names, ", "))
}

// Knows returns nil if the model has the option, else an error that names the nearest.
func (m *Model) Knows(option string) error {
	names := make([]string, len(m.Options))
	for i, o := range m.Options {
		if o.Name == option {
			return nil
		}
		names[i] = o.Name
	}
	if len(names) == 0 {
		return fmt.Errorf("model %s has no option %q: it takes none", m.Name, option)
	}
	return fmt.Errorf("model %s has no option %q: did you mean %q? It takes %s",
		m.Name, option, workload.Nearest(option, names), strings.Join(names, ", "))
}

// serves says whether the model has the workload.
func (m *Model) serves(name string) bool { return slices.Contains(m.Workloads, name) }
