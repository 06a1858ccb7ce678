// Command refd is the references: public servers behind the server contract. They
// are apart from modeld because what is linked into a process is measured with it.
package main

import (
	"os"

	"assay/bench/catalog"
	"assay/models/base/model"
	"assay/models/reference"
)

func main() {
	p := &model.Program{Name: "refd", Models: reference.Models}
	for _, w := range catalog.All {
		p.Workloads = append(p.Workloads, model.Workload{Name: w.Name, Routes: w.Routes})
	}
	os.Exit(p.Run(os.Args[1:], os.Getenv, os.Stdin, os.Stdout, os.Stderr))
}
