package rows

import (
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"regexp"
	"strconv"
	"time"

	"assay/harness/certify"
	"assay/harness/load"
)

// fromValues reads what a yardstick's reader found.
func fromValues(v map[string]float64) (Told, error) {
	t := Told{Rate: v["rate"], Quantiles: map[float64]float64{}, Errors: uint64(max(0, v["failures"]))}
	for name, q := range map[string]float64{"p50": 0.5, "p90": 0.9, "p99": 0.99} {
		if got, ok := v[name]; ok {
			t.Quantiles[q] = got
		}
	}
	return t, t.check()
}

// check refuses what is no time: later arithmetic would hide it.
func (t *Told) check() error {
	if len(t.Quantiles) == 0 {
		return errors.New("its output tells no quantile")
	}
	for q, v := range t.Quantiles {
		if math.IsNaN(v) || math.IsInf(v, 0) || v < 0 {
			return fmt.Errorf("its output tells a p%g of %g ns", 100*q, v)
		}
	}
	return nil
}

// readSpin reads the object of spin, which is that of assay load --json, and the response times that
// it was asked for in steps.
func readSpin(out []byte) (Told, error) {
	var s struct {
		load.Summary
		Ladder []float64 `json:"response_ladder_ns"`
	}
	if err := json.Unmarshal(out, &s); err != nil {
		return Told{}, fmt.Errorf("its output %.120q is not what was expected: %w", out, err)
	}
	if s.Requests == 0 {
		return Told{}, fmt.Errorf("its output %.120q tells of no request", out)
	}
	bars, err := climb(s.Ladder, int64(s.Requests))
	if err != nil {
		return Told{}, err
	}
	t := Told{
		Rate: s.Achieved, Quantiles: spread(s.Response), Service: spread(s.Service), SlipP50: float64(s.Slip.P50), SlipP99: float64(s.Slip.P99),
		Count: int64(s.Requests), Bars: bars,
	}
	for _, n := range s.Errors {
		t.Errors += n
	}
	return t, t.check()
}

// climb makes bars of n times, ns, by a ladder of so many equal steps: step i of k is the time
// that ⌈n·i/k⌉ of them do not exceed. The error is that of a ladder which goes down.
func climb(ladder []float64, n int64) (bars []certify.Bar, err error) {
	done, from := int64(0), 0.0
	steps := int64(len(ladder))
	for i, to := range ladder {
		if !(to >= from) || math.IsInf(to, 0) {
			return nil, fmt.Errorf("its response times go from %g to %g ns where they should rise", from, to)
		}
		upTo := (n*int64(i+1) + steps - 1) / steps
		if upTo > done {
			bars = append(bars, certify.Bar{From: from, To: to, Count: upTo - done})
		}
		done, from = upTo, to
	}
	return bars, nil
}

func spread(q load.Quantiles) map[float64]float64 {
	return map[float64]float64{0.5: float64(q.P50), 0.9: float64(q.P90), 0.99: float64(q.P99), 0.999: float64(q.P999)}
}

var (
	wrkRate = regexp.MustCompile(`Requests/sec:\s+([0-9.]+)`)
	wrkLine = regexp.MustCompile(`(?m)^\s+(50|90|99)%\s+([0-9.]+(?:us|ms|s|m|h))\s*$`)
	wrkBad  = regexp.MustCompile(`Non-2xx or 3xx responses: (\d+)`)
)

// readWrk reads the text of wrk --latency.
func readWrk(out []byte) (Told, error) {
	t := Told{Quantiles: map[float64]float64{}}
	for _, m := range wrkLine.FindAllSubmatch(out, -1) {
		d, err := time.ParseDuration(string(m[2]))
		if err != nil {
			return t, fmt.Errorf("its line %q: %w", m[0], err)
		}
		t.Quantiles[percent(m[1])] = float64(d)
	}
	t.Rate, t.Errors = number(wrkRate, out), uint64(number(wrkBad, out))
	return t, t.check()
}

var (
	abRate = regexp.MustCompile(`Requests per second:\s+([0-9.]+)`)
	abLine = regexp.MustCompile(`(?m)^\s+(50|90|99)%\s+(\d+)`)
	abBad  = regexp.MustCompile(`Failed requests:\s+(\d+)`)
)

// readAB reads ab's text, in which times are whole milliseconds.
func readAB(out []byte) (Told, error) {
	t := Told{Quantiles: map[float64]float64{}}
	for _, m := range abLine.FindAllSubmatch(out, -1) {
		ms, err := strconv.ParseFloat(string(m[2]), 64)
		if err != nil {
			return t, fmt.Errorf("its line %q: %w", m[0], err)
		}
		t.Quantiles[percent(m[1])] = ms * 1e6
	}
	t.Rate, t.Errors = number(abRate, out), uint64(number(abBad, out))
	return t, t.check()
}

// percent reads "50" as 0.5.
func percent(text []byte) float64 {
	n, err := strconv.ParseFloat(string(text), 64)
	if err != nil {
		return 0 // not reached: the expressions want digits
	}
	return n / 100
}

// number is the first number that an expression finds, 0 if none.
func number(e *regexp.Regexp, out []byte) float64 {
	m := e.FindSubmatch(out)
	if m == nil {
		return 0
	}
	n, err := strconv.ParseFloat(string(m[1]), 64)
	if err != nil {
		return 0
	}
	return n
}
