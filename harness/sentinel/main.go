package sentinel

import (
	"bufio"
	"encoding/json"
	"fmt"
	"io"
	"runtime"
	"runtime/debug"
	"strconv"
	"strings"
)

// Main is the process: its argument is the processors to watch, "0,1". For every line
// on stdin it writes a Report as a JSON line on stdout; the end of stdin ends it. It returns the
// exit code: 0, 1 when it cannot watch, 2 for a bad argument.
func Main(args []string, stdin io.Reader, stdout, stderr io.Writer) int {
	cpus, err := processors(args)
	if err != nil {
		fmt.Fprintln(stderr, err)
		return 2
	}
	// A P for each sentinel and some to spare, and no collection: nothing of Go's own
	// shall make one late.
	runtime.GOMAXPROCS(len(cpus) + 2)
	debug.SetGCPercent(-1)
	debug.SetMemoryLimit(64 << 20)
	n, err := watch(cpus)
	if err != nil {
		fmt.Fprintln(stderr, err)
		return 1
	}
	out := json.NewEncoder(stdout)
	in := bufio.NewScanner(stdin)
	for in.Scan() {
		if err := out.Encode(n.take()); err != nil {
			fmt.Fprintln(stderr, err)
			return 1
		}
	}
	return 0
}

func processors(args []string) ([]int, error) {
	if len(args) != 1 {
		return nil, fmt.Errorf("sentinel: %d arguments, want the processors to watch, like 0,1", len(args))
	}
	var cpus []int
	for text := range strings.SplitSeq(args[0], ",") {
		n, err := strconv.Atoi(text)
		if err != nil || n < 0 {
			return nil, fmt.Errorf("sentinel: processor %q: want a number from 0", text)
		}
		cpus = append(cpus, n)
	}
	return cpus, nil
}
