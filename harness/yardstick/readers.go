package yardstick

import (
	"bytes"
	"encoding/csv"
	"encoding/json"
	"fmt"
	"regexp"
	"slices"
	"strconv"
)

// decode reads what a generator printed; the error shows its beginning.
func decode(out []byte, into any) error {
	if err := json.Unmarshal(out, into); err != nil {
		return fmt.Errorf("its output %.120q is not what was expected: %w", out, err)
	}
	return nil
}

// readAssay reads `assay load --json`, and spin, which prints the same.
func readAssay(out []byte) (map[string]float64, error) {
	type quantiles struct{ P50, P99 float64 }
	var s struct {
		Offered  float64 `json:"offered_rps"`
		Achieved float64 `json:"achieved_rps"`
		Errors   map[string]float64
		Response quantiles `json:"response_ns"`
		Slip     quantiles `json:"slip_ns"`
	}
	if err := decode(out, &s); err != nil {
		return nil, err
	}
	v := map[string]float64{rate: s.Achieved, offered: s.Offered, p50: s.Response.P50, p99: s.Response.P99, slip99: s.Slip.P99}
	for _, n := range s.Errors {
		v[failures] += n
	}
	return v, nil
}

var requestsPerSecond = regexp.MustCompile(`Requests/sec:\s+([0-9.]+)`)

// readWrk reads wrk's text; hey prints the same line.
func readWrk(out []byte) (map[string]float64, error) {
	m := requestsPerSecond.FindSubmatch(out)
	if m == nil {
		return nil, fmt.Errorf("its output %.120q has no line Requests/sec", out)
	}
	f, err := strconv.ParseFloat(string(m[1]), 64)
	return map[string]float64{rate: f}, err
}

func readHey(out []byte) (map[string]float64, error) { return readWrk(out) }

// readHeyCSV reads a line a request; times are in seconds with four decimals.
func readHeyCSV(out []byte) (map[string]float64, error) {
	rows, err := csv.NewReader(bytes.NewReader(out)).ReadAll()
	if err != nil || len(rows) < 2 {
		return nil, fmt.Errorf("its output %.120q is no table of requests: %w", out, err)
	}
	var times []float64
	last := 0.0
	for _, row := range rows[1:] {
		took, err := strconv.ParseFloat(row[0], 64)
		at, bad := strconv.ParseFloat(row[len(row)-1], 64)
		if err != nil || bad != nil {
			return nil, fmt.Errorf("its line %q has no times", row)
		}
		times = append(times, took*1e9)
		last = max(last, at+took)
	}
	slices.Sort(times)
	at := func(q float64) float64 { return times[min(len(times)-1, int(q*float64(len(times))))] }
	return map[string]float64{rate: float64(len(times)) / last, p50: at(0.50), p90: at(0.90), p99: at(0.99)}, nil
}

// readBombardier reads its JSON; times are in microseconds.
func readBombardier(out []byte) (map[string]float64, error) {
	var s struct {
		Result struct {
			Time    float64 `json:"timeTakenSeconds"`
			Right   float64 `json:"req2xx"`
			Latency struct{ Percentiles map[string]float64 }
		}
	}
	if err := decode(out, &s); err != nil {
		return nil, err
	}
	q := s.Result.Latency.Percentiles
	v := map[string]float64{rate: s.Result.Right / s.Result.Time, p50: q["50"] * 1e3, p99: q["99"] * 1e3}
	if q["90"] > 0 {
		v[p90] = q["90"] * 1e3
	}
	return v, nil
}

// readVegeta reads the JSON of vegeta report; times are in ns.
func readVegeta(out []byte) (map[string]float64, error) {
	var s struct {
		Throughput float64
		Latencies  map[string]float64
	}
	if err := decode(out, &s); err != nil {
		return nil, err
	}
	v := map[string]float64{rate: s.Throughput, p50: s.Latencies["50th"], p99: s.Latencies["99th"]}
	if q := s.Latencies["90th"]; q > 0 {
		v[p90] = q
	}
	return v, nil
}

// readFortio reads its JSON; times are in seconds.
func readFortio(out []byte) (map[string]float64, error) {
	var s struct {
		ActualQPS         float64
		DurationHistogram struct {
			Percentiles []struct{ Percentile, Value float64 }
		}
	}
	if err := decode(out, &s); err != nil {
		return nil, err
	}
	v := map[string]float64{rate: s.ActualQPS}
	for _, q := range s.DurationHistogram.Percentiles {
		switch q.Percentile {
		case 50:
			v[p50] = q.Value * 1e9
		case 90:
			v[p90] = q.Value * 1e9
		case 99:
			v[p99] = q.Value * 1e9
		}
	}
	return v, nil
}
