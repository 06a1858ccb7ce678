// Package catalog is the table of workloads. Adding one is a folder beside this
// one and a line here.
package catalog

import (
	"fmt"
	"strings"

	"assay/bench/blocking"
	"assay/bench/echo"
	"assay/bench/fanout"
	"assay/bench/idle"
	"assay/bench/workload"
)

// All is every workload, in the order they are listed.
var All = []*workload.Workload{
	&echo.Workload,
	&fanout.Workload,
	&blocking.Workload,
	&idle.Workload,
}

// HTTP is the wire format of each workload, by name: the text of its HTTP.md.
func HTTP() map[string]string {
	return map[string]string{
		"echo":     echo.HTTP,
		"fanout":   fanout.HTTP,
		"blocking": blocking.HTTP,
		"idle":     idle.HTTP,
	}
}

// Names lists the workloads' names in order.
func Names() []string {
	names := make([]string, len(All))
	for i, w := range All {
		names[i] = w.Name
	}
	return names
}

// Find gives the workload of that name. The error for an unknown one gives the nearest.
func Find(name string) (*workload.Workload, error) {
	for _, w := range All {
		if w.Name == name {
			return w, nil
		}
	}
	return nil, fmt.Errorf("unknown workload %q: did you mean %q? There are %s",
		name, workload.Nearest(name, Names()), strings.Join(Names(), ", "))
}
