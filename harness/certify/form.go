package certify

import (
	"fmt"
	"math"

	"assay/harness/oracle"
)

// Form is the closed form of a law's response times under load.
type Form struct {
	Law  oracle.Law
	Rate float64 // of arrivals, per second

	cdf   func(ns float64) float64
	ideal func(ns float64) float64 // cdf without the release of Released; nil where there is none
	worth float64                  // of a request, in independent ones: those in a queue are alike
	even  bool                     // arrivals are even, and nothing else is left to chance
}

// FormOf is the closed form of law at rate arrivals a second. The error is that of a queue
// that never ends.
//
// A stall wants even arrivals, a queue Poisson ones; the others take any, as long as
// none waits for a connection.
func FormOf(law oracle.Law, rate float64) (Form, error) {
	a, b := float64(law.A), float64(law.B)
	f := Form{Law: law, Rate: rate, worth: 1}
	load := rate * a / 1e9
	switch law.Kind {
	case oracle.TwoPoint:
		f.cdf = func(t float64) float64 { return (1-law.Share)*step(t, a) + law.Share*step(t, b) }
	case oracle.Exponential:
		f.cdf = func(t float64) float64 { return exponential(t, a) }
	case oracle.Stall:
		// 0 with probability 1 − S/P, and uniform on (0, S) otherwise.
		f.even = true
		f.cdf = stalled(a, b, 0)
	case oracle.MD1, oracle.MM1:
		if !(load < 1) {
			return f, fmt.Errorf("law %s at %g/s: the server would have to work %g %% of the time, and the queue never ends", law, rate, 100*load)
		}
		f.worth = (1 - load) * (1 - load) / 2
		f.cdf = func(t float64) float64 { return exponential(t, a/(1-load)) }
		if law.Kind == oracle.MD1 {
			waits := newMD1(load)
			f.cdf = func(t float64) float64 { return waits.cdf((t - a) / a) }
		}
	default:
		f.cdf = func(t float64) float64 { return step(t, a) }
	}
	return f, nil
}

// stalled is the distribution of response times where a of every b is a stall, and what has waited
// takes release to leave after it, one as soon as the other: until then others come and wait as
// well, so (a + release) ÷ b of all wait, still uniformly on (0, a).
func stalled(a, b, release float64) func(t float64) float64 {
	wait := min((a+release)/b, 1)
	return func(t float64) float64 { return step(t, 0) * (1 - wait*(1-min(max(t, 0)/a, 1))) }
}

// Released is the form of a stall after which the machine took release, ns, to let go what had
// waited. Other forms are as they were.
func (f Form) Released(release float64) Form {
	if f.Law.Kind == oracle.Stall && release > 0 {
		f.ideal, f.cdf = f.cdf, stalled(float64(f.Law.A), float64(f.Law.B), release)
	}
	return f
}

// law is the form without what the machine adds.
func (f Form) law() Form {
	if f.ideal != nil {
		f.cdf, f.ideal = f.ideal, nil
	}
	return f
}

// mostRelease is the longest release that is the machine's own, ns.
func (f Form) mostRelease() float64 { return leaves * f.Rate * float64(f.Law.A) }

// step is the distribution of what is always at.
func step(t, at float64) float64 {
	if t < at {
		return 0
	}
	return 1
}

func exponential(t, mean float64) float64 {
	if t <= 0 {
		return 0
	}
	return -math.Expm1(-t / mean)
}

// CDF is the share of requests that take at most ns.
func (f Form) CDF(ns float64) float64 { return f.cdf(ns) }

// most is beyond every time that is asked for, ns.
const most = float64(1e12)

// Quantile is the least time, ns, that a share q of requests does not exceed.
func (f Form) Quantile(q float64) float64 {
	q = min(q, 1-1e-12)
	lo, hi := -1.0, most // cdf(lo) < q <= cdf(hi)
	for hi-lo > 0.5 {
		mid := lo + (hi-lo)/2
		if f.cdf(mid) >= q {
			hi = mid
		} else {
			lo = mid
		}
	}
	return max(0, math.Round(hi))
}

// sure is how many standard deviations chance is given: one in a thousand by each quantile.
const sure = 3.3

// band are the quantiles between which quantile q of a sample of n lies.
func (f Form) band(q float64, n int64) (lo, hi float64) {
	if f.even { // at each end of a stall one request may fall on either side
		e := 2 / (f.Rate * f.Law.B.Seconds())
		return max(0, q-e), min(1, q+e)
	}
	at, e := math.Asin(math.Sqrt(q)), sure/2/math.Sqrt(f.worth*float64(n)) // the scale on which all shares spread alike
	square := func(x float64) float64 { s := math.Sin(min(max(x, 0), math.Pi/2)); return s * s }
	return square(at - e), square(at + e)
}

// leaves is how long the machine may take over each of those that waited for a stall's end. Who
// comes meanwhile waits too, which the law does not know.
const leaves = 50e-6

// chance is how far a sample of n may lie from the law: the bound of Dvoretzky, Kiefer,
// Wolfowitz and Massart at one in a thousand.
func (f Form) chance(n int64) float64 {
	if f.even {
		return 2/(f.Rate*f.Law.B.Seconds()) + f.mostRelease()/float64(f.Law.B)
	}
	return min(1, math.Sqrt(math.Log(2/0.001)/2/(f.worth*float64(n))))
}
