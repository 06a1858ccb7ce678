// Assay measures how a server's way to wait changes what the same work costs.
// Run it without arguments for its verbs.
package main

import "os"

func main() {
	program = os.Args[0]
	os.Exit(run(os.Args[1:], os.Stdin, os.Stdout, os.Stderr))
}

// program is this command as the user typed it.
var program = "assay"
