package doctor

import (
	"fmt"
	"io"
	"strings"
)

// Report is all that the doctor says.
type Report struct {
	Facts    Facts     `json:"facts"`
	Probes   Probes    `json:"probes"`
	Findings []Finding `json:"findings"`
	Sizes    []Size    `json:"largest_cells"`
	Floors   []Floor   `json:"noise_floors,omitempty"` // with --aa
}

// Write shows the report, a line a finding and one below for its remedy.
func (r *Report) Write(w io.Writer) error {
	var b strings.Builder
	group := Bears("")
	for _, f := range r.Findings {
		if optional := f.Bears == Choice; optional != (group == Choice) {
			group = f.Bears
			if optional {
				b.WriteString("\nOptional parts:\n")
			}
		}
		fmt.Fprintf(&b, "%-6s %-13s %s\n", f.Level, f.Topic, f.Says)
		if f.Mend != "" {
			fmt.Fprintf(&b, "%20s mend: %s\n", "", f.Mend)
		}
	}
	writeFloors(&b, r.Floors)
	b.WriteString("\n" + r.Verdict() + "\n")
	_, err := io.WriteString(w, b.String())
	return err
}

// Verdict is the report in a sentence.
func (r *Report) Verdict() string {
	shorts := Shorts(r.Findings)
	if len(shorts) == 0 {
		return "Nothing here stands in the way of a run."
	}
	var topics []string
	for _, f := range shorts {
		if len(topics) == 0 || topics[len(topics)-1] != f.Topic {
			topics = append(topics, f.Topic)
		}
	}
	return "Short: " + strings.Join(topics, ", ") + ". Figures are worse, or cells are left out, until it is mended."
}
