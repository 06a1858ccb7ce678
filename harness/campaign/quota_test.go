package campaign

import (
	"os"
	"testing"

	"assay/bench/plan"
	"assay/harness/proc/boxed"
	"assay/harness/validity"
)

// insideBox tells the test binary that it runs on a quota.
const insideBox = "ASSAY_TEST_BOXED"

// A campaign on a quarter of a processor is stopped for most of the time. Both arms are.
func TestThrottled(t *testing.T) {
	if os.Getenv(insideBox) != "" {
		inject(t, fault{
			mode: "x", cell: plan.Cell{Workload: "echo", Conns: 4}, gate: "throttled", grade: validity.Invalid,
			allowed: []string{"Little's law", "fairness", "answers"},
		})
		return
	}
	argv := []string{os.Args[0], "-test.run", "^TestThrottled$"}
	if *quiet {
		argv = append(argv, "-quiet")
	}
	if *found != "" {
		argv = append(argv, "-found", *found)
	}
	c := boxed.Command(t, .25, append(argv, "-times", itoa(*times))...)
	c.Env = append(os.Environ(), insideBox+"=1")
	if out, err := c.CombinedOutput(); err != nil {
		t.Errorf("on a quota: %v\n%s", err, out)
	}
}
