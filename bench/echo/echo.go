// Package echo is the workload that waits for nothing: N bytes in, N bytes out.
// It measures what a model costs before it has anything to wait for.
package echo

import (
	"embed"
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
	Name:   "echo",
	Doc:    "N bytes in, N bytes out; no backend",
	Params: params,
	Routes: []style.Route{
		{Method: "GET", Path: "/echo", Direct: Direct, Callback: Callback, Await: Await},
		{Method: "POST", Path: "/echo", Direct: DirectPost, Callback: CallbackPost, Await: AwaitPost},
	},
	Source:  handlers,
	Prepare: prepare,
}

var params = append([]workload.Param{
	{Name: "bytes", Default: "13", Doc: "length of the answer; of the request's body too with method=POST"},
	{Name: "method", Default: "GET", Doc: "GET: the answer is made by the server; POST: it is the request's body"},
}, workload.FaultParams...)

// defaultBytes is what GET /echo answers when it is not asked for a length.
const defaultBytes = 13

// parse reads the length a GET asks for.
func parse(query []byte) (n int, err error) {
	n = defaultBytes
	for len(query) > 0 && err == nil {
		var name, value []byte
		name, value, query = workload.NextParam(query)
		switch string(name) {
		case "bytes":
			var u uint64
			u, err = workload.Uint("bytes", value, workload.MaxBytes)
			n = int(u)
		case "fault":
			err = workload.HandlerFault(value)
		}
	}
	return n, err
}

const alphabet = "abcdefghijklmnopqrstuvwxyz"

// appendLetters appends n letters of the repeated alphabet, from letter first on.
func appendLetters(dst []byte, first uint64, n int) []byte {
	for from := int(first % 26); n > 0; from = 0 {
		part := alphabet[from:min(26, from+n)]
		dst = append(dst, part...)
		n -= len(part)
	}
	return dst
}

type source struct {
	bytes  int
	post   bool
	faults workload.Faults
	target []byte
	want   []byte // of a GET
}

func prepare(given map[string]string) (workload.Source, error) {
	all, err := workload.Resolve("echo", params, given)
	if err != nil {
		return nil, err
	}
	v := workload.Read(all)
	s := &source{
		bytes:  v.Int("bytes", 0, workload.MaxBytes),
		post:   v.OneOf("method", "GET", "POST") == "POST",
		faults: v.Faults("panic"),
	}
	if v.Err() != nil {
		return nil, v.Err()
	}
	s.target = []byte("/echo")
	if !s.post {
		s.target = strconv.AppendInt([]byte("/echo?bytes="), int64(s.bytes), 10)
		s.want = appendLetters(nil, 0, s.bytes)
	}
	return s, nil
}

// Draw implements workload.Source.
func (s *source) Draw(seed, n uint64, a *workload.Ask) {
	body := a.Body[:0]
	*a = workload.Ask{N: n, Method: "GET", Target: append(a.Target[:0], s.target...)}
	if s.post {
		a.Method, a.Body = "POST", appendLetters(body, n, s.bytes)
	}
	if s.faults.Hits(seed, n) {
		a.Class = workload.Disturber
		a.Target = append(a.Target, "?fault=panic"...)
		if !s.post {
			a.Target[len(s.target)] = '&'
		}
	}
}

// Check implements workload.Source.
func (s *source) Check(a *workload.Ask, status int, body []byte) error {
	switch {
	case a.Class == workload.Disturber:
		return workload.MatchStatus(a, status, 500, body)
	case s.post:
		return workload.Match(a, status, 200, body, a.Body)
	default:
		return workload.Match(a, status, 200, body, s.want)
	}
}

// Backends implements workload.Source.
func (s *source) Backends() int { return 0 }

// BackendCalls implements workload.Source.
func (s *source) BackendCalls() float64 { return 0 }
