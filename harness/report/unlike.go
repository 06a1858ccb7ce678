package report

import (
	"fmt"
	"math"
	"slices"
	"strings"
)

// machineFacts are the facts of a run that must be the same in two for their ratios to be held
// against each other. What was built, and from which commit, is what one compares.
var machineFacts = []string{
	"placement", "processor", "memory", "kernel", "frequency governor", "transparent huge pages",
	"mitigations", "cgroup limits", "runtime variables", "load of a block",
}

// unlike says in what two runs differ that makes a comparison meaningless; nothing if they may
// be compared.
func unlike(old, new *Run) []string {
	var why []string
	differ := func(what, a, b string) {
		if a != b {
			why = append(why, fmt.Sprintf("%s (%s, %s)", what, said(a), said(b)))
		}
	}
	for _, r := range []*Run{old, new} {
		if !r.Finished {
			why = append(why, r.ID+" is not finished")
		}
	}
	differ("system", old.GOOS+"/"+old.GOARCH, new.GOOS+"/"+new.GOARCH)
	differ("profile", old.Profile, new.Profile)
	differ("baseline", old.Baseline, new.Baseline)
	for _, name := range machineFacts {
		differ(name, old.fact(name), new.fact(name))
	}
	for _, key := range commonPlaces(old, new) {
		differ("settings of "+key.arm+" in "+key.cell, old.settingsOf(key), new.settingsOf(key))
	}
	return why
}

func said(s string) string {
	if s == "" {
		return "not said"
	}
	return s
}

// fact is the value of a fact, "" if the run does not say.
func (r *Run) fact(name string) string {
	for _, f := range r.Facts {
		if f.Name == name {
			return f.Value
		}
	}
	return ""
}

// spot is an arm in a cell.
type spot struct{ arm, cell string }

// commonPlaces are the arms and cells that both runs have, in the order of the old one.
func commonPlaces(old, new *Run) []spot {
	var keys []spot
	for _, c := range old.Cells {
		if !slices.ContainsFunc(new.Cells, func(d Cell) bool { return d.Name == c.Name }) {
			continue
		}
		for _, a := range old.Arms {
			if slices.ContainsFunc(new.Arms, func(b Arm) bool { return a.Name == b.Name }) {
				keys = append(keys, spot{a.Name, c.Name})
			}
		}
	}
	return keys
}

// settingsOf are the settings that follow from an arm and a cell, in words.
func (r *Run) settingsOf(k spot) string {
	var all []string
	for _, s := range r.Settings {
		if s.Arm == k.arm && s.Cell == k.cell {
			all = append(all, s.Value)
		}
	}
	slices.Sort(all)
	return strings.Join(all, " ")
}

// sameLoad refuses cells that are driven at a share of capacity, where the two capacities, and
// so the rates, lie farther apart than a tenth.
func sameLoad(a, b Cell) error {
	if a.Driven > 0 && b.Driven > 0 && math.Abs(math.Log(b.Driven/a.Driven)) > math.Log(1.1) {
		return fmt.Errorf("%s was driven at %s/s in the old run and at %s/s in the new one", a.Name, significant(a.Driven), significant(b.Driven))
	}
	return nil
}
