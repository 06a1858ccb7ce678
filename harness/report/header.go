package report

import (
	"fmt"

	"assay/bench/plan"
)

// Header is the first line of a run: what will happen, with its arithmetic.
func Header(p *plan.Plan, place Placement) string {
	where := fmt.Sprintf("%d processors: server on %s, load on %s.", len(place.Server)+len(place.Load), numbers(place.Server), numbers(place.Load))
	if place.Shared {
		where = "1 processor: server and load share it, so every figure is SUSPECT."
	}
	load, memory := p.Trials()
	return fmt.Sprintf("%s %s × %s × %s = %d trials, %s. Ctrl-C keeps finished trials.",
		where, count(len(p.Arms), "arm"), count(len(p.Cells), "cell"), count(p.Blocks, "block"), load+memory, plan.About(p.Estimate()))
}

// numbers writes processors shortly: 1 or 4–7 or 0,2,4.
func numbers(ns []int) string {
	if n := len(ns); n > 2 && ns[n-1]-ns[0] == n-1 {
		return fmt.Sprintf("%d–%d", ns[0], ns[n-1])
	}
	s := ""
	for i, n := range ns {
		if i > 0 {
			s += ","
		}
		s += fmt.Sprint(n)
	}
	return s
}

func count(n int, what string) string {
	if n == 1 {
		return "1 " + what
	}
	return fmt.Sprintf("%d %ss", n, what)
}
