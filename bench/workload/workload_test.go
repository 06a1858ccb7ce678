package workload

import (
	"math"
	"strings"
	"testing"
)

// Computed apart from this code, from the formulas in HTTP.md.
func TestValueAndWork(t *testing.T) {
	for _, test := range []struct {
		n    uint64
		i    int
		want uint64
	}{
		{0, 0, 822465},
		{1, 2, 111561},
		{42, 0, 529955},
		{math.MaxUint64, 1, 574730},
	} {
		if got := Value(test.n, test.i); got != test.want {
			t.Errorf("Value(%d, %d) = %d, want %d", test.n, test.i, got, test.want)
		}
	}
	if got := Work(10, 1000); got != 0x849675491902e7c6 {
		t.Errorf("Work(10, 1000) = %x", got)
	}
	if Work(0, 3) == Work(0, 4) || Work(2, 3) == Work(4, 3) {
		t.Error("Work does not depend on its rounds or its seed")
	}
}

func TestDecimal(t *testing.T) {
	for _, test := range []struct {
		text string
		want uint64
		ok   bool
	}{
		{"0", 0, true},
		{"007", 7, true},
		{"18446744073709551615", math.MaxUint64, true},
		{"18446744073709551616", 0, false}, // one more than fits
		{"99999999999999999999", 0, false},
		{"", 0, false},
		{"-1", 0, false},
		{"1 ", 0, false},
		{"1e3", 0, false},
	} {
		if got, ok := Decimal([]byte(test.text)); ok != test.ok || ok && got != test.want {
			t.Errorf("Decimal(%q) = %d, %v, want %d, %v", test.text, got, ok, test.want, test.ok)
		}
	}
}

func TestNextParam(t *testing.T) {
	var got []string
	for rest := []byte("a=1&b&=c&d==2"); len(rest) > 0; {
		var name, value []byte
		name, value, rest = NextParam(rest)
		got = append(got, string(name)+":"+string(value))
	}
	if want := "a:1 b: :c d:=2"; strings.Join(got, " ") != want {
		t.Errorf("got %q, want %q", got, want)
	}
}

func TestNearest(t *testing.T) {
	words := []string{"thread", "reactor", "goroutine", "pool"}
	for given, want := range map[string]string{"threads": "thread", "rector": "reactor", "gorutine": "goroutine", "pol": "pool"} {
		if got := Nearest(given, words); got != want {
			t.Errorf("Nearest(%q) = %q, want %q", given, got, want)
		}
	}
	if Nearest("x", nil) != "" {
		t.Error("nearest of nothing is something")
	}
}

func TestPickIsUniform(t *testing.T) {
	const draws, bins = 100_000, 10
	var count [bins]int
	sum := 0.0
	for n := range uint64(draws) {
		u := Pick(3, n, UseOwn)
		count[int(u*bins)]++
		sum += Exponential(u)
	}
	for i, c := range count {
		if c < draws/bins*9/10 || c > draws/bins*11/10 {
			t.Errorf("bin %d has %d of %d draws", i, c, draws)
		}
	}
	if mean := sum / draws; mean < 0.98 || mean > 1.02 {
		t.Errorf("exponential mean %g, want 1", mean)
	}
}

// Neither the seed nor the use may be without effect, or two runs would be one and
// two draws of a request would go together.
func TestPickDependsOnAll(t *testing.T) {
	seen := map[float64]bool{}
	for seed := range uint64(10) {
		for n := range uint64(10) {
			for use := range 10 {
				seen[Pick(seed, n, use)] = true
			}
		}
	}
	if len(seen) != 1000 {
		t.Errorf("1000 draws have %d values", len(seen))
	}
}

func TestExamplesRefuseHalves(t *testing.T) {
	for _, doc := range []string{"```example\nGET /\n```\n", "```example\nGET /\nok\n```\n"} {
		if _, err := Examples(doc); err == nil {
			t.Errorf("%q: accepted", doc)
		}
	}
}

func TestCalibrate(t *testing.T) {
	if got := Calibrate(); !(got > 0) || math.IsInf(got, 0) {
		t.Errorf("Calibrate() = %g rounds per microsecond", got)
	}
}
