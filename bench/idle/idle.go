// Package idle is the workload of many silent connections and a few busy ones.
// How many are silent is a property of the cell; the request is as small as one can be.
package idle

import (
	"embed"
	"math"
	"strconv"

	"assay/bench/workload"
	"assay/models/base/style"
)

// HTTP is the workload's wire format, with examples that a test runs.
//
//go:embed HTTP.md
var HTTP string

//go:embed direct.go callback.go await.go
var handlers embed.FS

// Workload is the entry in the catalog.
var Workload = workload.Workload{
	Name:    "idle",
	Doc:     "many connections open and silent, a few busy",
	Params:  workload.FaultParams,
	Routes:  []style.Route{{Method: "GET", Path: "/idle", Direct: Direct, Callback: Callback, Await: Await}},
	Source:  handlers,
	Prepare: prepare,
}

// parse reads the request's number.
func parse(query []byte) (n uint64, err error) {
	given := false
	for len(query) > 0 && err == nil {
		var name, value []byte
		name, value, query = workload.NextParam(query)
		switch string(name) {
		case "n":
			given = true
			n, err = workload.Uint("n", value, math.MaxUint64)
		case "fault":
			err = workload.HandlerFault(value)
		}
	}
	if err == nil && !given {
		err = style.Badf("n is missing: want the request's number, a decimal")
	}
	return n, err
}

// appendAnswer appends the answer to request n.
func appendAnswer(dst []byte, n uint64) []byte {
	return strconv.AppendUint(dst, workload.Value(n, 0), 10)
}

type source struct {
	faults workload.Faults
	want   []byte
}

func prepare(given map[string]string) (workload.Source, error) {
	all, err := workload.Resolve("idle", workload.FaultParams, given)
	if err != nil {
		return nil, err
	}
	v := workload.Read(all)
	return &source{faults: v.Faults("panic")}, v.Err()
}

// Draw implements workload.Source.
func (s *source) Draw(seed, n uint64, a *workload.Ask) {
	*a = workload.Ask{N: n, Method: "GET", Target: append(a.Target[:0], "/idle?n="...)}
	a.Target = strconv.AppendUint(a.Target, n, 10)
	if s.faults.Hits(seed, n) {
		a.Class = workload.Disturber
		a.Target = append(a.Target, "&fault=panic"...)
	}
}

// Check implements workload.Source.
func (s *source) Check(a *workload.Ask, status int, body []byte) error {
	if a.Class == workload.Disturber {
		return workload.MatchStatus(a, status, 500, body)
	}
	s.want = appendAnswer(s.want[:0], a.N)
	return workload.Match(a, status, 200, body, s.want)
}

// Backends implements workload.Source.
func (s *source) Backends() int { return 0 }

// BackendCalls implements workload.Source.
func (s *source) BackendCalls() float64 { return 0 }
