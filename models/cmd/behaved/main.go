// Behaved serves the workload of the behaviour cases over every model and reference.
// It is apart from modeld and refd because it is looked at and never measured, and links
// a profiler and what else they need not carry.
package main

import (
	"os"

	"assay/bench/behaviour"
	"assay/models/base/model"
	models "assay/models/catalog"
	"assay/models/reference"
)

func main() {
	p := &model.Program{Name: "behaved", Workloads: []model.Workload{{Name: behaviour.Name, Routes: behaviour.Routes}}}
	for _, m := range append(models.Models(), reference.Models...) {
		if m.Run == nil || m.Workloads != nil { // another executable, or one that cannot wait for backends
			continue
		}
		p.Models = append(p.Models, m)
	}
	os.Exit(p.Run(os.Args[1:], os.Getenv, os.Stdin, os.Stdout, os.Stderr))
}
