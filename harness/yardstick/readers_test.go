package yardstick

import (
	"maps"
	"math"
	"testing"
)

// What each generator prints, cut to what is read.
func TestReaders(t *testing.T) {
	for _, c := range []struct {
		name string
		read func([]byte) (map[string]float64, error)
		out  string
		want map[string]float64
	}{
		{
			"assay", readAssay,
			`{"offered_rps":10000,"achieved_rps":9990.5,"errors":{"reset":2,"timeout":1},"response_ns":{"p50":31000,"p99":64000},"slip_ns":{"p50":90,"p99":700}}`,
			map[string]float64{offered: 10000, rate: 9990.5, p50: 31000, p99: 64000, slip99: 700, failures: 3},
		},
		{"wrk", readWrk, "  Latency 1.51ms\nRequests/sec:  32888.12\nTransfer/sec: 2.45MB\n", map[string]float64{rate: 32888.12}},
		{"hey", readHey, "  Requests/sec:\t26061.3336\n", map[string]float64{rate: 26061.3336}},
		{
			"hey csv", readHeyCSV,
			"response-time,DNS+dialup,DNS,Request-write,Response-delay,Response-read,status-code,offset\n0.0038,0,0,0,0,0,200,0.0162\n0.0010,0,0,0,0,0,200,0.0990\n",
			map[string]float64{rate: 20, p50: 3.8e6, p90: 3.8e6, p99: 3.8e6},
		},
		{
			"bombardier", readBombardier,
			`{"result":{"timeTakenSeconds":2,"req2xx":4000,"req5xx":9,"latency":{"percentiles":{"50":204,"90":399,"99":7943}}}}`,
			map[string]float64{rate: 2000, p50: 204e3, p90: 399e3, p99: 7943e3},
		},
		{
			"vegeta", readVegeta, `{"latencies":{"50th":129653,"90th":200000,"99th":18615929},"throughput":2000.45}`,
			map[string]float64{rate: 2000.45, p50: 129653, p90: 200000, p99: 18615929},
		},
		{
			"fortio", readFortio,
			`{"ActualQPS":1997,"DurationHistogram":{"Percentiles":[{"Percentile":50,"Value":0.0005},{"Percentile":90,"Value":0.002},{"Percentile":99,"Value":0.25}]}}`,
			map[string]float64{rate: 1997, p50: 5e5, p90: 2e6, p99: 25e7},
		},
	} {
		got, err := c.read([]byte(c.out))
		if err != nil || !maps.EqualFunc(got, c.want, func(a, b float64) bool { return math.Abs(a-b) <= 1e-9*math.Abs(b) }) {
			t.Errorf("%s: %v, %v, want %v", c.name, got, err, c.want)
		}
		if _, err := c.read([]byte("something else")); err == nil {
			t.Errorf("%s: text that is none of its is accepted", c.name)
		}
	}
}
