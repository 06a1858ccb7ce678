package doctor

import (
	"os"
	"strings"
	"testing"

	"assay/harness/proc/boxed"
)

// insideBox tells the test binary that it runs on a quota.
const insideBox = "ASSAY_TEST_BOXED"

// A quota that the kernel keeps is found, and said before a run.
func TestRealQuotaIsFound(t *testing.T) {
	if os.Getenv(insideBox) != "" {
		h, err := Here()
		if err != nil {
			t.Fatal(err)
		}
		f := look(t, h)
		if f.Quota != .5 {
			t.Errorf("got a quota of %g processors, want 0.5", f.Quota)
		}
		p := steady
		if _, warnings := Preflight(f, p, closedPlan); !strings.Contains(strings.Join(warnings, "\n"), "warning: quota: the control group grants 0.5 of ") {
			t.Errorf("before a run: got %q", warnings)
		}
		return
	}
	c := boxed.Command(t, .5, os.Args[0], "-test.run", "^TestRealQuotaIsFound$")
	c.Env = append(os.Environ(), insideBox+"=1")
	if out, err := c.CombinedOutput(); err != nil {
		t.Errorf("on a quota: %v\n%s", err, out)
	}
}
