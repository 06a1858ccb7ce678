package plan

import (
	"math/rand/v2"

	"assay/bench/workload"
)

// Step is one cell of one block, in the order in which it is measured.
type Step struct {
	Cell int   // index into Plan.Cells
	Arms []int // in the order of starting, or, for memory, of measuring: indexes into Plan.Arms
	// Rotations gives the order of the arms in each rotation of slices.
	Rotations [][]int
	// Seeds draw the requests: that of a rotation is the same for all its arms.
	Seeds  []uint64
	Warmup uint64 // seed of the warm-up, the same for all arms
}

// Block is what block b does, in order: its load cells at random, then its
// memory cells at random, because those need the machine to themselves.
func (p *Plan) Block(b int) []Step {
	rng := rand.New(rand.NewPCG(p.Seed, workload.Mix(uint64(b)+1)))
	var load, memory []Step
	for _, i := range rng.Perm(len(p.Cells)) {
		if b >= p.BlocksOf(i) {
			continue
		}
		asked := p.Asked(i)
		s := Step{Cell: i, Arms: shuffled(rng, asked), Warmup: rng.Uint64()}
		if p.Cells[i].Memory() {
			memory = append(memory, s)
			continue
		}
		s.Rotations = rotations(rng, asked, p.Timing.Rotations)
		s.Seeds = make([]uint64, len(s.Rotations))
		for r := range s.Seeds {
			s.Seeds[r] = rng.Uint64()
		}
		load = append(load, s)
	}
	return append(load, memory...)
}

// shuffled is a random order of list.
func shuffled(rng *rand.Rand, list []int) []int {
	order := make([]int, len(list))
	for i, j := range rng.Perm(len(list)) {
		order[i] = list[j]
	}
	return order
}

// rotations gives count orders of the n arms that are asked. Each run of n orders is a Latin square
// with its rows and arms shuffled, so that every arm stands once in every place;
// its base row 0, 1, n−1, 2, n−2 … changes who precedes whom (for even n, evenly:
// E. J. Williams, 1949).
func rotations(rng *rand.Rand, asked []int, count int) [][]int {
	n := len(asked)
	base := make([]int, n)
	for i := range base {
		if i%2 == 1 {
			base[i] = (i + 1) / 2
		} else {
			base[i] = (n - i/2) % n
		}
	}
	orders := make([][]int, 0, count)
	for len(orders) < count {
		arms := shuffled(rng, asked)
		for _, shift := range rng.Perm(n) {
			if len(orders) == count {
				break
			}
			order := make([]int, n)
			for place, x := range base {
				order[place] = arms[(x+shift)%n]
			}
			orders = append(orders, order)
		}
	}
	return orders
}
