package campaign

import (
	"math"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"assay/bench/catalog"
	"assay/bench/plan"
	"assay/harness/proc"
	"assay/harness/trial"
)

func itoa(n int) string { return strconv.Itoa(n) }

func TestJain(t *testing.T) {
	for _, row := range []struct {
		served []uint64
		index  float64
		least  uint64
	}{
		{nil, 0, 0},
		{[]uint64{0, 0}, 0, 0},
		{[]uint64{7}, 1, 7},
		{[]uint64{5, 5, 5, 5}, 1, 5},
		{[]uint64{8, 0, 0, 0}, .25, 0},       // one gets all: 1/n
		{[]uint64{3, 1}, 16. / 20., 1},       // (3+1)²/(2·(9+1))
		{[]uint64{1, 2, 3}, 36. / 42., 1},    // (1+2+3)²/(3·14)
		{[]uint64{1e9, 1e9 - 1}, 1, 1e9 - 1}, // no overflow
	} {
		index, least := jain(row.served)
		if math.Abs(index-row.index) > 1e-9 || least != row.least {
			t.Errorf("jain(%v) = %g, %d; want %g, %d", row.served, index, least, row.index, row.least)
		}
	}
}

func TestClock(t *testing.T) {
	now := time.Unix(0, 0)
	c := newClock(100 * time.Second)
	c.now = func() time.Time { return now }
	want := func(what string, left time.Duration) {
		t.Helper()
		if got := c.left(); got != left {
			t.Errorf("%s: %v left, want %v", what, got, left)
		}
	}
	want("before all", 100*time.Second)
	c.begin(20 * time.Second)
	now = now.Add(5 * time.Second)
	want("in the first step", 95*time.Second)
	now = now.Add(25 * time.Second)
	want("a step that takes longer is never below nothing", 80*time.Second)
	c.end() // 30 s instead of 20
	want("what is to come is taken to be as slow", 120*time.Second)
	c.begin(80 * time.Second)
	now = now.Add(1000 * time.Second)
	c.end()
	want("after all", 0)
}

func TestLacks(t *testing.T) {
	p := aPlan(t, "server,server", 1, plan.Cell{Workload: "echo", Conns: 1000}, plan.Cell{Workload: "echo", Ladder: []int{0, 1500}, Span: 1})
	plenty := proc.Limits{Descriptors: 1e6, Threads: 1e6, ThreadsBy: "sysctl kernel.threads-max", Ports: 28000}
	for _, row := range []struct {
		name   string
		change func(*proc.Limits, *cell)
		cell   int
		says   []string
		thread bool
	}{
		{"plenty", func(*proc.Limits, *cell) {}, 0, nil, false},
		{"just enough", func(l *proc.Limits, _ *cell) { l.Descriptors = 2064 }, 0, nil, false},
		// two servers' connections meet in one generator
		{"generator", func(l *proc.Limits, _ *cell) { l.Descriptors = 2063 }, 0, []string{"generator", "2064", "2063", "ulimit -n 2064"}, false},
		{"server", func(l *proc.Limits, _ *cell) { l.Descriptors = 1000 }, 0, []string{"server", "1064", "ulimit -n 1064"}, false},
		// a memory cell has one server
		{"ladder", func(l *proc.Limits, _ *cell) { l.Descriptors = 1564 }, 1, nil, false},
		{"one for all", func(l *proc.Limits, c *cell) { c.backends = 3; l.Descriptors = 6063 }, 0, []string{"the backends need 6064", "ulimit -n 6064"}, false},
		{"backends", func(l *proc.Limits, c *cell) { c.backends = 3; l.Descriptors = 4000 }, 0, []string{"backend calls", "4064"}, false},
		{"ports", func(l *proc.Limits, c *cell) { c.backends = 1; l.Ports = 1999 }, 0, []string{"2000 local ports", "1999", "sysctl -w net.ipv4.ip_local_port_range"}, false},
		{"addresses", func(l *proc.Limits, _ *cell) { l.Ports = 6 }, 0, []string{"local ports", "200 addresses"}, false},
		{"threads", func(l *proc.Limits, _ *cell) { l.Threads = 1000 }, 0, []string{"threads", "1000", "raise sysctl kernel.threads-max to 2144"}, true},
	} {
		t.Run(row.name, func(t *testing.T) {
			p := *p
			if row.thread {
				p.Arms = []plan.Arm{{Name: "thread", Model: "thread"}, {Name: "twin", Model: "thread"}}
			}
			r := &run{plan: &p, cells: []cell{{Cell: p.Cells[0]}, {Cell: p.Cells[1], index: 1}}}
			r.machine.Limits = plenty
			row.change(&r.machine.Limits, &r.cells[row.cell])
			why := r.lacks(&r.cells[row.cell], 0)
			if (why != "") != (row.says != nil) {
				t.Errorf("got %q", why)
			}
			for _, part := range row.says {
				if !strings.Contains(why, part) {
					t.Errorf("%q does not say %q", why, part)
				}
			}
		})
	}
}

func TestMissingBinaryIsNotRun(t *testing.T) {
	p := aPlan(t, "server,lonely", 1, plan.Cell{Workload: "echo", Conns: 1})
	c := config(t.TempDir(), p)
	c.Models[1].Argv = []string{"thread-c"}
	r, err := prepare(c)
	if err != nil {
		t.Fatal(err)
	}
	if why := r.lack[[2]int{0, 1}]; !strings.Contains(why, "lonely is not built") || !strings.Contains(why, "make build") || len(r.lack) != 1 {
		t.Errorf("lacking: %v", r.lack)
	}
}

// A model that says what this machine lacks for it is not started.
func TestModelThatLacksIsNotRun(t *testing.T) {
	p := aPlan(t, "server,lonely", 1, plan.Cell{Workload: "echo", Conns: 1})
	c := config(t.TempDir(), p)
	c.Models[1].Lacks = "no ring: sysctl -w ring=1"
	r, err := prepare(c)
	if err != nil {
		t.Fatal(err)
	}
	if why := r.lack[[2]int{0, 1}]; why != "lonely: no ring: sysctl -w ring=1" || len(r.lack) != 1 {
		t.Errorf("lacking: %v", r.lack)
	}
}

// What is lacking is said before the run, and stands in every block.
func TestNotRun(t *testing.T) {
	p := aPlan(t, "server,lonely", 2, echo)
	r, err := prepare(config(t.TempDir(), p))
	if err != nil {
		t.Fatal(err)
	}
	r.machine.Limits.Descriptors = 5
	r.notRun()
	if len(r.early) != 1 || !strings.Contains(r.early[0], "not run: echo closed 4 conns: ") {
		t.Errorf("said beforehand: %q", r.early)
	}
	for arm, want := range []trial.Status{trial.NotRun, trial.NotApplicable} {
		one := r.newTrial(trial.Load, 1, 0, &r.cells[0], &r.plan.Arms[arm])
		if one.Status != want || one.Reason == "" {
			t.Errorf("%s: %s: %s", one.Arm, one.Status, one.Reason)
		}
	}
}

func TestExitCode(t *testing.T) {
	for _, row := range []struct {
		out  Outcome
		want int
	}{
		{Outcome{OK: 1, Complete: true}, 0},
		{Outcome{OK: 1, NotApplicable: 3, NotRun: 2, Complete: true}, 0},
		{Outcome{OK: 5, Failed: 1, Complete: true}, 1},
		{Outcome{OK: 5}, 1},
		{Outcome{NotRun: 2, Complete: true}, 3},
		{Outcome{OK: 1, Failed: 1, Interrupted: true}, 130},
	} {
		if got := row.out.ExitCode(); got != row.want {
			t.Errorf("%+v: %d, want %d", row.out, got, row.want)
		}
	}
}

func TestDifference(t *testing.T) {
	for _, row := range [][3]int64{{3, 10, 7}, {-1, 10, -1}, {3, -1, -1}, {10, 3, -1}, {0, 0, 0}} {
		if got := difference(row[0], row[1]); got != row[2] {
			t.Errorf("difference(%d, %d) = %d, want %d", row[0], row[1], got, row[2])
		}
	}
}

func TestPrepareRefuses(t *testing.T) {
	for _, row := range []struct {
		change func(*Config)
		says   string
	}{
		{func(c *Config) { c.Plan.Blocks = 0 }, "measures nothing"},
		{func(c *Config) { c.Models = nil }, "unknown model"},
		{func(c *Config) { c.Models[0].Argv = nil }, "make build"},
		{func(c *Config) { c.Plan.Cells[0].Workload = "ecco" }, `did you mean "echo"`},
		{func(c *Config) { c.Plan.Cells[0].Params = map[string]string{"bytes": "many"} }, "bytes=many"},
	} {
		c := config(t.TempDir(), aPlan(t, "server", 1, echo))
		row.change(&c)
		if _, err := prepare(c); err == nil || !strings.Contains(err.Error(), row.says) {
			t.Errorf("%v, want %q", err, row.says)
		}
	}
}

// Every profile fits a machine as Linux distributions set it up, with the models it names.
func TestProfilesFitAnOrdinaryMachine(t *testing.T) {
	for _, profile := range plan.Profiles {
		var known []plan.Model
		for name := range strings.SplitSeq(profile.Arms, ",") {
			if strings.Contains(name, ":") {
				continue // another arm of a model that is listed
			}
			known = append(known, plan.Model{Name: name, Argv: []string{filepath.Base(os.Args[0])}, Options: []plan.Option{{Name: "size"}}, Workloads: catalog.Names()})
		}
		p, err := plan.Make(plan.Request{Profile: profile.Name}, plan.Known{Models: known, Workloads: catalog.All})
		if err != nil {
			t.Fatal(err)
		}
		c := config(t.TempDir(), p)
		c.Models = known
		r, err := prepare(c)
		if err != nil {
			t.Fatal(err)
		}
		r.machine.Limits = proc.Limits{Descriptors: 20000, Threads: 32768, Ports: 28232}
		r.notRun()
		for at, why := range r.lack {
			t.Errorf("%s: %s with %s: %s", profile.Name, r.cells[at[0]].label, p.Arms[at[1]].Name, why)
		}
	}
}

// Why there was no right answer is said in words, in the same order each time.
func TestKindsOfErrors(t *testing.T) {
	for want, errs := range map[string]map[string]uint64{
		"250 status-500, 4 timeout": {"timeout": 4, "status-500": 250},
		"no answer came":            nil,
	} {
		if got := kinds(errs); got != want {
			t.Errorf("got %q, want %q", got, want)
		}
	}
}
