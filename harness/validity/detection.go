package validity

import (
	"bufio"
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"slices"
	"strings"
)

// Detection is how often a gate saw a fault that a test injected into real processes.
type Detection struct {
	Fault  string         `json:"fault"` // the test's name
	Gate   string         `json:"gate"`
	Seen   int            `json:"seen"`
	Of     int            `json:"of"`
	Others map[string]int `json:"others,omitempty"` // other gates that fired as well: a fault has consequences
}

// ReadDetections reads one from each line; the error names the line that is none.
func ReadDetections(r io.Reader) ([]Detection, error) {
	var all []Detection
	lines := bufio.NewScanner(r)
	for n := 1; lines.Scan(); n++ {
		var d Detection
		if err := json.Unmarshal(lines.Bytes(), &d); err != nil || d.Gate == "" {
			return nil, fmt.Errorf("line %d is no detection of a fault: %.60q", n, lines.Bytes())
		}
		all = append(all, d)
	}
	return all, lines.Err()
}

// DetectionTable is the detections in Markdown; "" of none.
func DetectionTable(all []Detection) string {
	if len(all) == 0 {
		return ""
	}
	var b strings.Builder
	b.WriteString("| fault injected | gate | seen | other gates that fired |\n|---|---|--:|---|\n")
	for _, d := range all {
		var others []string
		for _, name := range slices.Sorted(maps.Keys(d.Others)) {
			others = append(others, fmt.Sprintf("%s %d", name, d.Others[name]))
		}
		if len(others) == 0 {
			others = []string{"none"}
		}
		fmt.Fprintf(&b, "| %s | %s | %d of %d | %s |\n", strings.TrimPrefix(d.Fault, "Test"), d.Gate, d.Seen, d.Of, strings.Join(others, ", "))
	}
	return b.String()
}
