package certify

import "math"

// md1 is the waiting time of M/D/1, in services. Erlang's and Crommelin's sum has terms of both
// signs and drowns in rounding when the load is high; this is Franx's form of it (A simple
// solution for the M/D/c waiting time distribution, 2001), in which all terms are positive:
//
//	P(W ≤ x) = e^−λ(k−x) Σ_{j<k} Q_{k−1−j} (λ(k−x))^j / j!   for k−1 ≤ x < k,
//
// where Q_m is the probability that at most m wait.
type md1 struct {
	load   float64
	atMost []float64 // Q_m
	beyond float64   // from here on, in services, all have waited
}

// tail is the probability that is taken for none.
const tail = 1e-12

func newMD1(load float64) *md1 {
	w := &md1{load: load}
	// Arrivals during a service: their probability, and that of m or more.
	n := int(40/(1-load)) + 60
	reach := make([]float64, n+3)
	p := math.Exp(-load)
	none, sum := p, 0.0
	for m := range reach {
		reach[m] = 1 - sum
		sum += p
		p *= load / float64(m+1)
		if reach[m] < 0 {
			reach[m] = 0
		}
	}
	// As many cross from n up as come down to it: with p_i that of i in the system,
	// p_{n+1} a_0 = p_0 A_{n+1} + Σ_{1≤i≤n} p_i A_{n−i+2}.
	in := []float64{1 - load}
	for k := 0; k < n; k++ {
		up := in[0] * reach[k+1]
		for i := 1; i <= k; i++ {
			up += in[i] * reach[k-i+2]
		}
		in = append(in, up/none)
	}
	total := in[0]
	for _, p := range in[1:] {
		total += p
		w.atMost = append(w.atMost, min(total, 1))
		if 1-total < tail {
			break
		}
	}
	w.beyond = float64(len(w.atMost))
	return w
}

// cdf is the share that waits at most x services.
func (w *md1) cdf(x float64) float64 {
	switch {
	case x < 0:
		return 0
	case x >= w.beyond:
		return 1
	}
	k := int(x) + 1
	rest := w.load * (float64(k) - x)
	term, sum := math.Exp(-rest), 0.0
	for j := range k {
		sum += w.atMost[k-1-j] * term
		term *= rest / float64(j+1)
	}
	return min(sum, 1)
}
