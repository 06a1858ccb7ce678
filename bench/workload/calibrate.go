package workload

import (
	"math"
	"runtime"
	"time"
)

// NominalRounds is how many rounds of Work a processor of 3 GHz does in a
// microsecond: five dependent cycles a round.
const NominalRounds = "600"

// Calibrate measures how many rounds of Work this processor does in a
// microsecond. It takes about 20 ms and returns the best of many short runs,
// because an interrupted run only ever looks slower.
func Calibrate() float64 {
	const rounds, runs = 200_000, 50
	best := time.Duration(math.MaxInt64)
	for i := range runs {
		start := time.Now()
		sum := Work(uint64(i), rounds)
		best = min(best, time.Since(start))
		runtime.KeepAlive(sum) // else the compiler may drop the work
	}
	return rounds / (float64(best.Nanoseconds()) / 1000)
}
