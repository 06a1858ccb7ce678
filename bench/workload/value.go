package workload

// ValueLimit bounds what a backend answers: values are below it.
const ValueLimit = 1_000_000

// Value is what backend i answers to request n: an integer in [0, 1e6). It is a
// splitmix64 step (Steele, Lea, Flood: Fast Splittable Pseudorandom Number
// Generators, 2014), so that neighbouring requests have unrelated answers.
func Value(n uint64, i int) uint64 {
	return Mix(n*0x9e3779b97f4a7c15+uint64(i)+1) % ValueLimit
}

// Mix is the finaliser of splitmix64: a bijection whose output bits all depend
// on all input bits.
func Mix(z uint64) uint64 {
	z += 0x9e3779b97f4a7c15
	z = (z ^ z>>30) * 0xbf58476d1ce4e5b9
	z = (z ^ z>>27) * 0x94d049bb133111eb
	return z ^ z>>31
}

// Work computes for rounds rounds and returns what it computed. One round is one
// dependent multiply, shift and xor, so that a compiler or a language can
// neither remove nor speed it up: its cost is the processor's latency, about five cycles.
// Rounds, not time, travel in the request: a clock would count time the thread did not run.
func Work(seed uint64, rounds int) uint64 {
	x := seed | 1
	for range rounds {
		x *= 0x9e3779b97f4a7c15
		x ^= x >> 29
	}
	return x
}
