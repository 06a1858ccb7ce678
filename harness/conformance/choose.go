package conformance

import (
	"fmt"
	"path"
	"strings"

	"assay/bench/workload"
)

// Choose gives the cases of all whose names match one of the patterns, in their
// order: a name, a group, or a name with * in it. No pattern chooses all. The error
// for one that matches nothing gives the nearest name.
func Choose(all []Case, patterns []string) ([]Case, error) {
	if len(patterns) == 0 {
		return all, nil
	}
	used := make(map[string]bool)
	var some []Case
	for _, c := range all {
		chosen := false
		for _, p := range patterns {
			if matches(p, c.Name) {
				chosen, used[p] = true, true
			}
		}
		if chosen {
			some = append(some, c)
		}
	}
	for _, p := range patterns {
		if !used[p] {
			return nil, fmt.Errorf("no case is called %q: did you mean %q? assay check --list names them", p, nearestCase(all, p))
		}
	}
	return some, nil
}

func matches(pattern, name string) bool {
	group, _, _ := strings.Cut(name, "/")
	ok, err := path.Match(pattern, name)
	return pattern == group || err == nil && ok
}

func nearestCase(all []Case, pattern string) string {
	var names []string
	seen := make(map[string]bool)
	for _, c := range all {
		group, _, _ := strings.Cut(c.Name, "/")
		if !seen[group] {
			seen[group] = true
			names = append(names, group)
		}
		names = append(names, c.Name)
	}
	return workload.Nearest(pattern, names)
}
