package catalog

import (
	"strings"
	"testing"

	"assay/bench/workload/workloadtest"
	"assay/models/base/style"
)

// BenchmarkHandler runs a handler alone, its waits over at once: what a style costs
// before anything waits.
func BenchmarkHandler(b *testing.B) {
	for _, target := range []string{
		"/echo?bytes=13",
		"/fanout?n=7&d=20000,20000,20000",
		"/blocking?n=7",
		"/blocking?n=7&block=5&via=offload",
		"/idle?n=7",
	} {
		name, query, _ := strings.Cut(target[1:], "?")
		w, err := Find(name)
		if err != nil {
			b.Fatal(err)
		}
		r := workloadtest.Route(w, "GET", []byte(target))
		label := "workload=" + name
		if strings.Contains(query, "via") {
			label += "-offload"
		}
		var x style.Exchange
		workloadtest.Request(&x, "GET", []byte(target), nil)
		b.Run(label+"/style=direct", func(b *testing.B) {
			world := new(workloadtest.World)
			b.ReportAllocs()
			for b.Loop() {
				x.Body = x.Body[:0]
				if err := r.Direct(world, &x); err != nil {
					b.Fatal(err)
				}
			}
		})
		b.Run(label+"/style=callback", func(b *testing.B) {
			loop := newQuietLoop()
			done := func(err error) {
				if err != nil {
					b.Error(err)
				}
			}
			b.ReportAllocs()
			for b.Loop() {
				x.Body = x.Body[:0]
				r.Callback(loop, &x, done)
				loop.run()
			}
		})
	}
}
