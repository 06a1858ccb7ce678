package workloadtest

import (
	"bytes"
	"maps"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"assay/bench/workload"
	"assay/models/base/style"
)

// Agree holds everything a workload promises for the given parameters against
// each other: that what Draw asks is answered alike in all styles, with the
// same waits at the same times and for the same reasons; that Check accepts that answer and no other; that
// Backends and BackendCalls are what handlers do ask; that nothing allocates.
func Agree(t *testing.T, w *workload.Workload, params map[string]string) {
	t.Helper()
	t.Run(name(params), func(t *testing.T) {
		all, err := w.Resolve(params)
		if err != nil {
			t.Fatal(err)
		}
		s, err := w.Prepare(all)
		if err != nil {
			t.Fatal(err)
		}
		rapid.Check(t, func(t *rapid.T) {
			agreeOn(t, w, s, rapid.Uint64().Draw(t, "seed"), rapid.Uint64().Draw(t, "n"))
		})
		countBackends(t, w, s, params["fault"] == "")
		drawIsPure(t, s)
		doesNotAllocate(t, w, s)
	})
}

func name(params map[string]string) string {
	if len(params) == 0 {
		return "defaults"
	}
	var parts []string
	for _, k := range slices.Sorted(maps.Keys(params)) {
		parts = append(parts, k+"="+params[k])
	}
	return strings.Join(parts, ",")
}

func agreeOn(t *rapid.T, w *workload.Workload, s workload.Source, seed, n uint64) {
	var a workload.Ask
	s.Draw(seed, n, &a)
	r := Route(w, a.Method, a.Target)
	if r == nil {
		t.Fatalf("no route for %s %s", a.Method, a.Target)
	}
	var x style.Exchange
	direct := &World{Tracing: true}
	Request(&x, a.Method, a.Target, a.Body)
	got := ServeDirect(direct, r, &x)
	for name, serve := range map[string]func(*World, *style.Route, *style.Exchange) Answer{
		"callback": ServeCallback, "await": ServeAwait,
	} {
		var y style.Exchange
		world := &World{Tracing: true}
		Request(&y, a.Method, a.Target, a.Body)
		other := serve(world, r, &y)
		if got.Status != other.Status || !bytes.Equal(got.Body, other.Body) {
			t.Fatalf("%s: direct answers %d %q, %s %d %q", a.Target, got.Status, got.Body, name, other.Status, other.Body)
		}
		if !slices.Equal(direct.Trace, world.Trace) {
			t.Fatalf("%s: direct waits\n%s\n%s\n%s", a.Target,
				strings.Join(direct.Trace, "\n"), name, strings.Join(world.Trace, "\n"))
		}
		if direct.Now != world.Now {
			t.Fatalf("%s: direct takes %v, %s %v", a.Target, direct.Now, name, world.Now)
		}
	}
	if err := s.Check(&a, got.Status, got.Body); err != nil {
		t.Fatalf("the right answer is refused: %v", err)
	}
	refusesOthers(t, s, &a, got)
}

func refusesOthers(t *rapid.T, s workload.Source, a *workload.Ask, right Answer) {
	if s.Check(a, right.Status+1, right.Body) == nil {
		t.Fatalf("%s: status %d is accepted", a.Target, right.Status+1)
	}
	if right.Status != 200 {
		return // the body of a failure is the server's own affair
	}
	if s.Check(a, 200, append(bytes.Clone(right.Body), '0')) == nil {
		t.Fatalf("%s: a body with a byte too many is accepted", a.Target)
	}
	if len(right.Body) == 0 {
		return
	}
	wrong := bytes.Clone(right.Body)
	wrong[rapid.IntRange(0, len(wrong)-1).Draw(t, "wrong byte")] ^= 1
	if s.Check(a, 200, wrong) == nil {
		t.Fatalf("%s: body %q is accepted, right is %q", a.Target, wrong, right.Body)
	}
	if s.Check(a, 200, right.Body[1:]) == nil {
		t.Fatalf("%s: a body without its first byte is accepted", a.Target)
	}
}

// countBackends holds what a source says of backends against what handlers ask.
// Only sequences without faults: those end some requests early.
func countBackends(t *testing.T, w *workload.Workload, s workload.Source, faultless bool) {
	const requests = 20_000
	var a workload.Ask
	var x style.Exchange
	world := new(World)
	for n := range uint64(requests) {
		s.Draw(7, n, &a)
		Request(&x, a.Method, a.Target, a.Body)
		ServeDirect(world, Route(w, a.Method, a.Target), &x)
	}
	if world.Most != s.Backends() {
		t.Errorf("Backends() = %d, handlers ask up to %d", s.Backends(), world.Most)
	}
	got, want := float64(world.Calls)/requests, s.BackendCalls()
	if faultless && (got < want*0.85 || got > want*1.15) {
		t.Errorf("BackendCalls() = %g, handlers make %g", want, got)
	}
}

func drawIsPure(t *testing.T, s workload.Source) {
	var a, b workload.Ask
	s.Draw(1, 5, &a)
	for n := range uint64(100) {
		s.Draw(2, n, &b)
	}
	s.Draw(1, 5, &b)
	if !bytes.Equal(a.Target, b.Target) || !bytes.Equal(a.Body, b.Body) || a.N != b.N || a.Class != b.Class {
		t.Errorf("request 5 of seed 1 is %+v, later %+v", a, b)
	}
}

func doesNotAllocate(t *testing.T, w *workload.Workload, s workload.Source) {
	var a workload.Ask
	var x style.Exchange
	s.Draw(1, ^uint64(0), &a) // the longest number first, so that the slices have grown
	n := uint64(0)
	if got := testing.AllocsPerRun(1000, func() { s.Draw(1, n, &a); n++ }); got != 0 {
		t.Errorf("Draw allocates %g times", got)
	}
	Request(&x, a.Method, a.Target, a.Body)
	right := ServeDirect(new(World), Route(w, a.Method, a.Target), &x)
	var err error
	if got := testing.AllocsPerRun(100, func() { err = s.Check(&a, right.Status, right.Body) }); got != 0 || err != nil {
		t.Errorf("Check: %g allocations, %v", got, err)
	}
}
