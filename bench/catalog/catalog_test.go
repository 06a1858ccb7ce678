package catalog

import (
	"strings"
	"testing"

	"assay/bench/workload"
	"assay/bench/workload/workloadtest"
	"assay/models/base/style"
)

// Every parameter's every kind of value, so that each path through Draw, the
// handlers and Check is held against the others.
var settings = map[string][]map[string]string{
	"echo": {
		{},
		{"bytes": "0"},
		{"bytes": "100"},
		{"method": "POST"},
		{"method": "POST", "bytes": "1000"},
		{"fault": "panic", "fault-share": "50%"},
		{"fault": "panic", "fault-share": "0.5", "method": "POST"},
	},
	"fanout": {
		{},
		{"k": "1", "delay": "0s"},
		{"k": "64", "delay": "1ms"},
		{"delay": "5ms+20ms+80ms"},
		{"delay": "80ms+20ms+5ms", "mode": "sequential"},
		{"delay": "exp:20ms", "k": "5"},
		{"delay": "uniform:1ms-30ms", "mode": "sequential"},
		{"delay": "1ms+exp:20ms", "k": "2"},
		{"work": "100"},
		{"cpu": "20us", "rounds-per-us": "10"},
		{"fault": "panic", "fault-share": "50%"},
		{"fault": "fail", "fault-share": "50%"},
		{"fault": "fail", "fault-share": "50%", "mode": "sequential"},
		{"fault": "stall", "fault-share": "50%"},
		{"fault": "reset", "fault-share": "50%"},
		{"fault": "garbage", "fault-share": "50%"},
		{"fault": "truncate", "fault-share": "50%"},
		{"fault": "slow", "fault-share": "50%"},
	},
	"blocking": {
		{},
		{"share": "0%", "block": "0s"},
		{"share": "50%"},
		{"share": "0.5", "via": "offload"},
		{"share": "50%", "via": "cooperative"},
		{"share": "50%", "via": "cooperative", "work": "100"},
		{"share": "50%", "via": "offload", "work": "100", "block": "0s"},
		{"share": "50%", "work": "100"},
		{"share": "50%", "cpu": "5us", "block": "0s"},
		{"share": "50%", "fault": "panic", "fault-share": "50%", "work": "10"},
	},
	"idle": {
		{},
		{"fault": "panic", "fault-share": "50%"},
	},
}

func TestStylesAgree(t *testing.T) {
	for _, w := range All {
		t.Run(w.Name, func(t *testing.T) {
			if len(settings[w.Name]) == 0 {
				t.Fatal("no settings to test it with")
			}
			for _, params := range settings[w.Name] {
				workloadtest.Agree(t, w, params)
			}
		})
	}
}

func TestExamples(t *testing.T) {
	docs := HTTP()
	for _, w := range All {
		examples, err := workload.Examples(docs[w.Name])
		if err != nil || len(examples) < 5 {
			t.Fatalf("%s: HTTP.md has %d examples, %v", w.Name, len(examples), err)
		}
		for _, e := range examples {
			direct := func(x *style.Exchange, r *style.Route) workloadtest.Answer {
				return workloadtest.ServeDirect(new(workloadtest.World), r, x)
			}
			callback := func(x *style.Exchange, r *style.Route) workloadtest.Answer {
				return workloadtest.ServeCallback(new(workloadtest.World), r, x)
			}
			runExample(t, w, e, "direct", direct)
			await := func(x *style.Exchange, r *style.Route) workloadtest.Answer {
				return workloadtest.ServeAwait(new(workloadtest.World), r, x)
			}
			runExample(t, w, e, "callback", callback)
			runExample(t, w, e, "await", await)
		}
	}
}

func runExample(t *testing.T, w *workload.Workload, e workload.Example, name string,
	serve func(*style.Exchange, *style.Route) workloadtest.Answer,
) {
	t.Helper()
	r := workloadtest.Route(w, e.Method, []byte(e.Target))
	if r == nil {
		t.Errorf("%s %s: no route", e.Method, e.Target)
		return
	}
	var x style.Exchange
	workloadtest.Request(&x, e.Method, []byte(e.Target), []byte(e.Body))
	got := serve(&x, r)
	if got.Status != e.Status || !e.AnyAnswer && string(got.Body) != e.Answer {
		t.Errorf("%s %s %s: %d %q, HTTP.md says %d %q", name, e.Method, e.Target, got.Status, got.Body, e.Status, e.Answer)
	}
	if e.Status == 400 && len(got.Body) < 15 {
		t.Errorf("%s %s: %q is no sentence", e.Method, e.Target, got.Body)
	}
}

func TestBadParameters(t *testing.T) {
	for _, test := range []struct {
		workload, name, value string
		want                  []string // all in the error
	}{
		{"echo", "byte", "1", []string{`"byte"`, `did you mean "bytes"`, "method"}},
		{"echo", "bytes", "-1", []string{"bytes=-1", "from 0 to 16777216"}},
		{"echo", "bytes", "many", []string{"bytes=many", "whole number"}},
		{"echo", "method", "PUSH", []string{"method=PUSH", "GET, POST", `"POST"`}},
		{"echo", "fault", "stall", []string{"fault=stall", "none, panic"}},
		{"echo", "fault-share", "120%", []string{"fault-share=120%", "0% to 100%"}},
		{"fanout", "dely", "1ms", []string{`"dely"`, `did you mean "delay"`}},
		{"fanout", "k", "0", []string{"k=0", "1 to 64"}},
		{"fanout", "delay", "20", []string{"delay=20", "20ms"}},
		{"fanout", "delay", "-1ms", []string{"delay=-1ms"}},
		{"fanout", "delay", "1ns", []string{"whole microseconds"}},
		{"fanout", "delay", "1h", []string{"delay=1h", "1m0s"}},
		{"fanout", "delay", "1ms+2ms", []string{"delay=1ms+2ms", "k=3", "2"}},
		{"fanout", "delay", "uniform:3ms-1ms", []string{"uniform:3ms-1ms"}},
		{"fanout", "delay", "norm:3ms", []string{"norm:3ms", "exp:20ms"}},
		{"fanout", "mode", "sequental", []string{"mode=sequental", `"sequential"`}},
		{"fanout", "cpu", "2s", []string{"cpu=2s", "1s"}},
		{"fanout", "cpu", "1s", []string{"cpu=1s", "rounds"}},
		{"fanout", "work", "x", []string{"work=x"}},
		{"fanout", "rounds-per-us", "0", []string{"rounds-per-us=0", "above 0"}},
		{"fanout", "fault", "stal", []string{"fault=stal", `"stall"`}},
		{"blocking", "share", "-5%", []string{"share=-5%"}},
		{"blocking", "share", "NaN", []string{"share=NaN"}},
		{"blocking", "block", "0s", []string{"block=0s", "cpu", "share=0%"}},
		{"blocking", "via", "offlod", []string{"via=offlod", `"offload"`}},
		{"idle", "conns", "5", []string{`"conns"`, "fault"}},
	} {
		w, err := Find(test.workload)
		if err != nil {
			t.Fatal(err)
		}
		_, err = w.Prepare(map[string]string{test.name: test.value})
		if err == nil {
			t.Errorf("%s %s=%s: accepted", test.workload, test.name, test.value)
			continue
		}
		for _, part := range test.want {
			if !strings.Contains(err.Error(), part) {
				t.Errorf("%s %s=%s: error %q does not say %q", test.workload, test.name, test.value, err, part)
			}
		}
	}
}

func TestBothWorkAndCPU(t *testing.T) {
	w, _ := Find("fanout")
	if _, err := w.Prepare(map[string]string{"work": "5", "cpu": "1us"}); err == nil || !strings.Contains(err.Error(), "not both") {
		t.Errorf("work and cpu together: %v", err)
	}
}

func TestFind(t *testing.T) {
	_, err := Find("fannout")
	if err == nil || !strings.Contains(err.Error(), `did you mean "fanout"`) {
		t.Errorf("Find(fannout): %v", err)
	}
	seen := map[string]bool{}
	for _, w := range All {
		if seen[w.Name] || w.Doc == "" || HTTP()[w.Name] == "" {
			t.Errorf("%s: listed twice, or without doc or HTTP.md", w.Name)
		}
		seen[w.Name] = true
		for _, p := range w.Params {
			if p.Name == "" || p.Doc == "" || p.Default == "" {
				t.Errorf("%s: parameter %+v lacks a name, a default or a doc", w.Name, p)
			}
		}
	}
}
