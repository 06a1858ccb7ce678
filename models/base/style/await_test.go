package style_test

import (
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"assay/models/base/style"
)

func TestSequence(t *testing.T) {
	var h host
	var s steps
	s = steps{
		func(t *style.Task, err error) style.Poll { return t.Await(call(t, "b 20"), s, 1) },
		func(t *style.Task, err error) style.Poll { return t.Await(call(t, "c 5 fail"), s, 2) },
		func(t *style.Task, err error) style.Poll {
			if err == nil {
				return t.Return(errors.New("the failure is not told"))
			}
			return last(t, t.Sleep(time.Millisecond))
		},
	}
	err := h.serve(t, func(t *style.Task, _ *style.Exchange) style.Poll { return t.Await(call(t, "a 10"), s, 0) })
	if err != nil {
		t.Error(err)
	}
	h.want(t, "0s call a", "10µs call b", "30µs call c", "1.035ms done <nil>")
}

func TestCombinations(t *testing.T) {
	gather := (*style.Task).Gather
	try := (*style.Task).TryGather
	race := (*style.Task).Race
	for _, c := range []struct {
		name    string
		combine func(*style.Task, ...style.Future) style.Future
		calls   []string
		want    []string // behind the calls
	}{
		{"gather", gather, []string{"a 30", "b 10", "c 20"}, []string{"30µs done <nil>"}},
		// The second fails first: the others go on, and the lowest index decides.
		{"gather, one fails", gather, []string{"a 30", "b 10 fail", "c 20"}, []string{"30µs done backend failed: b"}},
		{"gather, two fail", gather, []string{"a 30 fail", "b 10 fail", "c 20"}, []string{"30µs done backend failed: a"}},
		{"gather of none", gather, nil, []string{"0s done <nil>"}},
		{"try", try, []string{"a 30", "b 10", "c 20"}, []string{"30µs done <nil>"}},
		// The second fails first: it decides, at once, and the others are cancelled.
		{"try, one fails", try, []string{"a 30 fail", "b 10 fail", "c 20"}, []string{
			"10µs abandon a", "10µs abandon c", "10µs done backend failed: b",
		}},
		{"try of none", try, nil, []string{"0s done <nil>"}},
		{"race", race, []string{"a 30", "b 10", "c 20"}, []string{"10µs abandon a", "10µs abandon c", "10µs done <nil>"}},
		{"race, a failure wins", race, []string{"a 30", "b 10 fail"}, []string{"10µs abandon a", "10µs done backend failed: b"}},
		{"race, a failure loses", race, []string{"a 30 fail", "b 10"}, []string{"10µs abandon a", "10µs done <nil>"}},
		{"race of one", race, []string{"a 30"}, []string{"30µs done <nil>"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			var h host
			var want []string
			_ = h.serve(t, func(t *style.Task, _ *style.Exchange) style.Poll {
				var fs []style.Future
				for _, target := range c.calls {
					fs = append(fs, call(t, target))
					want = append(want, "0s call "+target[:1])
				}
				return last(t, c.combine(t, fs...))
			})
			h.want(t, append(want, c.want...)...)
		})
	}
}

// What is over before it is combined counts as well, the lowest index first.
func TestCombineWhatIsOver(t *testing.T) {
	over := func(combine func(*style.Task, ...style.Future) style.Future, won int, want string) {
		t.Helper()
		var h host
		err := h.serve(t, func(t *style.Task, _ *style.Exchange) style.Poll {
			a, b, c := call(t, "a 90"), call(t, "b 1 fail"), call(t, "c 2 fail")
			return t.Await(t.Sleep(time.Microsecond*10), steps{
				func(t *style.Task, _ error) style.Poll {
					return t.Await(combine(t, a, b, c), steps{nil, check(won)}, 1)
				},
			}, 0)
		})
		if fmt.Sprint(err) != want {
			t.Errorf("got %v, want %s", err, want)
		}
	}
	over((*style.Task).Race, 1, "backend failed: b")
	over((*style.Task).TryGather, 1, "backend failed: b")
	over((*style.Task).Gather, 1, "backend failed: b")
}

// check returns what it is given, if the winner is the right one.
func check(won int) func(*style.Task, error) style.Poll {
	return func(t *style.Task, err error) style.Poll {
		if t.Winner() != won {
			return t.Return(fmt.Errorf("winner %d, want %d", t.Winner(), won))
		}
		return t.Return(err)
	}
}

func TestTimeout(t *testing.T) {
	const within = 100 * time.Microsecond
	for _, c := range []struct {
		target string
		want   []string
	}{
		{"a 99", []string{"0s call a", "99µs done <nil>"}},
		{"a 50 fail", []string{"0s call a", "50µs done backend failed: a"}},
		{"a 101", []string{"0s call a", "100µs abandon a", "100µs done backend deadline exceeded: handler waited long enough"}},
	} {
		var h host
		err := h.serve(t, func(t *style.Task, _ *style.Exchange) style.Poll {
			return last(t, t.Timeout(call(t, c.target), within))
		})
		h.want(t, c.want...)
		if len(c.want) == 3 && (!errors.Is(err, style.ErrTimeout) || style.StatusOf(err) != 504) {
			t.Errorf("a timeout is %v, status %d", err, style.StatusOf(err))
		}
	}
}

// A timeout is transparent to what it bounds.
func TestTimeoutOfARace(t *testing.T) {
	var h host
	err := h.serve(t, func(t *style.Task, _ *style.Exchange) style.Poll {
		r := t.Race(call(t, "a 50"), call(t, "b 40"), call(t, "c 30"))
		return t.Await(t.Timeout(r, time.Second), steps{check(2)}, 0)
	})
	if err != nil {
		t.Error(err)
	}
}

func TestNestedGathers(t *testing.T) {
	var h host
	_ = h.serve(t, func(t *style.Task, _ *style.Exchange) style.Poll {
		inner := t.Gather(call(t, "a 10"), call(t, "b 20 fail"))
		other := t.TryGather(call(t, "c 5"), t.Gather(call(t, "d 15 fail"), call(t, "e 40")), call(t, "f 90"))
		return last(t, t.Gather(other, inner, t.Spawn(calling("g 30"))))
	})
	h.want(t, "0s call a", "0s call b", "0s call c", "0s call d", "0s call e", "0s call f", "0s call g",
		"40µs abandon f", "40µs done backend failed: d")
}

// The children of a task that ends are cancelled with it, theirs first, and theirs.
func TestNothingOutlivesItsTask(t *testing.T) {
	var h host
	var ended []string
	parent := func(t *style.Task, _ error) style.Poll {
		t.Spawn(&tracked{calling("deep 50"), "deep", &ended})
		call(t, "own 60")
		return last(t, call(t, "short 10"))
	}
	_ = h.serve(t, func(t *style.Task, _ *style.Exchange) style.Poll {
		t.Spawn(&tracked{calling("stray 70"), "stray", &ended})
		return last(t, t.Spawn(&tracked{steps{parent}, "parent", &ended}))
	})
	h.want(t, "0s call stray", "0s call own", "0s call short", "0s call deep",
		"10µs abandon deep", "10µs abandon own", "10µs abandon stray", "10µs done <nil>")
	if got := strings.Join(ended, " "); got != "deep stray" {
		t.Errorf("cancelled: %s; want deep stray: their parent returned", got)
	}
}

// tracked notes when it is cancelled.
type tracked struct {
	style.Async
	name  string
	ended *[]string
}

func (a *tracked) Step(t *style.Task, err error) style.Poll {
	if t.At() == 0 {
		return t.Await(t.Spawn(a.Async), a, 1)
	}
	return t.Return(err)
}

func (a *tracked) Cancelled() { *a.ended = append(*a.ended, a.name) }

func TestCancelledFromWithin(t *testing.T) {
	var h host
	var ended []string
	nest := style.Async(calling("a 50"))
	for i := range 3 {
		nest = &tracked{nest, fmt.Sprint(i), &ended}
	}
	_ = h.serve(t, func(t *style.Task, _ *style.Exchange) style.Poll {
		f := t.Spawn(nest)
		return t.Await(t.Sleep(time.Microsecond), steps{func(t *style.Task, _ error) style.Poll {
			t.Cancel(f)
			return last(t, call(t, "b 5"))
		}}, 0)
	})
	h.want(t, "0s call a", "1µs abandon a", "1µs call b", "6µs done <nil>")
	if got := strings.Join(ended, " "); got != "0 1 2" {
		t.Errorf("cancelled in the order %s, want 0 1 2: the innermost first", got)
	}
}

// A failure that nobody looked at is not lost.
func TestFailureNotLookedAt(t *testing.T) {
	var h host
	err := h.serve(t, func(t *style.Task, _ *style.Exchange) style.Poll {
		t.Spawn(calling("a 1 fail"))
		call(t, "b 2 fail")
		return last(t, call(t, "c 10"))
	})
	if fmt.Sprint(err) != "backend failed: a" {
		t.Errorf("got %v, want the failure of a, which nobody waited for", err)
	}
	err = h.serve(t, func(t *style.Task, _ *style.Exchange) style.Poll {
		t.Spawn(calling("a 1 fail"))
		return last(t, call(t, "c 10 fail"))
	})
	if fmt.Sprint(err) != "backend failed: c" {
		t.Errorf("got %v, want the handler's own failure", err)
	}
}

// Every outside event resumes tasks in the order in which they became ready.
func TestOrder(t *testing.T) {
	var h host
	var order []string
	say := func(name string) style.Async {
		return steps{
			func(t *style.Task, _ error) style.Poll {
				order = append(order, name)
				return t.Await(t.Sleep(time.Microsecond), steps{nil, func(t *style.Task, _ error) style.Poll {
					order = append(order, name)
					return t.Return(nil)
				}}, 1)
			},
		}
	}
	_ = h.serve(t, func(t *style.Task, _ *style.Exchange) style.Poll {
		f := t.Gather(t.Spawn(say("a")), t.Spawn(say("b")), t.Spawn(say("c")))
		order = append(order, "root")
		return last(t, f)
	})
	if got := strings.Join(order, " "); got != "root a b c a b c" {
		t.Errorf("order %s", got)
	}
}

// A chain has no stack: its depth costs memory only, and unwinds without recursion.
func TestDeepChain(t *testing.T) {
	var h host
	n := 0
	var level style.Async
	level = steps{
		func(t *style.Task, _ error) style.Poll {
			if n++; n == 100_000 {
				return t.Await(call(t, "bottom 1 fail"), level, 1)
			}
			return t.Await(t.Spawn(level), level, 1)
		},
		returns,
	}
	err := h.serve(t, func(t *style.Task, _ *style.Exchange) style.Poll { return last(t, t.Spawn(level)) })
	if fmt.Sprint(err) != "backend failed: bottom" {
		t.Errorf("the outcome of the bottom came up as %v", err)
	}
}

// The host is asked for the nearest alarm, and for none when nothing sleeps.
func TestAlarm(t *testing.T) {
	var h host
	var at []int64
	_ = h.serve(t, func(t *style.Task, _ *style.Exchange) style.Poll {
		long, short, mid := t.Sleep(30), t.Sleep(10), t.Sleep(20)
		t.Cancel(mid)
		return t.Await(short, steps{func(t *style.Task, _ error) style.Poll {
			at = append(at, h.now)
			return t.Await(t.Timeout(long, 100), steps{nil, func(t *style.Task, err error) style.Poll {
				at = append(at, h.now)
				return t.Return(err)
			}}, 1)
		}}, 0)
	})
	if fmt.Sprint(at) != "[10 30]" {
		t.Errorf("woke at %v, want 10 and 30", at)
	}
}
