package load

import (
	"math"
	"slices"

	"assay/harness/trial"
)

const (
	// tolerance is within which two gaps count as equal, ns: no wake-up is finer.
	tolerance = int64(100_000)
	// mostGaps bounds the work after a slice.
	mostGaps = 1 << 16
	// waited stands for the sending time of a request that waited for a free
	// connection: that was the server's doing.
	waited = int64(-1)
)

// arrivals compares the gaps between sent times with those of the schedule. sent holds a
// time for each of times, 0 if it was never sent.
func arrivals(times, sent []int64) *trial.ArrivalFigures {
	var got, want []int64
	for i := 1; i < len(times) && len(got) < mostGaps; i++ {
		if sent[i-1] > 0 && sent[i] > 0 {
			got = append(got, sent[i]-sent[i-1])
			want = append(want, times[i]-times[i-1])
		}
	}
	f := &trial.ArrivalFigures{Compared: uint64(len(got)), P: 1}
	if len(got) == 0 {
		return f
	}
	slices.Sort(got)
	slices.Sort(want)
	f.Distance = max(excess(got, want), excess(want, got))
	f.P = kolmogorov(f.Distance, len(got))
	return f
}

// excess is by how much at most a's distribution function is above b's, where b's may
// come earlier by the tolerance. Both are sorted and equally long.
func excess(a, b []int64) (most float64) {
	j := 0
	for i := range a {
		for j < len(b) && b[j] <= a[i]+tolerance {
			j++
		}
		most = max(most, float64(i+1-j)/float64(len(a)))
	}
	return most
}

// kolmogorov is the probability of a distance d or more between two samples of n
// values of one distribution (the limit for large n, with Stephens' correction).
func kolmogorov(d float64, n int) float64 {
	root := math.Sqrt(float64(n) / 2)
	lambda := (root + .12 + .11/root) * d
	if lambda < .2 {
		return 1
	}
	sum, sign := 0.0, 1.0
	for k := 1.0; k < 101; k++ {
		term := math.Exp(-2 * k * k * lambda * lambda)
		sum += sign * term
		if term < 1e-12 {
			break
		}
		sign = -sign
	}
	return max(0, min(1, 2*sum))
}
