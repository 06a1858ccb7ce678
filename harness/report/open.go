package report

import (
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"
	"time"

	"assay/bench/plan"
	"assay/harness/journal"
	"assay/harness/trial"
)

// Open reads a run's folder. takes says whether a workload has a parameter of that
// name: the catalog is known to mains only. The errors are journal.Read's and Enrich's; that of
// records that were edited is an EditedError.
func Open(dir string, takes func(workload, param string) bool) (*Run, error) {
	m, trials, err := journal.Read(dir)
	if why := broken(dir, &m, err); why != nil {
		return nil, edited(&m, takes, why)
	}
	if err != nil {
		return nil, err
	}
	r := FromManifest(&m, trials, takes)
	if err := r.Enrich(dir); err != nil {
		return nil, err
	}
	r.doubted(dir, &m)
	return r, nil
}

// FromManifest is a run as its records tell it.
func FromManifest(m *journal.Manifest, trials []trial.Trial, takes func(workload, param string) bool) *Run {
	p := &m.Plan
	load, memory := p.Trials()
	r := &Run{
		ID: m.ID, Started: m.Started.UTC(), Planned: load + memory, Blocks: p.Blocks, Profile: p.Profile,
		Finished: m.State == journal.Complete, Command: again(m), Baseline: p.Arms[0].Name,
		Placement: Placement{Server: m.Placement.Server, Load: m.Placement.Load, Shared: m.Placement.Shared},
		GOOS:      m.Environment.OS, GOARCH: m.Environment.Arch, CPU: m.Environment.Processor,
		Facts: facts(m), Trials: trials, Seed: p.Seed, NullRate: m.NullRate,
		Register: m.Register, Exhibits: Exhibits{Suites: m.Suites},
	}
	if m.Condensed != nil {
		r.Condensed = m.Condensed.Kept
	}
	for i := range p.Arms {
		r.Arms = append(r.Arms, armOf(m, &p.Arms[i]))
	}
	for i := range p.Cells {
		r.Cells = append(r.Cells, cellOf(&p.Timing, &p.Cells[i], takes))
		for _, c := range m.Capacity {
			if last := &r.Cells[i]; c.Cell == last.Name {
				last.Driven = c.Rate
			}
		}
	}
	for _, s := range m.Starts {
		for _, set := range s.Settings {
			r.Settings = append(r.Settings, Setting{s.Arm, s.Cell, set.Name + "=" + set.Value, set.Why})
		}
	}
	return r
}

// again is the command that measures the same: with its seed, which may have been drawn.
func again(m *journal.Manifest) string {
	words := []string{"assay"}
	seeded := false
	for i, a := range m.Argv {
		if i > 0 && a != "--resume" {
			words = append(words, quote(a))
		}
		seeded = seeded || a == "--seed" || strings.HasPrefix(a, "--seed=")
	}
	if !seeded {
		words = append(words, "--seed", strconv.FormatUint(m.Plan.Seed, 10))
	}
	return strings.Join(words, " ")
}

// quote makes a word fit for a shell.
func quote(s string) string {
	if s != "" && strings.IndexFunc(s, func(r rune) bool {
		return !strings.ContainsRune("-_./:=,%+@", r) && (r < '0' || r > 'z' || r > '9' && r < 'A' || r > 'Z' && r < 'a')
	}) < 0 {
		return s
	}
	return "'" + strings.ReplaceAll(s, "'", `'\''`) + "'"
}

func armOf(m *journal.Manifest, a *plan.Arm) Arm {
	arm := Arm{Name: a.Name, Twin: a.TwinOf, Kind: "own", Start: strings.Join(a.Command, " ")}
	for _, d := range m.Models {
		if d.Name == a.Model && !a.External() {
			arm.Kind, arm.Style = d.Kind, d.Style
			arm.Start = strings.TrimSpace(strings.Join(d.Argv, " ") + " " + plan.OptionList(a.Options))
		}
	}
	return arm
}

func cellOf(t *plan.Timing, c *plan.Cell, takes func(workload, param string) bool) Cell {
	out := Cell{
		Name: c.Name(), Title: titleOf(c), Workload: c.Workload, Open: c.Open(), Memory: c.Memory(),
		Conns: c.Conns, NewConns: c.NewConns, Slice: t.SliceOf(c),
		Computes: takes(c.Workload, "cpu"), Arms: c.Arms,
	}
	dim := func(name, value string) { out.Dims = append(out.Dims, Fact{name, value}) }
	for _, name := range slices.Sorted(maps.Keys(c.Params)) {
		dim(name, c.Params[name])
	}
	if c.Memory() {
		rungs := make([]string, len(c.Ladder))
		for i, n := range c.Ladder {
			rungs[i] = strconv.Itoa(n)
		}
		dim("ladder", strings.Join(rungs, "+"))
		return out
	}
	dim("conns", strconv.Itoa(c.Conns))
	if c.Idle > 0 {
		dim("idle", strconv.Itoa(c.Idle))
	}
	if c.NewConns {
		dim("new-conns", "true")
	}
	dim("rate", rateOf(c))
	if c.Arrivals != "" && c.Arrivals != "poisson" {
		dim("arrivals", c.Arrivals)
	}
	return out
}

// titleOf is the cell's label, with its connections where the label leaves them out.
func titleOf(c *plan.Cell) string {
	if c.Open() && c.Idle == 0 && !c.Memory() {
		return fmt.Sprintf("%s, %d connections", c.Label(), c.Conns)
	}
	return c.Label()
}

// rateOf is a number of requests a second, a share of capacity, or "closed".
func rateOf(c *plan.Cell) string {
	switch {
	case c.Rate > 0:
		return strconv.FormatFloat(c.Rate, 'f', -1, 64)
	case c.Share > 0:
		return strconv.FormatFloat(c.Share*100, 'f', -1, 64) + "%"
	default:
		return "closed"
	}
}

// facts are what a sceptic asks of the machine, the build and the settings.
func facts(m *journal.Manifest) []Fact {
	e, p := &m.Environment, &m.Plan
	var out []Fact
	add := func(name, value string) {
		if value != "" && value != "0" {
			out = append(out, Fact{name, value})
		}
	}
	virtual := ""
	if e.Hypervisor {
		virtual = ", a virtual machine"
	}
	add("placement", fmt.Sprintf("server on processors %v, load, backends and harness on %v", m.Placement.Server, m.Placement.Load))
	add("processor", fmt.Sprintf("%s, %d usable%s", e.Processor, len(e.Processors), virtual))
	add("memory", size(float64(e.MemoryKB)*1024))
	add("kernel", fmt.Sprintf("%s %s, clock source %s", e.OS, e.Kernel, e.ClockSource))
	add("frequency governor", e.Governor)
	add("transparent huge pages", fmt.Sprintf("machine %s, servers %s", e.THP, e.THPFixed))
	add("mitigations", keysOf(e.Mitigations))
	add("cgroup limits", pairs(e.Cgroup))
	add("runtime variables", pairs(e.Variables))
	commit := e.Commit
	if e.Dirty {
		commit += " with changes"
	}
	add("built with", strings.TrimSpace(e.GoVersion+" "+commit))
	add("compilers", pairs(m.Built))
	if m.Version > 1 {
		add("limits", fmt.Sprintf("%d descriptors, %d threads by %s, %d local ports", e.Limits.Descriptors, e.Limits.Threads, e.Limits.ThreadsBy, e.Limits.Ports))
		add("stolen by the hypervisor meanwhile", time.Duration(m.Stolen).String())
	}
	add("load of a block", fmt.Sprintf("%v warm-up, then %d slices of %v per arm, drained up to %v", p.Timing.Warmup, p.Timing.Rotations, p.Timing.Slice, p.Timing.Drain))
	if m.Rounds > 0 {
		add("one µs of handler CPU", significant(m.Rounds)+" rounds of work, calibrated")
	}
	for _, c := range m.Capacity {
		add("capacity in "+c.Cell, fmt.Sprintf("slowest arm %s %s/s; driven at %s/s", c.Slowest, significant(c.Rates[c.Slowest]), significant(c.Rate)))
	}
	if m.NullRate > 0 {
		add("generator against a server that does nothing", significant(m.NullRate)+"/s")
	}
	add("seed", strconv.FormatUint(p.Seed, 10))
	add("plan", m.PlanHash)
	for _, name := range slices.Sorted(maps.Keys(m.Binaries)) {
		add("SHA-256 of "+name, m.Binaries[name])
	}
	add("generator", certified(&m.Certificate))
	if m.Condensed != nil {
		add("records", "a copy made to be published: "+m.Condensed.Kept)
	}
	for _, n := range m.Notes {
		add("note", n)
	}
	return out
}

// certified says whether the generator's accuracy is known.
func certified(c *journal.Certificate) string {
	switch {
	case c.Says == "":
		return "not certified: there is no accuracy certificate of this binary and boot"
	case c.Sum == "":
		return c.Says
	}
	return fmt.Sprintf("%s on %s by the certificate %.12s", c.Says, c.Made.UTC().Format(time.DateTime), c.Sum)
}

func keysOf(m map[string]string) string { return strings.Join(slices.Sorted(maps.Keys(m)), ", ") }

func pairs(m map[string]string) string {
	var out []string
	for _, k := range slices.Sorted(maps.Keys(m)) {
		out = append(out, k+"="+m[k])
	}
	return strings.Join(out, ", ")
}
