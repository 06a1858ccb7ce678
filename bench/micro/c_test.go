package micro

import (
	"bytes"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"
)

// The C side of the benchmarks is a program of its own, because C linked into Go is
// called through a bridge that costs more than what is measured.
var program = sync.OnceValues(func() (path string, err error) {
	cc := os.Getenv("CC")
	if cc == "" {
		cc = "cc"
	}
	if _, err := exec.LookPath(strings.Fields(cc)[0]); err != nil {
		return "", nil
	}
	dir, err := os.MkdirTemp("", "assay-micro")
	if err != nil {
		return "", err
	}
	sources, err := filepath.Glob("c/*.c")
	if err != nil {
		return "", err
	}
	path = filepath.Join(dir, "micro")
	args := append(strings.Fields(cc)[1:], "-O2", "-Wall", "-Wextra", "-Werror", "-pthread", "-o", path)
	if out, err := exec.Command(strings.Fields(cc)[0], append(args, sources...)...).CombinedOutput(); err != nil {
		return "", fmt.Errorf("%s c/*.c: %w\n%s", cc, err, out)
	}
	return path, nil
})

func TestMain(m *testing.M) {
	code := m.Run()
	if path, err := program(); err == nil && path != "" {
		os.RemoveAll(filepath.Dir(path))
	}
	os.Exit(code)
}

// inC is a mechanism of the C program.
func inC(what string, cpus int, name string) mechanism {
	return mechanism{
		name: name,
		run: func(c clock, n int) (int, error) {
			path, err := program()
			if err != nil {
				return 0, err
			}
			var stderr bytes.Buffer
			cmd := exec.Command(path, what, fmt.Sprint(cpus), fmt.Sprint(n))
			cmd.Stderr = &stderr
			c.ResetTimer()
			out, err := cmd.Output()
			c.StopTimer()
			if err != nil {
				return 0, fmt.Errorf("%s %s: %w: %s", path, what, err, stderr.String())
			}
			var seen int
			var ns float64
			if _, err := fmt.Sscan(string(out), &ns, &seen); err != nil {
				return 0, fmt.Errorf("%s %s printed %q: %w", path, what, out, err)
			}
			if b, ok := c.(*testing.B); ok {
				// Its own clock: starting the program is no part of what is measured.
				b.ReportMetric(ns/float64(n), "ns/op")
				b.ReportMetric(0, "B/op")
				b.ReportMetric(0, "allocs/op")
			}
			return seen, nil
		},
		lacks: func() string {
			if path, err := program(); err == nil && path == "" {
				return "no C compiler (cc): what is measured in C is left out; install gcc, or say CC=clang"
			}
			return lacksProcessors(cpus)()
		},
	}
}

// The C program alone prints what go test -bench prints, so that it can be run where
// there is no Go.
func TestProgramPrintsBenchmarks(t *testing.T) {
	path, err := program()
	if err != nil {
		t.Fatal(err)
	}
	if path == "" {
		t.Skip("no C compiler (cc)")
	}
	out, err := exec.Command(path, "1ms").Output()
	if err != nil {
		t.Fatal(err)
	}
	known := map[string]bool{}
	for family, all := range map[string][]mechanism{"Switch": switches, "Spawn": spawns, "Wake": wakes, "Executor": executors} {
		for _, m := range all {
			known["Benchmark"+family+"/"+m.name] = true
		}
	}
	lines := 0
	for line := range strings.Lines(string(out)) {
		var name, unit string
		var n int
		var ns float64
		if _, err := fmt.Sscan(line, &name, &n, &ns, &unit); err != nil || !strings.HasPrefix(name, "Benchmark") || n < 1 || ns <= 0 || unit != "ns/op" {
			t.Errorf("%q is no benchmark line: %v", line, err)
		}
		if !known[name] {
			t.Errorf("go test -bench knows no %s", name)
		}
		lines++
	}
	if lines < 8 {
		t.Errorf("%d lines", lines)
	}
}
