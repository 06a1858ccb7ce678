package main

import (
	"strings"
	"testing"
)

const sample = `cpu: some processor
BenchmarkSwitch/how=callback-2	100	5.2 ns/op	0 B/op
BenchmarkSwitch/how=callback-2	100	5.0 ns/op	0 B/op
BenchmarkSwitch/how=callback-2	100	9.0 ns/op	0 B/op
BenchmarkSwitch/how=closure-2	100	46 ns/op
BenchmarkSwitch/how=coroutine-2	100	1120 ns/op
--- SKIP: something
BenchmarkSwitch/how=unknown-2	100	1 ns/op
PASS
`

func TestTable(t *testing.T) {
	var b strings.Builder
	if err := write(&b, strings.NewReader(sample)); err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{
		"some processor.\n",
		"At the median this run took 2.00 of what was expected: it is another machine",
		"| switch, callback from a queue | 2.60 | 5.20 [5.00, 9.00] | 2.00 | as expected |",
		"| switch, closure | 23.0 | 46.0 [46.0, 46.0] | 2.00 | as expected |",
		"| switch, coroutine | 56.0 | 1120 [1120, 1120] | 20.00 | **far**: see below |",
		"| switch, locked threads on a channel | 12500 | not measured | | |",
		"- *switch, coroutine*, 20.00 of what was expected: compare-and-swaps",
	} {
		if !strings.Contains(b.String(), want) {
			t.Errorf("no %q in\n%s", want, b.String())
		}
	}
	if err := write(&b, strings.NewReader("PASS\n")); err == nil {
		t.Error("nothing measured makes a table")
	}
}
