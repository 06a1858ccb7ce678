package workload

import (
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"
	"time"
)

// Resolve fills in the defaults of the parameters that were not given. An unknown
// name is an error that gives the nearest known one.
func (w *Workload) Resolve(given map[string]string) (map[string]string, error) {
	return Resolve(w.Name, w.Params, given)
}

// Resolve is Workload.Resolve, for the package that defines the workload.
func Resolve(workload string, known []Param, given map[string]string) (map[string]string, error) {
	all := make(map[string]string, len(known))
	names := make([]string, 0, len(known))
	for _, p := range known {
		all[p.Name] = p.Default
		names = append(names, p.Name)
	}
	unknown := make([]string, 0)
	for name, value := range given {
		if _, ok := all[name]; !ok {
			unknown = append(unknown, name)
		}
		all[name] = value
	}
	if len(unknown) == 0 {
		return all, nil
	}
	slices.Sort(unknown) // so that the same mistake always reads the same
	if len(names) == 0 {
		return nil, fmt.Errorf("workload %s has no parameter %q: it takes none", workload, unknown[0])
	}
	return nil, fmt.Errorf("workload %s has no parameter %q: did you mean %q? It takes %s",
		workload, unknown[0], Nearest(unknown[0], names), strings.Join(names, ", "))
}

// Values reads resolved parameters. The first bad one is kept in Err and all
// later reads return zero, so that a caller checks once at the end.
type Values struct {
	params map[string]string
	err    error
}

// Read starts reading params, which Resolve made whole.
func Read(params map[string]string) *Values { return &Values{params: params} }

// Err is the first bad parameter: its name, its value and what is allowed.
func (v *Values) Err() error { return v.err }

// Bad records that the value of parameter name is not what is wanted.
func (v *Values) Bad(name, want string) {
	if v.err == nil {
		v.err = fmt.Errorf("%s=%s: want %s", name, v.params[name], want)
	}
}

// Text is the value as it was given.
func (v *Values) Text(name string) string { return v.params[name] }

// Int is a whole number from least to most.
func (v *Values) Int(name string, least, most int) int {
	n, err := strconv.Atoi(v.params[name])
	if err != nil || n < least || n > most {
		v.Bad(name, fmt.Sprintf("a whole number from %d to %d", least, most))
		return least
	}
	return n
}

// Positive is a decimal number above zero.
func (v *Values) Positive(name string) float64 {
	f, err := strconv.ParseFloat(v.params[name], 64)
	if err != nil || !(f > 0) || math.IsInf(f, 0) {
		v.Bad(name, "a number above 0")
		return 1
	}
	return f
}

// OneOf is one of a few words; the error names the nearest.
func (v *Values) OneOf(name string, words ...string) string {
	given := v.params[name]
	if !slices.Contains(words, given) {
		v.Bad(name, fmt.Sprintf("one of %s; did you mean %q?", strings.Join(words, ", "), Nearest(given, words)))
		return words[0]
	}
	return given
}

// Duration is a Go duration from 0 to most, in whole microseconds.
func (v *Values) Duration(name string, most time.Duration) time.Duration {
	d, ok := ParseMicros(v.params[name])
	if !ok || d > most {
		v.Bad(name, fmt.Sprintf("a duration from 0s to %v in whole microseconds, like 20ms", most))
		return 0
	}
	return d
}

// Share is a part of the whole, "5%" or "0.05", from 0 to 1.
func (v *Values) Share(name string) float64 {
	text, percent := strings.CutSuffix(v.params[name], "%")
	f, err := strconv.ParseFloat(text, 64)
	if percent {
		f /= 100
	}
	if err != nil || !(f >= 0 && f <= 1) {
		v.Bad(name, "a share from 0% to 100%, like 5% or 0.05")
		return 0
	}
	return f
}

// Rounds reads how much a handler computes: parameter "work" in rounds, or "cpu"
// as a duration turned into rounds by "rounds-per-us".
func (v *Values) Rounds() int {
	work := v.Int("work", 0, MaxWork)
	cpu := v.Duration("cpu", time.Second)
	perMicro := v.Positive("rounds-per-us")
	if work > 0 && cpu > 0 {
		v.Bad("work", "either cpu or work, not both: they say the same thing")
	}
	if cpu > 0 {
		rounds := math.Round(float64(cpu.Nanoseconds()) / 1000 * perMicro)
		if rounds < 1 || rounds > MaxWork {
			v.Bad("cpu", fmt.Sprintf("1 to %d rounds of work; at rounds-per-us=%g it is %g", MaxWork, perMicro, rounds))
			return 0
		}
		work = int(rounds)
	}
	return work
}

// WorkParams are the parameters that Rounds reads.
var WorkParams = []Param{
	{"cpu", "0s", "what the handler computes, as time on one processor: 200us"},
	{"work", "0", "the same in rounds of workload.Work, instead of cpu"},
	{"rounds-per-us", NominalRounds, "rounds a processor does in a microsecond; a campaign measures it"},
}

// ParseMicros reads a Go duration from 0 to MaxDelay that is a whole number of
// microseconds, as requests carry them.
func ParseMicros(text string) (d time.Duration, ok bool) {
	d, err := time.ParseDuration(text)
	return d, err == nil && d >= 0 && d <= MaxDelay && d%time.Microsecond == 0
}
