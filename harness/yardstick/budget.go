package yardstick

import "time"

const (
	warmUp      = 300 * time.Millisecond // of a server, discarded; a crowd: see warming
	settled     = 30                     // answers a connection after which a crowd is served in turn
	mostWarming = 10                     // slices
	slipTrial   = 300 * time.Millisecond // of the part slip: trials of 3,000 requests, because the machine's moods differ more than schedules
	slipWarmUp  = 100 * time.Millisecond // before it
	crowd       = 600                    // connections from which slices are longer
	longer      = 3
)

// Default measures all in less than twenty-five minutes on two processors, with intervals narrow enough for
// what is asked.
func Default() *Bench {
	return &Bench{Blocks: 6, Trials: 6, Slice: 300 * time.Millisecond, Attack: time.Second, Slips: 200, Rate: 10000, Seed: 1}
}

// slicing is how many trials a pair has in a block and how long each lasts. Over many connections
// trials are longer and fewer: one of 300 ms has some 20 answers for each of 1,000, and who was
// served in its last moments would decide Jain's index.
func (b *Bench) slicing(p Pair) (trials int, lasts time.Duration) {
	if p.Conns < crowd {
		return b.Trials, b.Slice
	}
	return max(1, b.Trials/2), longer * b.Slice
}

// warming is how long slices of a pair's warm-up are, and how many answers end it. A thread that the
// kernel's scheduler kept waiting, as it does when a thousand start at once, is owed up to some
// milliseconds of the processor, however often it sleeps in between: hundreds of requests that it
// answers out of turn. After a warm-up of 300 ms, Jain's index of a thousand threads was 0.84 over the
// first 900 ms, the most favoured having four times the answers of the median, and 0.996 over the next;
// under SCHED_RR, which owes nothing, it was 0.9996 from the first on.
func (b *Bench) warming(p Pair) (lasts time.Duration, answers int) {
	if p.Conns < crowd {
		return warmUp, 1
	}
	_, lasts = b.slicing(p)
	return lasts, settled * p.Conns
}

// attempts is how many trials a generator has in a block: they are longer than a server's.
func (b *Bench) attempts() int { return max(1, b.Trials/3) }

// climbs is how many blocks memory has: a slope's spread over processes is small.
func (b *Bench) climbs() int { return max(1, b.Blocks/3) }

// lasts is about how long a part takes, by arithmetic and what starting and stopping cost on two
// processors.
func (b *Bench) lasts(part string) time.Duration {
	const fresh = 250 * time.Millisecond // starting, connecting and stopping a process
	times := func(n int, each time.Duration) time.Duration { return time.Duration(n) * each }
	switch part {
	case Servers:
		block := time.Duration(0)
		for _, p := range Pairs {
			trials, each := b.slicing(p)
			warm, _ := b.warming(p)
			block += 2 * times(p.often(), fresh+warm+times(trials, each+10*time.Millisecond))
		}
		return times(b.Blocks, block)
	case Memory:
		return times(b.climbs()*len(Holders)*2, times(len(Ladder), settling)+3*fresh)
	case Closing:
		return times(b.Blocks*b.attempts()*len(Closed), b.attacks()+fresh)
	case Opening:
		return times(b.Blocks*b.attempts()*len(Open), b.attacks()+fresh)
	case Slips:
		return times(b.Slips*len(Slipping), slipWarmUp+slipTrial+fresh)
	case Models:
		pairs := times(b.Blocks*len(modelPairs)*2, fresh+warmUp+times(b.Trials, b.Slice+10*time.Millisecond))
		ladders := times(b.climbs()*len(modelHolders), times(len(Ladder), settling)+3*fresh)
		offloading := times(b.Blocks*2, fresh+warmUp+times(b.Trials, 2*b.Slice+10*time.Millisecond))
		return pairs + ladders + offloading + times(min(b.Blocks, 3)*3, 2*fresh)
	}
	return 0
}

// left is about how long the parts from the i-th on take.
func (b *Bench) left(i int) (all time.Duration) {
	for _, part := range Every[i:] {
		if b.wants(part) {
			all += b.lasts(part)
		}
	}
	return all
}
