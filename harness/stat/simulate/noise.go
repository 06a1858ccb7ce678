package simulate

import (
	"math"
	"math/rand/v2"
	"sort"
)

// Noise is what disturbs the cost of a request. Spreads are of its natural log.
type Noise struct {
	Name string `json:"name"`

	Speeds   float64 `json:"speeds"`    // distance of the machine's two speeds
	DwellMin float64 `json:"dwell_min"` // seconds in one of them, uniform
	DwellMax float64 `json:"dwell_max"`
	Uneven   float64 `json:"uneven"` // how differently arms feel the speeds: spread of a factor round 1

	Mood     float64 `json:"mood"`      // short-lived changes: spread
	MoodLast float64 `json:"mood_last"` // and their memory, seconds
	Drift    float64 `json:"drift"`     // over the run, spread of a straight line's rise
	Process  float64 `json:"process"`   // between fresh processes of one arm
	Slice    float64 `json:"slice"`     // of one slice, lognormal

	Outliers float64 `json:"outliers"` // share of slices that are hit
	Hit      float64 `json:"hit"`      // by this much on average, exponential
}

// The noises, from the journal of a quiet run of standard on two virtual processors
// (results/2026-11-21-standard is of the same machine); Measure shows how well they fit.
var (
	// Ordinary is CPU per request of fanout and echo.
	Ordinary = Noise{
		Name: "ordinary", Speeds: .22, DwellMin: 15, DwellMax: 60, Uneven: .1,
		Mood: .085, MoodLast: 1.5, Drift: .05, Process: .015, Slice: .05, Outliers: .03, Hit: .2,
	}
	// Rough is CPU per request of blocking: few requests a slice, some of them dear.
	Rough = Noise{
		Name: "rough", Speeds: .22, DwellMin: 15, DwellMax: 60, Uneven: .1,
		Mood: .085, MoodLast: 1.5, Drift: .05, Process: .02, Slice: .11, Outliers: .03, Hit: .2,
	}
	// Tail is p99, one value a block, as of echo, where twins differ most: blocks spread by 0.13.
	Tail = Noise{
		Name: "tail", Speeds: .22, DwellMin: 15, DwellMax: 60, Uneven: .1,
		Mood: .085, MoodLast: 1.5, Drift: .05, Process: .04, Slice: .15, Outliers: .05, Hit: .3,
	}
)

// machine is one realisation of what all arms share.
type machine struct {
	noise  Noise
	random *rand.Rand
	flips  []float64 // times at which the speed changes
	fast   bool      // at time 0
	rise   float64   // of the drift, a second
	at     float64   // of mood
	mood   float64
}

func newMachine(n Noise, r *rand.Rand, seconds float64) *machine {
	m := &machine{noise: n, random: r, fast: r.IntN(2) == 0, rise: n.Drift * r.NormFloat64() / seconds, mood: n.Mood * r.NormFloat64()}
	// The run starts somewhere within a dwell.
	for t := -m.dwell() * r.Float64(); t < seconds; t += m.dwell() {
		if t > 0 {
			m.flips = append(m.flips, t)
		}
	}
	return m
}

func (m *machine) dwell() float64 {
	return m.noise.DwellMin + m.random.Float64()*(m.noise.DwellMax-m.noise.DwellMin)
}

// slowness is the log of what the machine makes of every cost at a time, to an arm
// that feels the speeds by a factor; times must rise from call to call.
func (m *machine) slowness(t, feels float64) float64 {
	keep := math.Exp(-(t - m.at) / m.noise.MoodLast)
	m.mood = keep*m.mood + m.noise.Mood*math.Sqrt(1-keep*keep)*m.random.NormFloat64()
	m.at = t
	return feels*m.speed(t) + m.mood + m.rise*t
}

// speed is half the distance of the two, up or down.
func (m *machine) speed(t float64) float64 {
	flips := sort.SearchFloat64s(m.flips, t)
	if (flips%2 == 0) == m.fast {
		return -m.noise.Speeds / 2
	}
	return m.noise.Speeds / 2
}

// jitter is the log of a slice's own luck.
func (n Noise) jitter(r *rand.Rand) float64 {
	j := n.Slice * r.NormFloat64()
	if r.Float64() < n.Outliers {
		j += n.Hit * r.ExpFloat64()
	}
	return j
}
