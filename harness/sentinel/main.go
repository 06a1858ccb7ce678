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
	"time"
)

// Main is the process: its arguments are the processors to watch, "0,1", and if they are not the
// usual ones the period and the bound of a Sharp, "1ms 300µs". For every line
// on stdin it writes a Report as a JSON line on stdout; the end of stdin ends it. It returns the
// exit code: 0, 1 when it cannot watch, 2 for a bad argument.
func Main(args []string, stdin io.Reader, stdout, stderr io.Writer) int {
	cpus, sharp, err := read(args)
	if err != nil {
		fmt.Fprintln(stderr, err)
		return 2
	}
	// A P for each sentinel and some to spare, and no collection: nothing of Go's own
	// shall make one late.
	runtime.GOMAXPROCS(len(cpus) + 2)
	debug.SetGCPercent(-1)
	debug.SetMemoryLimit(64 << 20)
	n, err := watch(cpus, sharp)
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

func read(args []string) (cpus []int, sharp Sharp, err error) {
	if len(args) != 1 && len(args) != 3 {
		return nil, sharp, fmt.Errorf("sentinel: %d arguments, want the processors to watch, like 0,1, and no more or a period and a bound", len(args))
	}
	for text := range strings.SplitSeq(args[0], ",") {
		n, err := strconv.Atoi(text)
		if err != nil || n < 0 {
			return nil, sharp, fmt.Errorf("sentinel: processor %q: want a number from 0", text)
		}
		cpus = append(cpus, n)
	}
	if len(args) == 1 {
		return cpus, sharp, nil
	}
	for i, d := range []*time.Duration{&sharp.Period, &sharp.Bound} {
		if *d, err = time.ParseDuration(args[1+i]); err != nil || *d < 0 || *d > time.Second {
			return nil, sharp, fmt.Errorf("sentinel: %q: want a time up to 1s, or 0s for the usual one", args[1+i])
		}
	}
	return cpus, sharp, nil
}
