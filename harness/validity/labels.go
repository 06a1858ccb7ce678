package validity

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"assay/harness/trial"
)

// labels are what a reader must know of a trial and is no fault of it.
func (f *facts) labels() []string {
	if f.Kind != trial.Load || len(f.Slices) == 0 {
		return nil
	}
	var out []string
	if !f.Identity.Checked {
		out = append(out, "answers unchecked, to its own URL instead of the workload: counts and times only")
	}
	if f.errors > 0 {
		out = append(out, fmt.Sprintf("failed requests: %d of %d got no right answer (%s)", f.errors, f.requests, kinds(f.by)))
	}
	if f.SwitchesBy == "lifetime" {
		out = append(out, "threads came and went: switches are the whole process's, shared out by requests")
	}
	switch {
	case !f.Open && !f.Shared && f.serverShare() < .95 && f.loadShare() > .90:
		out = append(out, "generator-bound: CPU per request stands, the rate is a lower bound")
	case f.Open && f.saturated():
		out = append(out, "saturated: the server could not keep up, so times grow with the length of the slices")
	}
	if tail := coincidence(f.Trial); tail != "" {
		out = append(out, tail)
	}
	return out
}

// kinds writes counts by kind: "3 timeout, 1 eof".
func kinds(by map[string]uint64) string {
	var parts []string
	for _, kind := range slices.Sorted(maps.Keys(by)) {
		parts = append(parts, fmt.Sprintf("%d %s", by[kind], kind))
	}
	return strings.Join(parts, ", ")
}

// coincidence says which of a trial's slowest requests waited through a pause of the
// machine that made up a quarter of their time, or more; "" if none did.
func coincidence(t *trial.Trial) string {
	var all, hit int
	var longest trial.Hiccup
	for i := range t.Slices {
		s := &t.Slices[i]
		if s.Machine == nil {
			continue
		}
		for _, slow := range s.Load.Slowest {
			all++
			var paused int64
			for _, h := range s.Machine.HiccupsLong {
				over := min(h.At+h.Length, slow.At+slow.Response) - max(h.At, slow.At)
				if over > 0 && h.Length > longest.Length {
					longest = h
				}
				paused = max(paused, over)
			}
			if paused*4 >= slow.Response && paused > 0 {
				hit++
			}
		}
	}
	if hit == 0 {
		return ""
	}
	return fmt.Sprintf("pauses of the machine: %d of its %d slowest answers waited through one (the longest %.3g ms, on processor %d)",
		hit, all, float64(longest.Length)/1e6, longest.CPU)
}
