package load

import "math/rand/v2"

// picker holds the free connections and gives out a uniformly random one. The last
// freed first would be cheaper, and would make two busy connections out of a thousand.
type picker struct {
	free []int32
	rng  *rand.Rand
}

// newPicker has room for n connections and repeats itself for equal seeds.
func newPicker(n int, seed uint64) picker {
	return picker{free: make([]int32, 0, n), rng: rand.New(rand.NewPCG(seed, 0x91c4e2))}
}

// reseed starts the sequence of choices anew.
func (p *picker) reseed(seed uint64) { p.rng = rand.New(rand.NewPCG(seed, 0x91c4e2)) }

func (p *picker) len() int { return len(p.free) }

func (p *picker) put(c int32) { p.free = append(p.free, c) }

// take removes a random free connection: the last one fills its place.
func (p *picker) take() (c int32, ok bool) {
	n := len(p.free)
	if n == 0 {
		return 0, false
	}
	i := 0
	if n > 1 {
		i = p.rng.IntN(n)
	}
	c = p.free[i]
	p.free[i] = p.free[n-1]
	p.free = p.free[:n-1]
	return c, true
}

// drop removes connection c, which broke while it was free. It searches: breaking
// is rare, and an index kept for it would cost every request.
func (p *picker) drop(c int32) {
	for i, f := range p.free {
		if f == c {
			p.free[i] = p.free[len(p.free)-1]
			p.free = p.free[:len(p.free)-1]
			return
		}
	}
}
