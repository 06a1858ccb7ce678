package plan

import (
	"math/rand/v2"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"
)

// Every arm stands exactly once in every place over each run of n rotations.
func TestRotationsAreBalanced(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		n := rapid.IntRange(1, 12).Draw(t, "arms")
		squares := rapid.IntRange(1, 3).Draw(t, "squares")
		rng := rand.New(rand.NewPCG(rapid.Uint64().Draw(t, "seed"), 1))
		orders := rotations(rng, upTo(n), n*squares)
		for square := range squares {
			for place := range n {
				column := make([]int, 0, n)
				for _, order := range orders[square*n : (square+1)*n] {
					column = append(column, order[place])
				}
				slices.Sort(column)
				for arm := range n {
					if column[arm] != arm {
						t.Fatalf("place %d of square %d holds %v", place, square, column)
					}
				}
			}
		}
	})
}

// With an even number of arms each arm follows each other one equally often.
func TestRotationsBalanceWhoFollowsWhom(t *testing.T) {
	const n = 6
	follows := make(map[[2]int]int)
	for _, order := range rotations(rand.New(rand.NewPCG(1, 2)), upTo(n), n) {
		for i := 1; i < n; i++ {
			follows[[2]int{order[i-1], order[i]}]++
		}
	}
	if len(follows) != n*(n-1) {
		t.Errorf("%d of %d pairs of neighbours appear: %v", len(follows), n*(n-1), follows)
	}
}

// Over seeds every arm is as likely as every other to come first; 5 sigma.
func TestRotationsAreUniform(t *testing.T) {
	const n, runs = 5, 20000
	var first [n]int
	for seed := range uint64(runs) {
		first[rotations(rand.New(rand.NewPCG(seed, 7)), upTo(n), 1)[0][0]]++
	}
	for arm, count := range first {
		if mean, sigma := runs/n, 57; count < mean-5*sigma || count > mean+5*sigma {
			t.Errorf("arm %d comes first %d times of %d", arm, count, runs)
		}
	}
}

func TestBlocksAreSeeded(t *testing.T) {
	p := mustMake(t, Request{Profile: "standard", Seed: 7})
	if a, b := p.Block(3), p.Block(3); !reflect.DeepEqual(a, b) {
		t.Error("a block has two orders")
	}
	if reflect.DeepEqual(p.Block(3), p.Block(4)) {
		t.Error("two blocks have the same order and seeds")
	}
	other := *p
	other.Seed = 8
	if reflect.DeepEqual(p.Block(3), other.Block(3)) {
		t.Error("the seed does not change the order")
	}
}

func TestBlockHoldsEveryCellOnceAndMemoryLast(t *testing.T) {
	p := mustMake(t, Request{Profile: "full"})
	for i := range p.Cells {
		p.Cells[i].Blocks = 0
	}
	firsts := make(map[int]bool)
	for b := range 16 {
		var cells []int
		memory := false
		for _, s := range p.Block(b) {
			cells = append(cells, s.Cell)
			if isMemory := p.Cells[s.Cell].Memory(); memory && !isMemory {
				t.Fatalf("block %d: a load cell after a memory cell", b)
			} else if isMemory {
				memory = true
				continue
			}
			if len(s.Rotations) != p.Timing.Rotations || len(s.Seeds) != p.Timing.Rotations {
				t.Fatalf("block %d: %d rotations and %d seeds, want %d", b, len(s.Rotations), len(s.Seeds), p.Timing.Rotations)
			}
			seeds := slices.Sorted(slices.Values(append(s.Seeds, s.Warmup)))
			if len(slices.Compact(seeds)) != p.Timing.Rotations+1 {
				t.Errorf("block %d: rotations share a seed", b)
			}
		}
		firsts[cells[0]] = true
		slices.Sort(cells)
		for i, c := range cells {
			if i != c || len(cells) != len(p.Cells) {
				t.Fatalf("block %d holds cells %v", b, cells)
			}
		}
	}
	if len(firsts) < 4 {
		t.Errorf("of 16 blocks only %d different cells come first", len(firsts))
	}
}

func upTo(n int) []int {
	list := make([]int, n)
	for i := range list {
		list[i] = i
	}
	return list
}

// A cell that names its arms is asked of those alone, once in every place.
func TestBlockAsksTheArmsOfACell(t *testing.T) {
	p := mustMake(t, Request{Profile: "quick"})
	p.Cells[0].Arms = []string{"thread", "reactor", "goroutine"}
	if err := p.Check(); err != nil {
		t.Fatal(err)
	}
	want := []int{0, 2, 4} // goroutine, its twin, reactor, pool, thread
	for _, s := range p.Block(3) {
		if p.Cells[s.Cell].Memory() {
			if len(s.Arms) != len(p.Arms) {
				t.Errorf("the ladder asks %v, want all", s.Arms)
			}
			continue
		}
		for _, order := range append(s.Rotations, s.Arms) {
			if got := slices.Sorted(slices.Values(order)); !slices.Equal(got, want) {
				t.Errorf("arms %v, want %v", order, want)
			}
		}
	}
	load, memory := p.Trials()
	if load != 3*p.Blocks || memory != 5*p.Blocks {
		t.Errorf("%d load and %d memory trials of %d blocks", load, memory, p.Blocks)
	}
	p.Cells[0].Arms = []string{"nobody"}
	if err := p.Check(); err == nil || !strings.Contains(err.Error(), `"nobody"`) {
		t.Errorf("got %v, want an error that names the arm", err)
	}
}

// A cell with a number of blocks of its own is measured in the first ones alone.
func TestBlocksOfACell(t *testing.T) {
	p := mustMake(t, Request{Profile: "quick"})
	p.Cells[1].Blocks = 2
	for b := range p.Blocks {
		if got, want := len(p.Block(b)), 2; b >= 2 && got != 1 || b < 2 && got != want {
			t.Errorf("block %d has %d steps", b, got)
		}
	}
	load, memory := p.Trials()
	if load != 5*p.Blocks || memory != 5*2 {
		t.Errorf("%d load and %d memory trials", load, memory)
	}
	fewer := p.Estimate()
	p.Cells[1].Blocks = 0
	if more := p.Estimate(); more-fewer != time.Duration(p.Blocks-2)*p.StepEstimate(1) {
		t.Errorf("four blocks fewer take %v less", more-fewer)
	}
}
