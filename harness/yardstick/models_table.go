package yardstick

import (
	"fmt"
	"slices"
)

// models shows what our models are held to beside their own kind, or themselves.
func (t *table) models(all []Sample) {
	gs := groups(all, Models)
	if len(gs) == 0 {
		return
	}
	t.head("Models beside their own kind", "bar", "arm", "base", "ratio", "asked", "")
	find := func(name string) *group {
		if i := slices.IndexFunc(gs, func(g group) bool { return g.name == name }); i >= 0 {
			return &gs[i]
		}
		return &group{}
	}
	for _, p := range modelPairs {
		asked, judge := "", func(estimate) string { return "" }
		if p.Arm.Name == oneLoop.Name {
			asked, judge = fmt.Sprintf("%.2f to %.2f", sameLow, sameHigh), same
		}
		t.bar("CPU per request, µs: "+p.name(), find(p.name()), p.Arm.Name, p.Base.Name, cpu, micros, asked, judge)
	}
	g := find(callsGroup)
	t.bar("system calls per request: "+modelPairs[1].name(), g, uring.Name, reactor.Name, calls, number, "< × 1", func(e estimate) string { return verdict(1, e) })
	t.bar("system calls per request: "+modelPairs[0].name(), g, oneLoop.Name, reactor.Name, calls, number, "", func(estimate) string { return "" })
	t.bar("p99 of victims, µs: hybrid, 5 % of calls block 50 ms, half of the pool's capacity", find(offloadGroup), with, without, p99, micros,
		most(offloadMost, "× %.1f"), func(e estimate) string { return verdict(offloadMost, e) })
	for _, h := range modelHolders {
		g := find(h.Arm.Name)
		bar := "user memory of an idle connection that has spoken, B: " + h.Arm.Name
		user, err := g.slope(h.Arm.Name, userPart)
		if why := g.failed(h.Arm.Name); why != "" || err != nil {
			t.row(bar, "failed: "+cell(why), "", "", most(h.Most, "%.0f"), "")
			continue
		}
		t.row(bar, user.whole(), "", "", most(h.Most, "%.0f"), verdict(h.Most, user))
	}
}

// bar shows one value of two arms, and what their ratio must be.
func (t *table) bar(name string, g *group, arm, base, value string, show func(estimate, error) string, asked string, judge func(estimate) string) {
	for _, a := range []string{arm, base} {
		if why := g.failed(a); why != "" {
			t.row(name, "failed: "+a+": "+cell(why), "", "", asked, "")
			return
		}
	}
	e, err := ratio(g.of(arm, value), g.of(base, value))
	if err != nil {
		t.row(name, "no neighbouring trials", "", "", asked, "")
		return
	}
	t.row(name+g.lost(arm, base), show(level(g.of(arm, value))), show(level(g.of(base, value))), e.times(), asked, judge(e))
}

// same says whether a whole interval lies where two that do the same must.
func same(e estimate) string {
	switch {
	case e.Lo >= sameLow && e.Hi <= sameHigh:
		return "met"
	case e.Hi < sameLow || e.Lo > sameHigh:
		return "**missed**"
	}
	return "undecided: the interval reaches out"
}

// number shows a number as it is.
func number(e estimate, err error) string {
	if err != nil {
		return ""
	}
	return fmt.Sprintf("%.2f [%.2f, %.2f]", e.Median, e.Lo, e.Hi)
}
