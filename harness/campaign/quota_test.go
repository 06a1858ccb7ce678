package campaign

import (
	"bufio"
	"os"
	"path/filepath"
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

// ration is the memory that the hungry get, bytes: enough to start in under the race detector.
const ration = 128 << 20

// Somebody on the machine has too little memory: the kernel takes his pages from him and
// brings them back. The machine has enough, and no arm is any worse off than the other.
func TestStarvedMemory(t *testing.T) {
	if _, err := os.Stat("/proc/pressure/memory"); err != nil {
		t.Skipf("this kernel does not say who waits for memory: %v", err)
	}
	c := boxed.Starved(t, ration, self("hungry", filepath.Join(t.TempDir(), "hole"))...)
	stdin, err := c.StdinPipe()
	if err != nil {
		t.Fatal(err)
	}
	stdout, err := c.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := c.Start(); err != nil {
		t.Fatal(err)
	}
	defer func() {
		stdin.Close()
		c.Wait()
	}()
	if word, err := bufio.NewReader(stdout).ReadString('\n'); word != "hungry\n" {
		t.Fatalf("it says %q, %v", word, err)
	}
	// Who runs out of memory looks for some, on whatever processor it is at: it is a stranger there, and who is to
	// send on time waits for it.
	inject(t, fault{
		mode: "x", cell: openEcho, gate: "memory", grade: validity.Suspect,
		allowed: []string{"stranger", "load stranger", "on time", "arrivals", "hiccups"},
	})
}
