package fanout

import (
	"fmt"
	"math"
	"strconv"
	"strings"
	"time"

	"assay/bench/workload"
)

// longestDrawn bounds a drawn delay at half of a server's default backend
// deadline, so that the tail of a distribution is not an error.
const longestDrawn = time.Second

// delay is how long one of the calls takes.
type delay struct {
	kind  delayKind
	mean  time.Duration // of constant and exponential
	least time.Duration // of uniform
	most  time.Duration // of uniform
}

type delayKind uint8

const (
	constant delayKind = iota
	exponential
	uniform
)

func (s *source) appendDelays(dst []byte, seed, n uint64) []byte {
	for i, d := range s.delays {
		if i > 0 {
			dst = append(dst, ',')
		}
		dst = strconv.AppendInt(dst, d.draw(seed, n, workload.UseOwn+i).Microseconds(), 10)
	}
	return dst
}

func (d delay) draw(seed, n uint64, use int) time.Duration {
	switch d.kind {
	case exponential:
		t := time.Duration(math.Round(float64(d.mean) * workload.Exponential(workload.Pick(seed, n, use))))
		return min(t, max(longestDrawn, d.mean))
	case uniform:
		return d.least + time.Duration(workload.Pick(seed, n, use)*float64(d.most-d.least))
	default:
		return d.mean
	}
}

// readDelays reads parameter delay for k calls.
func readDelays(v *workload.Values, k int) []delay {
	parts := strings.Split(v.Text("delay"), "+")
	if len(parts) != 1 && len(parts) != k {
		v.Bad("delay", fmt.Sprintf("one delay for all, or as many as k=%d: these are %d", k, len(parts)))
	}
	delays := make([]delay, k)
	for i := range delays {
		d, ok := readDelay(parts[min(i, len(parts)-1)])
		if !ok {
			v.Bad("delay", fmt.Sprintf("20ms, 5ms+20ms+80ms, exp:20ms or uniform:10ms-30ms, in whole microseconds up to %v",
				workload.MaxDelay))
			return delays[:0]
		}
		delays[i] = d
	}
	return delays
}

func readDelay(text string) (d delay, ok bool) {
	switch kind, spread, _ := strings.Cut(text, ":"); kind {
	case "exp":
		d.kind = exponential
		d.mean, ok = workload.ParseMicros(spread)
	case "uniform":
		least, most, _ := strings.Cut(spread, "-")
		var okLeast bool
		d.kind = uniform
		d.least, okLeast = workload.ParseMicros(least)
		d.most, ok = workload.ParseMicros(most)
		ok = ok && okLeast && d.least <= d.most
	default:
		d.mean, ok = workload.ParseMicros(text)
	}
	return d, ok
}
