package model

import (
	"encoding/json"
	"fmt"
	"io"
	"strings"
)

// Description is a model as --describe prints it, in a JSON array.
type Description struct {
	Name      string   `json:"name"`
	Doc       string   `json:"doc"`
	Kind      Kind     `json:"kind"`
	Style     string   `json:"style"`
	Argv      []string `json:"argv"` // argv[0] is found beside the command that describes
	Options   []Option `json:"options"`
	Workloads []string `json:"workloads"`
	Limits    Limits   `json:"limits"`
	Lacks     string   `json:"lacks,omitempty"` // why it cannot run on this machine, with the remedy
}

// Describe is what --describe prints, as values.
func (p *Program) Describe() []Description {
	all := make([]Description, 0, len(p.Models))
	for _, m := range p.Models {
		d := Description{m.Name, m.Doc, m.Kind, m.Style, m.Argv, m.All(), m.Workloads, m.Limits, ""}
		if d.Kind == "" {
			d.Kind = OwnModel
		}
		if d.Argv == nil {
			d.Argv = []string{p.Name, m.Name}
		}
		if d.Workloads == nil {
			d.Workloads = p.workloads()
		}
		if m.Lacks != nil {
			d.Lacks = m.Lacks()
		}
		all = append(all, d)
	}
	return all
}

func (p *Program) workloads() []string {
	var names []string
	for _, w := range p.Workloads {
		names = append(names, w.Name)
	}
	return names
}

func (p *Program) describe(w io.Writer) error {
	e := json.NewEncoder(w)
	e.SetIndent("", "\t")
	return e.Encode(p.Describe())
}

func (p *Program) usage(w io.Writer) {
	fmt.Fprintf(w, `%s MODEL serves one workload until SIGTERM, or until its stdin ends.
%[1]s --describe prints the models as JSON.

Environment:
  ASSAY_WORKLOAD  which workload: %[2]s
  ASSAY_LISTEN    host:port; 127.0.0.1:0 by default; the first line on stdout says where
  ASSAY_OPTIONS   key=value,…
  ASSAY_BACKENDS  host:port,… of the backends that requests ask
  ASSAY_NONCE     what GET /-/id answers

Models:
`, p.Name, strings.Join(p.workloads(), ", "))
	for _, m := range p.Models {
		fmt.Fprintf(w, "  %-12s %s\n", m.Name, m.Doc)
		for _, o := range m.Options {
			fmt.Fprintf(w, "  %12s   %s=%s: %s\n", "", o.Name, o.Default, o.Doc)
		}
	}
	fmt.Fprintf(w, "\nOptions of all:\n")
	for _, o := range Common() {
		fmt.Fprintf(w, "  %s=%s: %s\n", o.Name, o.Default, o.Doc)
	}
}
