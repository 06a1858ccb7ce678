// Command table reads the output of make micro and writes what was expected beside what
// was measured, as Markdown:
//
//	go run ./bench/micro/table < results/micro/bench.txt > results/micro/README.md
package main

import (
	"fmt"
	"os"
)

func main() {
	if err := write(os.Stdout, os.Stdin); err != nil {
		fmt.Fprintln(os.Stderr, "table:", err)
		os.Exit(2)
	}
}
