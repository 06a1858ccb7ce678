package validity

import (
	"strings"
	"testing"
)

func TestDetections(t *testing.T) {
	all, err := ReadDetections(strings.NewReader(`{"fault":"TestImpostor","gate":"identity","seen":9,"of":10}
{"fault":"TestThrottledGenerator","gate":"on time","seen":10,"of":10,"others":{"steal":1,"arrivals":10}}
`))
	if err != nil || len(all) != 2 {
		t.Fatalf("%v, %v", all, err)
	}
	table := DetectionTable(all)
	for _, want := range []string{"| Impostor | identity | 9 of 10 | none |\n", "| ThrottledGenerator | on time | 10 of 10 | arrivals 10, steal 1 |\n"} {
		if !strings.Contains(table, want) {
			t.Errorf("no %q in\n%s", want, table)
		}
	}
	if DetectionTable(nil) != "" {
		t.Error("a table of nothing")
	}
	for _, bad := range []string{"{}\n", "{\"gate\":\"x\"}\nnonsense\n"} {
		if _, err := ReadDetections(strings.NewReader(bad)); err == nil || !strings.Contains(err.Error(), "line ") {
			t.Errorf("%q: %v", bad, err)
		}
	}
}
