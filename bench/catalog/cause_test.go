package catalog

import (
	"slices"
	"strings"
	"testing"

	"assay/bench/workload/workloadtest"
	"assay/models/base/style"
)

// styles are the ways to serve a request, by name.
var styles = []struct {
	name  string
	serve func(*workloadtest.World, *style.Route, *style.Exchange) workloadtest.Answer
}{
	{"direct", workloadtest.ServeDirect},
	{"callback", workloadtest.ServeCallback},
	{"await", workloadtest.ServeAwait},
}

// TestSameQuestions counts what each style asks of what is around it, for every mode of
// every workload: the same calls of the same backends, each for the same reason (after
// which answers), at the same time. A style that asked less, or earlier, would win by that.
func TestSameQuestions(t *testing.T) {
	const (
		a, b, c = "/value?n=7&i=0&d=30000", "/value?n=7&i=1&d=10000", "/value?n=7&i=2&d=20000"
		fan     = "/fanout?n=7&d=30000,10000,20000"
	)
	parallel := []string{"0s call 0 " + a + " after []", "0s call 1 " + b + " after []", "0s call 2 " + c + " after []"}
	sequence := []string{"0s call 0 " + a + " after []", "30ms call 1 " + b + " after [0]", "40ms call 2 " + c + " after [0 1]"}
	// with is a list whose call number at carries a fault.
	with := func(list []string, at int, fault string) []string {
		list = slices.Clone(list)
		list[at] = strings.Replace(list[at], " after", "&fault="+fault+" after", 1)
		return list
	}
	for _, test := range []struct {
		target string
		status int
		want   []string
	}{
		{"/echo?bytes=13", 200, nil},
		{"/echo?fault=panic", 500, nil},
		{"/idle?n=7", 200, nil},
		{"/idle?n=7&fault=panic", 500, nil},

		{fan, 200, parallel},
		{fan + "&work=10", 200, parallel},
		{fan + "&fault=panic", 500, nil},
		{fan + "&fault=panic&at=1", 500, parallel},
		// All are waited for, whichever fails: HTTP.md's "the lowest I decides".
		{fan + "&fault=fail&at=1", 502, with(parallel, 1, "fail")},
		{fan + "&fault=stall&at=2", 504, with(parallel, 2, "stall")},
		{fan + "&fault=reset&at=0", 502, with(parallel, 0, "reset")},
		{fan + "&fault=slow&at=0", 200, with(parallel, 0, "slow")},
		{fan + "&mode=sequential", 200, sequence},
		{fan + "&mode=sequential&fault=panic&at=0", 500, sequence},
		// Nothing is asked behind the first failure.
		{fan + "&mode=sequential&fault=fail&at=0", 502, with(sequence, 0, "fail")[:1]},
		{fan + "&mode=sequential&fault=garbage&at=1", 502, with(sequence, 1, "garbage")[:2]},
		{fan + "&mode=sequential&fault=stall&at=2", 504, with(sequence, 2, "stall")},

		{"/blocking?n=7", 200, nil},
		{"/blocking?n=7&via=cooperative", 200, nil},
		{"/blocking?n=7&block=500&work=5", 200, []string{"0s block 500µs"}},
		{"/blocking?n=7&block=500&work=5&via=offload", 200, []string{"0s offload", "0s block 500µs"}},
		{"/blocking?n=7&work=5&via=offload", 200, []string{"0s offload"}},
		{"/blocking?n=7&block=500&work=5&via=cooperative", 200, []string{"0s call 0 /value?n=7&i=0&d=500 after []"}},
		{"/blocking?n=7&block=500&via=offload&fault=panic", 500, nil},
	} {
		for _, s := range styles {
			name, _, _ := strings.Cut(test.target[1:], "?")
			w, err := Find(name)
			if err != nil {
				t.Fatal(err)
			}
			var x style.Exchange
			workloadtest.Request(&x, "GET", []byte(test.target), nil)
			world := &workloadtest.World{Tracing: true}
			got := s.serve(world, workloadtest.Route(w, "GET", []byte(test.target)), &x)
			if got.Status != test.status || !slices.Equal(world.Trace, test.want) {
				t.Errorf("%s %s: %d %s, asked\n\t%s\nwant %d, and\n\t%s", s.name, test.target, got.Status, got.Body,
					strings.Join(world.Trace, "\n\t"), test.status, strings.Join(test.want, "\n\t"))
			}
		}
	}
}

// Every route has a handler in every style.
func TestAllStyles(t *testing.T) {
	for _, w := range All {
		for _, r := range w.Routes {
			if r.Direct == nil || r.Callback == nil || r.Await == nil {
				t.Errorf("%s %s %s lacks a style", w.Name, r.Method, r.Path)
			}
		}
	}
}
