package catalog

import (
	"strings"
	"testing"

	"assay/bench/workload/workloadtest"
	"assay/models/base/style"
)

// requests are one of each kind that handlers tell apart, with what each style may
// allocate for it: the style's price, which is shown beside what it costs in time
// (BenchmarkHandler with -benchmem). A cap is raised only with a reason.
//
//   - direct: nothing, but for the function that it offloads and what they share
//   - callback: the continuations, and what they share
//   - await: what lives across a wait, and the function that is offloaded
var requests = []struct {
	name, target            string
	direct, callback, await float64
}{
	{"echo", "/echo?bytes=100", 0, 0, 0},
	{"idle", "/idle?n=7", 0, 0, 0},
	{"fanout", "/fanout?n=7&d=20000,20000,20000&work=10", 0, 4, 1},
	{"fanout-sequential", "/fanout?n=7&d=20000,20000,20000&mode=sequential", 0, 5, 1},
	{"fanout-late", "/fanout?n=7&d=20000,20000,20000&fault=stall&at=1", 0, 4, 1},
	{"blocking-victim", "/blocking?n=7", 0, 0, 0},
	{"blocking-inline", "/blocking?n=7&block=5", 0, 0, 0},
	{"blocking-cooperative", "/blocking?n=7&block=5&via=cooperative", 0, 2, 1},
	{"blocking-offload", "/blocking?n=7&block=5&via=offload", 3, 4, 2},
}

// server serves one request in one style, over a world that allocates nothing.
type server func(r *style.Route, x *style.Exchange)

func servers() map[string]server {
	world := new(workloadtest.World)
	loop, tasks := newQuietLoop(), newQuietTasks()
	done := func(error) {}
	return map[string]server{
		"direct":   func(r *style.Route, x *style.Exchange) { _ = r.Direct(world, x) },
		"callback": func(r *style.Route, x *style.Exchange) { r.Callback(loop, x, done); loop.run() },
		"await":    func(r *style.Route, x *style.Exchange) { tasks.scope.Start(r.Await, x); tasks.run() },
	}
}

// repeated is a request that can be served again and again, its memory reused.
func repeated(t testing.TB, target string) (*style.Route, *style.Exchange) {
	t.Helper()
	name, _, _ := strings.Cut(target[1:], "?")
	w, err := Find(name)
	if err != nil {
		t.Fatal(err)
	}
	x := new(style.Exchange)
	workloadtest.Request(x, "GET", []byte(target), nil)
	return workloadtest.Route(w, "GET", []byte(target)), x
}

func TestHandlerAllocations(t *testing.T) {
	for _, rq := range requests {
		most := map[string]float64{"direct": rq.direct, "callback": rq.callback, "await": rq.await}
		for style, serve := range servers() {
			r, x := repeated(t, rq.target)
			got := testing.AllocsPerRun(100, func() {
				x.Body = x.Body[:0]
				serve(r, x)
			})
			if got > most[style] {
				t.Errorf("%s: %s allocates %g times, its cap is %g", rq.name, style, got, most[style])
			}
			if got < most[style] {
				t.Errorf("%s: %s allocates %g times: lower its cap of %g", rq.name, style, got, most[style])
			}
			if len(x.Body) == 0 && !strings.Contains(rq.target, "fault") {
				t.Errorf("%s: %s did not answer", rq.name, style)
			}
		}
	}
}

// BenchmarkHandler runs a handler alone, its waits over at once: what a style costs, in
// time and memory, before anything waits.
//
//	go test ./bench/catalog -run '^$' -bench Handler
func BenchmarkHandler(b *testing.B) {
	all := servers()
	for _, rq := range requests {
		for _, style := range []string{"direct", "callback", "await"} {
			b.Run("request="+rq.name+"/style="+style, func(b *testing.B) {
				r, x := repeated(b, rq.target)
				serve := all[style]
				b.ReportAllocs()
				for b.Loop() {
					x.Body = x.Body[:0]
					serve(r, x)
				}
			})
		}
	}
}
