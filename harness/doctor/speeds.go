package doctor

import (
	"context"
	"fmt"
	"math"
	"runtime"
	"slices"
	"time"

	"golang.org/x/sys/unix"
)

// Speeds is how steadily a processor works, from the rates of short spins.
type Speeds struct {
	Seconds float64 `json:"seconds"` // watched
	Spins   int     `json:"spins"`
	// Range is the 90th percentile of the rate over the 10th, less 1.
	Range float64 `json:"range"`
	// Apart is how far two speeds lie apart, a fraction; 0 where there is but one.
	Apart float64 `json:"apart"`
	Slow  float64 `json:"slow"` // share of time in the slower of two
}

// spinWork is a millisecond or so of arithmetic.
func spinWork(n int) uint64 {
	x := uint64(88172645463325252)
	for range n {
		x ^= x << 13
		x ^= x >> 7
		x ^= x << 17
	}
	return x
}

// speeds spins on a processor for a while.
func speeds(ctx context.Context, cpu int, budget time.Duration) (s Speeds, err error) {
	var rates []float64
	start := time.Now()
	err = onThread(cpu, func() error {
		const work = 500_000
		for len(rates) < 20 || time.Since(start) < budget && ctx.Err() == nil {
			// By the thread's own clock, which stands while others have the processor.
			before, err := threadTime()
			if err != nil {
				return err
			}
			runtime.KeepAlive(spinWork(work))
			after, err := threadTime()
			if err != nil {
				return err
			}
			if after > before {
				rates = append(rates, work*1e9/float64(after-before))
			}
		}
		return nil
	})
	s = judge(rates)
	s.Seconds = time.Since(start).Seconds()
	return s, err
}

// threadTime is what this thread has run so far, ns.
func threadTime() (int64, error) {
	var ts unix.Timespec
	if err := unix.ClockGettime(unix.CLOCK_THREAD_CPUTIME_ID, &ts); err != nil {
		return 0, fmt.Errorf("the thread's clock: %w", err)
	}
	return ts.Nano(), nil
}

// judge looks for two speeds: the split into two groups that leaves least spread
// (Otsu, 1979), taken for real where the groups are 8 % or more apart, each holds a
// tenth of the time, and the split explains four fifths of the spread. A spin that was
// interrupted is cut to its neighbours first.
func judge(rates []float64) (s Speeds) {
	s.Spins = len(rates)
	if len(rates) < 3 {
		return s
	}
	logs := make([]float64, len(rates))
	for i := range rates {
		// The greatest of three neighbours: an interruption only slows.
		lo, hi := max(0, i-1), min(len(rates), i+2)
		logs[i] = math.Log(slices.Max(rates[lo:hi]))
	}
	slices.Sort(logs)
	n := len(logs)
	s.Range = math.Expm1(logs[n*9/10] - logs[n/10])
	sum, all := 0.0, 0.0
	for _, l := range logs {
		all += l
	}
	mean := all / float64(n)
	total := 0.0
	for _, l := range logs {
		total += (l - mean) * (l - mean)
	}
	best, at := 0.0, 0
	for i := 1; i < n; i++ {
		sum += logs[i-1]
		below, above := sum/float64(i), (all-sum)/float64(n-i)
		if between := float64(i) * float64(n-i) / float64(n) * (above - below) * (above - below); between > best {
			best, at = between, i
		}
	}
	if at == 0 || total == 0 {
		return s
	}
	slow := 0.0
	for _, l := range logs[:at] {
		slow += l
	}
	apart := math.Expm1((all-slow)/float64(n-at) - slow/float64(at))
	share := float64(at) / float64(n)
	if apart >= .08 && share >= .1 && share <= .9 && best/total >= .8 {
		s.Apart, s.Slow = apart, share
	}
	return s
}
