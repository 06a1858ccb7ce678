package main

import (
	"errors"
	"fmt"
	"io"
	"math"
	"slices"
	"strings"

	"golang.org/x/perf/benchfmt"
)

// expected is a mechanism of which a figure was known beforehand, from the two processors of a
// quiet virtual machine (AMD EPYC).
type expected struct {
	what, bench string  // for people; as the benchmark calls itself
	ns          float64 // an operation
	why         string  // what moves it, for a machine on which it is far from that
}

const sleepers = "each side sleeps until the other wakes it: what the kernel and, on a virtual machine, the hypervisor make of " +
	"that decides. A processor that polls before it sleeps, or is kept busy by others, is woken sooner; one that has to be " +
	"shared with other processes is had later"

var list = []expected{
	{"switch, callback from a queue", "Switch/how=callback", 2.6, "a few instructions: the processor's speed alone"},
	{"switch, closure", "Switch/how=closure", 23, "an allocation, and its share of collections: memory and the speed of the processor"},
	{"switch, coroutine", "Switch/how=coroutine", 56, "compare-and-swaps, and returns that the processor mispredicts"},
	{"switch, goroutines on a channel", "Switch/how=goroutine", 252, "the runtime's run queue; more where a second processor's idle scheduler is woken for it"},
	{"switch, locked threads on a channel", "Switch/how=thread-channel", 12500, sleepers},
	{"switch, threads on a pipe, one processor", "Switch/how=thread-pipe/lang=c/cpus=1", 4000, "four system calls and two switches of the kernel: its mitigations, and the cost of entering it"},
	{"switch, threads on a pipe, two processors", "Switch/how=thread-pipe/lang=c/cpus=2", 45000, sleepers},
	{"switch, threads on a futex, one processor", "Switch/how=thread-futex/lang=c/cpus=1", 3500, "as for the pipe, with one system call less on each side"},
	{"switch, threads on a futex, two processors", "Switch/how=thread-futex/lang=c/cpus=2", 45000, sleepers},
	{"create and join a pthread, one processor", "Spawn/what=thread/lang=c/cpus=1", 16900, "clone, exit, two switches, and page faults of a fresh stack, which are dear where the hypervisor keeps the page tables"},
}

// far is from which ratio on a figure is far from what was expected, either way, once the
// machine's own speed in this run is taken out.
const far = 2.0

// write reads benchmarks and writes the table. The error is the reader's, or that there are none.
func write(w io.Writer, r io.Reader) error {
	samples, machine, err := read(r)
	if err != nil {
		return err
	}
	var ratios []float64
	for _, e := range list {
		if s := samples[e.bench]; len(s) > 0 {
			ratios = append(ratios, median(s)/e.ns)
		}
	}
	if len(ratios) == 0 {
		return errors.New("none of the expected benchmarks is in the input; give it the output of make micro")
	}
	scale := median(ratios)
	var b strings.Builder
	b.WriteString("# Mechanisms, expected beside measured\n\n`make micro`: nanoseconds an operation, medians with the least and the greatest sample. " +
		"All figures are in [bench.txt](bench.txt), for benchstat; what each is, and why, in [bench/micro](../../bench/micro/doc.go).\n\n")
	if machine != "" {
		b.WriteString(machine + ".\n\n")
	}
	fmt.Fprintf(&b, "At the median this run took %.2f of what was expected", scale)
	if scale > 1.5 || scale < 1/1.5 {
		b.WriteString(": it is another machine, or it did other work meanwhile. Compare within the run")
	}
	fmt.Fprintf(&b, ". “Far” is a factor of %g from that.\n\n", far)
	b.WriteString("| mechanism | expected | measured | ratio | |\n|---|--:|--:|--:|---|\n")
	var notes []string
	for _, e := range list {
		s := samples[e.bench]
		if len(s) == 0 {
			fmt.Fprintf(&b, "| %s | %s | not measured | | |\n", e.what, number(e.ns))
			continue
		}
		m, verdict := median(s), "as expected"
		if off := m / e.ns / scale; off > far || off < 1/far {
			verdict = "**far**: see below"
			notes = append(notes, fmt.Sprintf("- *%s*, %.2f of what was expected: %s.\n", e.what, m/e.ns, e.why))
		}
		fmt.Fprintf(&b, "| %s | %s | %s [%s, %s] | %.2f | %s |\n", e.what, number(e.ns), number(m), number(slices.Min(s)), number(slices.Max(s)), m/e.ns, verdict)
	}
	if len(notes) > 0 {
		b.WriteString("\nWhat moves those that are far:\n\n" + strings.Join(notes, ""))
	}
	_, err = io.WriteString(w, b.String())
	return err
}

// read collects ns an operation by benchmark, and what the file says of the machine.
func read(r io.Reader) (samples map[string][]float64, machine string, err error) {
	samples = make(map[string][]float64)
	lines := benchfmt.NewReader(r, "standard input")
	for lines.Scan() {
		result, ok := lines.Result().(*benchfmt.Result)
		if !ok {
			continue // what a test prints beside
		}
		machine = result.GetConfig("cpu")
		name := result.Name.String()
		if i := strings.LastIndexByte(name, '-'); i > 0 && strings.Trim(name[i+1:], "0123456789") == "" {
			name = name[:i] // the number of processors
		}
		if sec, ok := result.Value("sec/op"); ok {
			samples[name] = append(samples[name], sec*1e9)
		}
	}
	return samples, machine, lines.Err()
}

func median(all []float64) float64 {
	s := slices.Sorted(slices.Values(all))
	return (s[(len(s)-1)/2] + s[len(s)/2]) / 2
}

// number is three digits of x.
func number(x float64) string {
	if x >= 100 {
		return fmt.Sprintf("%.0f", x)
	}
	return fmt.Sprintf("%.*f", max(0, 2-int(math.Floor(math.Log10(max(x, 0.1))))), x)
}
