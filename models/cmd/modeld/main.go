// Modeld is the lean binary of our models: modeld MODEL serves one workload behind
// the contract of models/CONTRACT.md. What is linked in is measured, so nothing is
// that serving does not need.
package main

import (
	"io"
	"os"

	workloads "assay/bench/catalog"
	"assay/models/base/model"
	models "assay/models/catalog"
)

func main() { os.Exit(run(os.Args[1:], os.Getenv, os.Stdin, os.Stdout, os.Stderr)) }

func run(args []string, getenv func(string) string, stdin *os.File, stdout, stderr io.Writer) int {
	p := model.Program{Name: "modeld", Models: models.Models()}
	for _, w := range workloads.All {
		p.Workloads = append(p.Workloads, model.Workload{Name: w.Name, Routes: w.Routes})
	}
	return p.Run(args, getenv, stdin, stdout, stderr)
}
