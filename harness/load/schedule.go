package load

import (
	"encoding/binary"
	"fmt"
	"hash/fnv"
	"math"
	"math/rand/v2"
	"time"
)

// The ways requests arrive in an open loop.
const (
	Poisson  = "poisson"  // exponential gaps; the default
	Constant = "constant" // equal gaps, at a phase drawn from the seed
	Burst    = "burst"    // several at the same instant, the bursts at equal gaps
)

// MaxArrivals bounds one schedule: it is held in memory whole, 8 bytes each.
const MaxArrivals = 1 << 24

// Schedule is when the requests of one open slice are meant to be sent. It is
// fixed before the slice, so that nothing the server does can move it.
type Schedule struct {
	// Times are offsets from the slice's start in ns, ascending, within its duration.
	Times []int64
	// Hash is FNV-1a over the times as little-endian 64-bit words, in hexadecimal:
	// equal hashes mean equal schedules.
	Hash string
}

// NewSchedule makes the arrivals of a slice: rate times duration of them, rounded.
// Poisson arrivals are the process given its count (that many uniform times in
// order, by normalised exponential gaps): two seeds offer the same number
// of requests and differ only in when. For Burst, burst of them share an instant.
//
// The error names what is out of range and what is allowed.
func NewSchedule(arrivals string, rate float64, duration time.Duration, seed uint64, burst int) (*Schedule, error) {
	expected := math.Round(rate * duration.Seconds())
	switch {
	case !(rate > 0) || math.IsInf(rate, 0):
		return nil, fmt.Errorf("rate %g: want a number above 0, per second", rate)
	case duration <= 0:
		return nil, fmt.Errorf("duration %v: want more than 0", duration)
	case expected > MaxArrivals:
		return nil, fmt.Errorf("rate %g over %v is %.0f arrivals, more than the %d a schedule holds: shorten the duration or lower the rate",
			rate, duration, expected, MaxArrivals)
	case expected < 1:
		return nil, fmt.Errorf("rate %g over %v is less than one arrival: lengthen the duration or raise the rate", rate, duration)
	}
	times := make([]int64, int(expected))
	rng := rand.New(rand.NewPCG(seed, 0x5c4ed01e))
	switch arrivals {
	case "", Poisson:
		fillPoisson(times, duration, rng)
	case Constant:
		fillBursts(times, duration, 1, rng)
	case Burst:
		if burst < 1 {
			return nil, fmt.Errorf("burst %d: want 1 or more requests at an instant", burst)
		}
		fillBursts(times, duration, burst, rng)
	default:
		return nil, fmt.Errorf("arrivals %q: want %s, %s or %s", arrivals, Poisson, Constant, Burst)
	}
	return &Schedule{Times: times, Hash: hashTimes(times)}, nil
}

// fillPoisson scales n+1 exponential gaps to the duration; the last one is the
// silence after the last arrival.
func fillPoisson(times []int64, duration time.Duration, rng *rand.Rand) {
	gaps := make([]float64, len(times)+1)
	sum := 0.0
	for i := range gaps {
		sum += -math.Log1p(-rng.Float64())
		gaps[i] = sum
	}
	for i := range times {
		times[i] = min(int64(gaps[i]/sum*float64(duration)), int64(duration)-1)
	}
}

func fillBursts(times []int64, duration time.Duration, burst int, rng *rand.Rand) {
	gap := float64(duration) / float64(len(times)) * float64(burst)
	phase := rng.Float64()
	for i := range times {
		times[i] = min(int64((float64(i/burst)+phase)*gap), int64(duration)-1)
	}
}

func hashTimes(times []int64) string {
	h := fnv.New64a()
	var word [8]byte
	for _, t := range times {
		binary.LittleEndian.PutUint64(word[:], uint64(t))
		h.Write(word[:])
	}
	return fmt.Sprintf("%016x", h.Sum64())
}
