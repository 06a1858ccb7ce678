package yardstick

import (
	"cmp"
	"fmt"
	"io"
	"slices"
	"strconv"
	"strings"
)

// Header is what a table says of the run beside its samples.
type Header struct {
	Command string   `json:"command"` // that took it
	Machine []string `json:"machine"` // a line each: processors, kernel, versions of what was compared
}

// Table writes samples as Markdown.
func Table(w io.Writer, h Header, all []Sample) error {
	t := &table{w: w}
	t.line("# Yardsticks\n")
	t.line("The suite's servers beside others of their kind, its generator beside other generators, on one machine,")
	t.line("over loopback: server on the upper half of the processors, generator on the lower. Arms of a row ran side by")
	t.line("side in short alternating trials. Medians over blocks (fresh processes), each with its interval by ranks")
	t.line("(95 %% from six blocks; below, least and greatest). CPU per request is the server's own process clock: on")
	t.line("loopback a part of the kernel's work lands on the generator's account, for both arms alike.\n")
	t.line("`%s`\n", h.Command)
	for _, m := range h.Machine {
		t.line("- %s", m)
	}
	t.line("\nSamples: [samples.jsonl](samples.jsonl). “met” is said of the interval's far end, “median met” where only the")
	t.line("median is within what is asked.")
	t.pairs(all)
	t.memory(all)
	t.closed(all)
	t.open(all)
	t.slips(all)
	t.models(all)
	t.commands(all)
	return t.err
}

// commands lists how everything that was compared is started.
func (t *table) commands(all []Sample) {
	used := make(map[string]bool)
	for _, s := range all {
		used[s.Part+s.Arm] = true
	}
	t.line("\n## Commands\n")
	t.line("Servers have ASSAY_WORKLOAD=echo in their environment, and run in bin/:\n")
	said := make(map[string]bool)
	for _, p := range Pairs {
		for _, a := range []Arm{p.Arm, p.Base} {
			if used[Servers+a.Name] && !said[a.Name] {
				said[a.Name] = true
				t.line("- `%s`", strings.TrimPrefix("ASSAY_OPTIONS="+a.Options+" "+strings.Join(a.Argv, " "), "ASSAY_OPTIONS= "))
			}
		}
	}
	t.line("\nGenerators:\n")
	for _, part := range []struct {
		name string
		all  []Generator
	}{{Closing, Closed}, {Opening, Open}, {Slips, Slipping}} {
		for _, g := range part.all {
			if line := g.command(); used[part.name+g.Name] && !said[line] {
				said[line] = true
				t.line("- `%s`", line)
			}
		}
	}
}

// command is the generator's command line, its blanks not filled in.
func (g *Generator) command() string {
	line := strings.Join(g.Argv, " ")
	if g.Then != nil {
		line += "; " + strings.Join(g.Then, " ")
	}
	return line
}

type table struct {
	w   io.Writer
	err error
}

func (t *table) line(format string, args ...any) {
	if _, err := fmt.Fprintf(t.w, format+"\n", args...); err != nil && t.err == nil {
		t.err = err
	}
}

// head starts a table with columns; those after the first are aligned right.
func (t *table) head(title string, columns ...string) {
	t.line("\n## %s\n", title)
	t.line("| %s |", strings.Join(columns, " | "))
	t.line("|---|%s", strings.Repeat("--:|", len(columns)-1))
}

func (t *table) row(cells ...string) { t.line("| %s |", strings.Join(cells, " | ")) }

// pairs shows the comparisons of servers.
func (t *table) pairs(all []Sample) {
	gs := groups(all, Servers)
	if len(gs) == 0 {
		return
	}
	t.head("Servers: echo of 13 bytes, closed loop", "arm against base, connections", "CPU per request of the arm, µs", "of the base, µs",
		"ratio of CPU", "asked", "", "ratio of rates", "Jain of the arm", "of the base")
	for _, p := range Pairs {
		i := slices.IndexFunc(gs, func(g group) bool { return g.name == p.name() })
		if i >= 0 {
			t.pair(p, &gs[i])
		}
	}
}

func (t *table) pair(p Pair, g *group) {
	for _, a := range []Arm{p.Arm, p.Base} {
		if why := g.failed(a.Name); why != "" {
			t.row(p.name(), "failed: "+a.Name+": "+cell(why), "", "", "", "", "", "", "")
			return
		}
	}
	cost, errCost := ratio(g.of(p.Arm.Name, cpu), g.of(p.Base.Name, cpu))
	speed, errSpeed := ratio(g.of(p.Arm.Name, rate), g.of(p.Base.Name, rate))
	if errCost != nil || errSpeed != nil {
		t.row(p.name(), "no neighbouring trials", "", "", "", "", "", "", "")
		return
	}
	name := p.name() + g.lost(p.Arm.Name, p.Base.Name)
	if p.often() > 1 {
		name += fmt.Sprintf(" (%d blocks)", cost.N)
	}
	t.row(name, micros(level(g.of(p.Arm.Name, cpu))), micros(level(g.of(p.Base.Name, cpu))), cost.times(),
		most(p.Most, "× %.2f"), verdict(p.Most, cost), speed.times(),
		fair(g, p.Arm, p.Fair), fair(g, p.Base, p.Fair))
}

// fair is how fair an arm was, and whether that is at least what was asked for.
func fair(g *group, a Arm, least float64) string {
	e, err := level(g.of(a.Name, jain))
	if err != nil {
		return ""
	}
	text := fmt.Sprintf("%.4f [%.4f, %.4f]", e.Median, e.Lo, e.Hi)
	if least > 0 {
		text += " ≥ " + fmt.Sprint(least) + " " + verdict(1/least, e.inverse())
	}
	return text
}

// memory shows the slopes of the ladder.
func (t *table) memory(all []Sample) {
	gs := groups(all, Memory)
	if len(gs) == 0 {
		return
	}
	t.head(fmt.Sprintf("Memory of an idle connection: slope over %v, after a collection where one is offered", Ladder),
		"server", "its connections", "user part, B", "asked", "", "with kernel stacks and page tables, B")
	for _, h := range Holders {
		for i := range gs {
			g := &gs[i]
			if why := g.failed(h.Arm.Name); why != "" {
				t.row(h.Arm.Name, g.name, "failed: "+cell(why), "", "", "")
				continue
			}
			user, err := g.slope(h.Arm.Name, userPart)
			stacks, bad := g.slope(h.Arm.Name, kernel)
			if err != nil || bad != nil {
				continue
			}
			t.row(h.Arm.Name, g.name, user.whole(), most(h.Most, "%.0f"), verdict(h.Most, user), fmt.Sprintf("%.0f", user.Median+stacks.Median))
		}
	}
}

// closed shows the rates of generators against the null server.
func (t *table) closed(all []Sample) {
	for _, g := range groups(all, Closing) {
		t.head("Generators, closed loop against a server that does nothing, "+g.name, "generator", "answers per second", "ours ÷ its rate", "asked", "")
		ours := g.of(Closed[0].Name, rate)
		for i, peer := range Closed {
			if why := g.failed(peer.Name); why != "" {
				t.row(peer.Name, cell(why), "", "", "")
				continue
			}
			e, err := level(g.of(peer.Name, rate))
			if err != nil {
				continue
			}
			quotient, err := ratio(ours, g.of(peer.Name, rate))
			switch {
			case i == 0 || err != nil:
				t.row(peer.Name+g.lost(peer.Name), e.whole(), "", "", "")
			case i == 1: // the one that it is held against: the near end of the interval counts
				t.row(peer.Name, e.whole(), quotient.times(), "≥ × 0.95", verdict(1/0.95, quotient.inverse()))
			default:
				t.row(peer.Name, e.whole(), quotient.times(), "", "")
			}
		}
	}
}

// open shows the times that generators say an instant server took: all of it is
// the machine's or their own.
func (t *table) open(all []Sample) {
	for _, g := range groups(all, Opening) {
		t.head("Generators, open loop against the same, "+g.name, "generator", "p50, µs", "p99, µs", "slip p99, µs", "achieved per second")
		for _, peer := range Open {
			if why := g.failed(peer.Name); why != "" {
				t.row(peer.Name, cell(why), "", "", "")
				continue
			}
			achieved, err := level(g.of(peer.Name, rate))
			if err != nil {
				continue
			}
			t.row(peer.Name+g.lost(peer.Name), micros(level(g.of(peer.Name, p50))), micros(level(g.of(peer.Name, p99))),
				micros(level(g.of(peer.Name, slip99))), achieved.whole())
		}
		t.rivalry(&g)
	}
}

// rivalry holds our generator against the best of its rivals.
func (t *table) rivalry(g *group) {
	t.line("\n| asked of assay | ratio | |\n|---|--:|--:|")
	for _, q := range []string{p50, p99} {
		best, name := estimate{}, ""
		for _, r := range rivals {
			if e, err := level(g.of(r, q)); err == nil && (name == "" || e.Median < best.Median) {
				best, name = e, r
			}
		}
		if e, err := ratio(g.of("assay", q), g.of(name, q)); err == nil {
			t.row(fmt.Sprintf("%s at most half of the best of %s: %s", q, strings.Join(rivals, ", "), name), e.times(), verdict(0.5, e))
		}
	}
}

// slips shows how late requests are sent: by ours and by the client that spins. Each alternation is a
// block, because each is of fresh processes.
func (t *table) slips(all []Sample) {
	for _, g := range groups(all, Slips) {
		t.head("How late generators send, open loop against the same, "+g.name, "arrivals", "slip p99 of assay, µs", "of spin, µs", "ratio", "asked", "", "alternations")
		for _, kind := range []string{"", " poisson"} {
			ours, spin := g.of("assay"+kind, slip99), g.of("spin"+kind, slip99)
			e, err := ratio(ours, spin)
			if err != nil {
				continue
			}
			t.row(cmp.Or(strings.TrimSpace(kind), "constant")+g.lost("assay"+kind, "spin"+kind), micros(level(ours)), micros(level(spin)), e.times(),
				most(mostSlip, "× %.2f"), verdict(mostSlip, e), strconv.Itoa(e.N))
		}
	}
}

// mostSlip is asked of our slip p99 ÷ that of the client that spins.
const mostSlip = 1.25

// verdict says whether the far end of an interval keeps to what was asked for, or else the median.
func verdict(most float64, e estimate) string {
	switch {
	case most == 0:
		return ""
	case e.Hi <= most:
		return "met"
	case e.Median <= most:
		return "median met"
	}
	return "**missed**"
}

func most(limit float64, format string) string {
	if limit == 0 {
		return ""
	}
	return "≤ " + fmt.Sprintf(format, limit)
}

// inverse is the estimate of one over what this one is of, for what is asked to be at least so much.
func (e estimate) inverse() estimate { return estimate{1 / e.Median, 1 / e.Hi, 1 / e.Lo, e.N} }

func (e estimate) times() string { return fmt.Sprintf("× %.3f [%.3f, %.3f]", e.Median, e.Lo, e.Hi) }
func (e estimate) whole() string { return fmt.Sprintf("%.0f [%.0f, %.0f]", e.Median, e.Lo, e.Hi) }

// micros shows ns as microseconds; nothing where there is no value.
func micros(e estimate, err error) string {
	if err != nil {
		return ""
	}
	return fmt.Sprintf("%.2f [%.2f, %.2f]", e.Median/1e3, e.Lo/1e3, e.Hi/1e3)
}

// cell makes a text fit into a cell.
func cell(text string) string {
	text = strings.NewReplacer("\n", " ", "|", "\\|").Replace(text)
	if len(text) > 160 {
		text = strings.ToValidUTF8(text[:160], "") + "…"
	}
	return text
}
