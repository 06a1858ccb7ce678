package load

import (
	"slices"
	"testing"
)

func fullPicker(n int, seed uint64) picker {
	p := newPicker(n, seed)
	for i := range n {
		p.put(int32(i))
	}
	return p
}

// chiSquare compares counts with equal expectations.
func chiSquare(counts []int) float64 {
	sum := 0
	for _, n := range counts {
		sum += n
	}
	expected, x := float64(sum)/float64(len(counts)), 0.0
	for _, n := range counts {
		x += (float64(n) - expected) * (float64(n) - expected) / expected
	}
	return x
}

// Each free connection is as likely as any other, also when takes and puts are
// interleaved as a load does it: some are out, and the first taken come back first.
func TestPickUniform(t *testing.T) {
	const conns, out, takes = 20, 12, 200_000
	for seed := range uint64(5) {
		p := fullPicker(conns, seed)
		counts := make([]int, conns)
		var busy []int32
		for range takes {
			c, ok := p.take()
			if !ok {
				t.Fatal("nothing free")
			}
			counts[c]++
			if busy = append(busy, c); len(busy) > out {
				p.put(busy[0])
				busy = busy[1:]
			}
		}
		// 19 degrees of freedom: 43.8 is exceeded once in a thousand. A connection that is
		// out cannot be taken, which only evens the counts.
		if x := chiSquare(counts); x > 43.8 {
			t.Errorf("seed %d: chi-square %.1f of takes by connection, want below 43.8: %v", seed, x, counts)
		}
	}
}

// One draw out of a full set is uniform by position as well.
func TestPickUniformOnce(t *testing.T) {
	const conns, runs = 10, 20_000
	counts := make([]int, conns)
	for seed := range uint64(runs) {
		p := fullPicker(conns, seed)
		c, _ := p.take()
		counts[c]++
	}
	if x := chiSquare(counts); x > 27.9 { // 9 degrees of freedom, one in a thousand
		t.Errorf("chi-square %.1f, want below 27.9: %v", x, counts)
	}
}

func TestPickTakesEachOnce(t *testing.T) {
	p := fullPicker(50, 9)
	p.drop(17)
	p.drop(17) // gone already
	var got []int32
	for {
		c, ok := p.take()
		if !ok {
			break
		}
		got = append(got, c)
	}
	slices.Sort(got)
	if len(slices.Compact(slices.Clone(got))) != 49 || slices.Contains(got, 17) {
		t.Errorf("took %v, want 0 to 49 without 17, each once", got)
	}
}

func TestPickRepeatsWithItsSeed(t *testing.T) {
	sequence := func(seed uint64) (s []int32) {
		p := fullPicker(30, seed)
		for c, ok := p.take(); ok; c, ok = p.take() {
			s = append(s, c)
		}
		return s
	}
	if !slices.Equal(sequence(1), sequence(1)) {
		t.Error("equal seeds pick differently")
	}
	if slices.Equal(sequence(1), sequence(2)) {
		t.Error("different seeds pick alike")
	}
}
