package main

import (
	"encoding/json"
	"fmt"
	"io"
	"strings"

	"github.com/jedib0t/go-pretty/v6/table"
	"github.com/jedib0t/go-pretty/v6/text"
	"github.com/spf13/cobra"

	"assay/bench/catalog"
	"assay/bench/claims"
	"assay/bench/plan"
	"assay/bench/workload"
)

// lists are what there is to list.
var lists = []string{"models", "workloads", "profiles", "claims"}

func newList(s streams) *cobra.Command {
	var asJSON bool
	c := &cobra.Command{
		Use:     "list models|workloads|profiles|claims",
		GroupID: know,
		Short:   "what there is to measure",
		Long: `List names the models with their options, the workloads with their parameters, the profiles
with their arithmetic, or the claims that the suite exists to settle, with what decides each.`,
		Example: `  assay list models
  assay list workloads --json
  assay list profiles
  assay list claims --json`,
		Args:      exactly("models|workloads|profiles|claims"),
		ValidArgs: lists,
		RunE: func(c *cobra.Command, args []string) error {
			rows, err := listOf(c, args[0])
			if err != nil {
				return err
			}
			if asJSON {
				return writeJSON(s.out, rows)
			}
			if err := writeRows(s.out, rows); err != nil {
				return err
			}
			return writeShared(s.out, rows)
		},
	}
	c.Flags().BoolVar(&asJSON, "json", false, "an array of objects with name")
	return c
}

// listed is a row of a list: what a machine reads is the value itself.
type listed interface{ row() []string }

func listOf(c *cobra.Command, what string) ([]listed, error) {
	var rows []listed
	switch what {
	case "models":
		models, err := describeModels(c.Context())
		if err != nil {
			return nil, err
		}
		for _, m := range models {
			rows = append(rows, listedModel{m})
		}
	case "workloads":
		for _, w := range catalog.All {
			rows = append(rows, listedWorkload{w.Name, w.Doc, params(w.Params)})
		}
	case "profiles":
		for _, p := range plan.Profiles {
			rows = append(rows, newListedProfile(p))
		}
	case "claims":
		for _, c := range claims.All {
			rows = append(rows, listedClaim{c})
		}
	default:
		return nil, badInput(fmt.Errorf("unknown list %q: did you mean %q? There are %s",
			what, workload.Nearest(what, lists), strings.Join(lists, ", ")))
	}
	return rows, nil
}

type listedModel struct{ plan.Model }

// row leaves out the options that every model takes: writeShared has them.
func (m listedModel) row() []string {
	return []string{m.Name, m.Kind, m.Style, m.Doc, strings.Join(optionNames(m.Options, func(o plan.Option) bool { return !shared[o.Name] }), " ")}
}

// shared are the options of the server contract, which all models take.
var shared = map[string]bool{
	"request-timeout": true, "backend-timeout": true, "write-timeout": true, "max-body": true, "backlog": true, "procs": true,
}

func optionNames(options []plan.Option, which func(plan.Option) bool) []string {
	var names []string
	for _, o := range options {
		if which(o) {
			names = append(names, o.Name+"="+o.Default)
		}
	}
	return names
}

// writeShared says once what all models of a list take.
func writeShared(w io.Writer, rows []listed) error {
	for _, r := range rows {
		if m, ok := r.(listedModel); ok {
			_, err := fmt.Fprintf(w, "all: %s\n", strings.Join(optionNames(m.Options, func(o plan.Option) bool { return shared[o.Name] }), " "))
			return err
		}
	}
	return nil
}

type listedParam struct {
	Name    string `json:"name"`
	Default string `json:"default"`
	Doc     string `json:"doc"`
}

type listedWorkload struct {
	Name   string        `json:"name"`
	Doc    string        `json:"doc"`
	Params []listedParam `json:"params"`
}

func params(ps []workload.Param) []listedParam {
	out := make([]listedParam, len(ps))
	for i, p := range ps {
		out[i] = listedParam{p.Name, p.Default, p.Doc}
	}
	return out
}

func (w listedWorkload) row() []string {
	var ps []string
	for _, p := range w.Params {
		ps = append(ps, p.Name+"="+p.Default)
	}
	return []string{w.Name, w.Doc, strings.Join(ps, " ")}
}

type listedClaim struct{ claims.Claim }

// row says of each stack by what the claim is decided there.
func (c listedClaim) row() []string {
	var by []string
	for _, q := range c.Questions {
		by = append(by, string(q.On)+" "+q.By())
	}
	return []string{c.Name, c.Asserts, strings.Join(by, ", ")}
}

type listedProfile struct {
	Name   string   `json:"name"`
	Doc    string   `json:"doc"`
	Models string   `json:"models"`
	Cells  []string `json:"cells"`
	Blocks int      `json:"blocks"`
	// Resolves is plan.Profile.Resolves.
	Resolves float64 `json:"resolves"`
}

func newListedProfile(p plan.Profile) listedProfile {
	l := listedProfile{Name: p.Name, Doc: p.Doc, Models: p.Arms, Blocks: p.Blocks, Resolves: p.Resolves}
	for i := range p.Cells {
		l.Cells = append(l.Cells, p.Cells[i].Label())
	}
	return l
}

func (p listedProfile) row() []string {
	return []string{p.Name, p.Doc, fmt.Sprintf("%s × %d cells × %d blocks; finds %.0f %% of CPU/req", strings.ReplaceAll(p.Models, ",", ", "), len(p.Cells), p.Blocks, 100*p.Resolves)}
}

func writeRows(w io.Writer, rows []listed) error {
	t := table.NewWriter()
	style := table.Style{Name: "plain", Box: table.BoxStyle{PaddingRight: "  "}, Options: table.OptionsNoBordersAndSeparators}
	t.SetStyle(style)
	var wrap []table.ColumnConfig
	for i := range 6 {
		wrap = append(wrap, table.ColumnConfig{Number: i + 1, WidthMax: 60, WidthMaxEnforcer: text.WrapSoft})
	}
	t.SetColumnConfigs(wrap)
	for _, r := range rows {
		var row table.Row
		for _, field := range r.row() {
			row = append(row, field)
		}
		t.AppendRow(row)
	}
	for line := range strings.SplitSeq(t.Render(), "\n") {
		if _, err := fmt.Fprintln(w, strings.TrimRight(line, " ")); err != nil {
			return err
		}
	}
	return nil
}

// writeJSON writes one value, indented.
func writeJSON(w io.Writer, v any) error {
	e := json.NewEncoder(w)
	e.SetIndent("", "  ")
	return e.Encode(v)
}
