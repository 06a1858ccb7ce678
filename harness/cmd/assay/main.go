// Assay measures how a server's way to wait changes what the same work costs.
// Run it without arguments for its verbs.
package main

import "os"

func main() { os.Exit(run(os.Args[1:], os.Stdin, os.Stdout, os.Stderr)) }
