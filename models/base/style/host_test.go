package style_test

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"assay/models/base/style"
)

// host is a style.Host in which time is a number. A call's target says what comes of it:
// "NAME MICROS", "NAME MICROS fail".
type host struct {
	now    int64 // ns
	order  int
	events []*event
	alarm  int64
	log    []string // "at what"
	ended  []error  // what Done was told
	scope  style.Scope
	refuse bool // Offload has no room
	remote bool // Offload is over 1 ms later, as if another thread ran it
}

type event struct {
	when  int64
	order int
	call  *style.Call
	run   func()
}

func (h *host) note(format string, args ...any) {
	h.log = append(h.log, fmt.Sprintf("%v ", time.Duration(h.now))+fmt.Sprintf(format, args...))
}

func (h *host) after(d time.Duration, c *style.Call, run func()) {
	h.order++
	h.events = append(h.events, &event{h.now + int64(d), h.order, c, run})
}

func (h *host) Call(c *style.Call, then func(error)) {
	var name, fault string
	var micros int
	fmt.Sscan(string(c.Target), &name, &micros, &fault)
	h.note("call %s", name)
	h.after(time.Duration(micros)*time.Microsecond, c, func() {
		c.Body = append(c.Body[:0], name...)
		if c.Err = nil; fault != "" {
			c.Err = fmt.Errorf("%w: %s", style.ErrBackend, name)
		}
		then(c.Err)
	})
}

func (h *host) Abandon(c *style.Call) {
	i := slices.IndexFunc(h.events, func(e *event) bool { return e.call == c })
	if i < 0 {
		panic("a call is abandoned that is not under way")
	}
	name, _, _ := strings.Cut(string(c.Target), " ")
	h.note("abandon %s", name)
	h.events = slices.Delete(h.events, i, i+1)
}

func (h *host) Block(d time.Duration) { h.now += int64(d) }

func (h *host) Offload(f, then func()) bool {
	switch {
	case h.refuse:
		return false
	case h.remote:
		h.after(time.Millisecond, nil, func() { f(); then() })
	default:
		f()
		then()
	}
	return true
}

func (h *host) Clock() int64   { return h.now }
func (h *host) Alarm(at int64) { h.alarm = at }

func (h *host) Done(err error) {
	h.note("done %v", err)
	h.ended = append(h.ended, err)
}

// serve runs a handler until nothing is left to happen, and gives its outcome.
func (h *host) serve(t testing.TB, handler style.Await) error {
	t.Helper()
	h.begin(handler)
	for h.turn() {
	}
	if len(h.ended) != 1 || h.alarm != 0 {
		t.Fatalf("done was told %v, the alarm is %d\n%s", h.ended, h.alarm, strings.Join(h.log, "\n"))
	}
	return h.ended[0]
}

func (h *host) begin(handler style.Await) {
	h.ended = nil
	x := new(style.Exchange)
	x.Reset()
	h.scope.Init(h)
	h.scope.Start(handler, x)
}

// turn lets the next thing happen; false if there is none.
func (h *host) turn() bool {
	slices.SortFunc(h.events, func(a, b *event) int {
		return cmp.Or(cmp.Compare(a.when, b.when), a.order-b.order)
	})
	switch {
	case h.alarm != 0 && (len(h.events) == 0 || h.alarm <= h.events[0].when):
		h.now, h.alarm = max(h.now, h.alarm), 0
		h.scope.Ring()
	case len(h.events) > 0:
		e := h.events[0]
		h.events = h.events[1:]
		h.now = max(h.now, e.when)
		e.run()
	default:
		return false
	}
	return true
}

// want compares the whole log.
func (h *host) want(t testing.TB, lines ...string) {
	t.Helper()
	if !slices.Equal(h.log, lines) {
		t.Errorf("got\n\t%s\nwant\n\t%s", strings.Join(h.log, "\n\t"), strings.Join(lines, "\n\t"))
	}
}

// steps is an async function whose states are functions.
type steps []func(t *style.Task, err error) style.Poll

func (s steps) Step(t *style.Task, err error) style.Poll { return s[t.At()](t, err) }

// returns ends a task with the outcome of its last wait.
func returns(t *style.Task, err error) style.Poll { return t.Return(err) }

// last waits for f, whose outcome is the task's.
func last(t *style.Task, f style.Future) style.Poll { return t.Await(f, steps{returns}, 0) }

// call asks for a target of its own.
func call(t *style.Task, target string) style.Future {
	return t.Call(&style.Call{Target: []byte(target)})
}

// calling is an async function that makes one call.
func calling(target string) style.Async {
	return steps{func(t *style.Task, _ error) style.Poll { return last(t, call(t, target)) }}
}
