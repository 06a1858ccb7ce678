package catalog

import (
	"io/fs"
	"strings"
	"testing"

	"assay/bench/workload"
)

// Every workload carries its handlers in every style, as they are written.
func TestWorkloadsCarryTheirSource(t *testing.T) {
	for _, w := range All {
		for _, style := range workload.Styles {
			text, err := fs.ReadFile(w.Source, style+".go")
			if name := strings.ToUpper(style[:1]) + style[1:]; err != nil || !strings.Contains(string(text), "func "+name+"(") {
				t.Errorf("%s: %s.go holds no handler %s, %v", w.Name, style, name, err)
			}
		}
	}
}
