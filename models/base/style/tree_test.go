package style_test

import (
	"errors"
	"fmt"
	"slices"
	"testing"
	"time"

	"go.uber.org/goleak"
	"pgregory.net/rapid"

	"assay/models/base/style"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// Whatever tree of tasks a request grows, each task that started ends exactly once, by
// returning, by a fault or by being cancelled; none of its children ends after it, and
// none after the request; and nothing is left under way.
func TestRandomTrees(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		w := &wood{t: t, h: &host{remote: rapid.Bool().Draw(t, "remote")}}
		for range rapid.IntRange(1, 3).Draw(t, "requests") { // the scope is reused
			w.grow()
		}
	})
}

// wood is the tasks of one request, for their accounts.
type wood struct {
	t    *rapid.T
	h    *host
	all  []*tree
	wild any // a panic that was not drawn: rapid's own way to end a test, which tasks must not catch
}

func (w *wood) grow() {
	w.all = nil
	w.h.log = nil
	root := w.plant(nil)
	w.h.begin(func(t *style.Task, _ *style.Exchange) style.Poll { return root.Step(t, nil) })
	for len(w.h.ended) == 0 && w.h.turn() {
	}
	if w.wild != nil {
		panic(w.wild)
	}
	if len(w.h.ended) != 1 {
		w.t.Fatalf("the request ended %d times, its tasks: %v", len(w.h.ended), w.all)
	}
	if calls := slices.ContainsFunc(w.h.events, func(e *event) bool { return e.call != nil }); calls || w.h.alarm != 0 {
		w.t.Fatalf("calls under way: %v, alarm %d, after the end", calls, w.h.alarm)
	}
	for _, a := range w.all {
		if a.ends != 1 {
			w.t.Fatalf("a task ended %d times", a.ends)
		}
	}
	w.h.events, w.h.ended = nil, nil // offloaded functions that nobody waits for
}

// tree is a task that does as it was drawn.
type tree struct {
	wood   *wood
	parent *tree
	left   int // waits before it ends
	depth  int
	ends   int
}

func (w *wood) plant(parent *tree) *tree {
	a := &tree{wood: w, parent: parent, left: rapid.IntRange(0, 3).Draw(w.t, "waits")}
	if parent != nil {
		a.depth = parent.depth + 1
	}
	w.all = append(w.all, a)
	return a
}

func (a *tree) end() {
	defer a.tame()
	a.ends++
	if len(a.wood.h.ended) > 0 {
		a.wood.t.Fatal("a task ended after its request")
	}
}

func (a *tree) Cancelled() { a.end() }

func (a *tree) tame() {
	if v := recover(); v != nil {
		if v != "boom" && a.wood.wild == nil {
			a.wood.wild = v
		}
		panic(v)
	}
}

// Step does one random thing after the other.
func (a *tree) Step(t *style.Task, err error) style.Poll {
	defer a.tame()
	if a.ends > 0 || len(a.wood.h.ended) > 0 {
		a.wood.t.Fatal("a task was stepped after its end, or its request's")
	}
	for _, b := range a.wood.all {
		if b.parent != nil && b.parent.ends > 0 && b.ends == 0 {
			a.wood.t.Fatal("a task runs on after its parent's end")
		}
	}
	r := a.wood.t
	if err != nil && rapid.Bool().Draw(r, "propagate") {
		a.end()
		return t.Return(err)
	}
	if a.left--; a.left >= 0 {
		return t.Await(a.future(t, 0), a, 1)
	}
	a.end()
	for range rapid.IntRange(0, 1).Draw(r, "strays") { // started, and not waited for
		a.future(t, 0)
	}
	switch rapid.IntRange(0, 5).Draw(r, "end") {
	case 0:
		return t.Return(errors.New("its own"))
	case 1:
		panic("boom")
	default:
		return t.Return(nil)
	}
}

// future draws something to wait for.
func (a *tree) future(t *style.Task, nested int) style.Future {
	r := a.wood.t
	kind := rapid.IntRange(0, 8).Draw(r, "kind")
	if kind > 3 && nested == 3 || kind == 3 && (a.depth == 4 || len(a.wood.all) > 60) {
		kind = 0
	}
	micros := rapid.IntRange(0, 20).Draw(r, "micros")
	switch kind {
	case 0:
		return call(t, fmt.Sprintf("c %d %s", micros, rapid.SampledFrom([]string{"", "fail"}).Draw(r, "fault")))
	case 1:
		return t.Sleep(time.Duration(micros) * time.Microsecond)
	case 2:
		return t.Offload(func() {
			if micros == 0 {
				panic("away")
			}
		})
	case 3:
		return t.Spawn(a.wood.plant(a))
	case 4:
		return t.Timeout(a.future(t, nested+1), time.Duration(micros)*time.Microsecond)
	case 5:
		t.Cancel(a.future(t, nested+1))
		return t.Sleep(0)
	}
	fs := make([]style.Future, rapid.IntRange(1, 4).Draw(r, "futures"))
	for i := range fs {
		fs[i] = a.future(t, nested+1)
	}
	return []func(*style.Task, ...style.Future) style.Future{
		(*style.Task).Gather, (*style.Task).TryGather, (*style.Task).Race,
	}[kind-6](t, fs...)
}
