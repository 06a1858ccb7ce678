package main

import (
	"fmt"
	"io/fs"
	"strconv"

	"github.com/jedib0t/go-pretty/v6/table"
	"github.com/spf13/cobra"

	"assay/bench/catalog"
	"assay/bench/workload"
	"assay/harness/exhibit"
	"assay/harness/shape"
)

func newShape(s streams) *cobra.Command {
	var asJSON, source bool
	c := &cobra.Command{
		Use:     "shape [WORKLOAD…]",
		GroupID: know,
		Short:   "what each style costs the programmer, counted from source",
		Long: `Shape counts the handlers of each workload in each style from their syntax trees: lines with code,
functions, branches, the deepest nesting, distinct names of the style's interface, fields carried
over waits by hand, and places that hand an error on. What the styles share (parsing a request,
combining an answer) is not counted. With --source it prints the code itself.`,
		Example: `  assay shape
  assay shape fanout --source
  assay shape --json`,
		RunE: func(_ *cobra.Command, names []string) error {
			all, err := sources(names)
			if err != nil {
				return badInput(err)
			}
			rows := make([]shaped, len(all))
			for i, s := range all {
				rows[i] = shaped{s.Workload, s.Style, s.Counts, s.Text}
			}
			switch {
			case asJSON:
				return writeJSON(s.out, rows)
			case source:
				for _, r := range rows {
					fmt.Fprintf(s.out, "// %s, %s style\n%s\n", r.Name, r.Style, r.Source)
				}
				return nil
			}
			fmt.Fprintln(s.out, shapeTable(rows))
			return nil
		},
	}
	c.Flags().BoolVar(&asJSON, "json", false, "an array of objects with name, style, every count and source")
	c.Flags().BoolVar(&source, "source", false, "the handlers themselves, in order of style")
	return c
}

// shaped is one workload's handlers in one style.
type shaped struct {
	Name  string `json:"name"` // of the workload
	Style string `json:"style"`
	shape.Counts
	Source string `json:"source"`
}

// sources are the handlers of the named workloads, or of all whose handlers are compared.
func sources(names []string) ([]exhibit.Source, error) {
	var chosen []*workload.Workload
	for _, name := range names {
		w, err := catalog.Find(name)
		if err != nil {
			return nil, err
		}
		chosen = append(chosen, w)
	}
	if len(names) == 0 {
		chosen = catalog.All
	}
	var all []exhibit.Source
	for _, w := range chosen {
		for _, style := range workload.Styles {
			text, err := fs.ReadFile(w.Source, style+".go")
			if err != nil {
				return nil, fmt.Errorf("handlers of %s: %w", w.Name, err)
			}
			s, err := exhibit.Count(w.Name, style, string(text))
			if err != nil {
				return nil, err
			}
			all = append(all, s)
		}
	}
	return all, nil
}

func shapeTable(rows []shaped) string {
	t := table.NewWriter()
	t.SetStyle(table.Style{Name: "plain", Box: table.BoxStyle{PaddingRight: "  "}, Options: table.OptionsNoBordersAndSeparators})
	head := table.Row{"workload", "style"}
	for _, name := range shape.Columns {
		head = append(head, name)
	}
	t.AppendHeader(head)
	for _, r := range rows {
		row := table.Row{r.Name, r.Style}
		for _, name := range shape.Columns {
			n, _ := r.Of(name)
			row = append(row, strconv.Itoa(n))
		}
		t.AppendRow(row)
	}
	return t.Render()
}
