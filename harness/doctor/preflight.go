package doctor

import (
	"fmt"

	"assay/bench/plan"
)

// Preflight is the machine in one line, and below it what of the plan's figures will
// suffer for, a line each with its remedy. What limits leave out the campaign itself
// says, cell by cell.
func Preflight(f Facts, p Probes, plan *plan.Plan) (summary string, warnings []string) {
	one := "one speed"
	if p.Speeds.Apart > 0 {
		one = "two speeds " + percent(p.Speeds.Apart) + " apart"
	}
	summary = fmt.Sprintf("machine: clock %d ns, sleep +%s (p99 %s), wake-up %s, %s, others %s, steal %s (more: assay doctor)",
		p.ClockCost, micros(p.SleepP50), micros(p.SleepP99), micros(p.WakeHalt), one, percent(p.Busy), percent(p.Steal))
	open := false
	for i := range plan.Cells {
		open = open || plan.Cells[i].Open()
	}
	for _, short := range Shorts(Examine(f, p)) {
		if short.Topic == "processors" { // the header says it
			continue
		}
		if short.Bears == Every || short.Bears == Open && open {
			warnings = append(warnings, fmt.Sprintf("warning: %s: %s; mend: %s", short.Topic, short.Says, short.Mend))
		}
	}
	return summary, warnings
}
