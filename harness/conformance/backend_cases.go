package conformance

import (
	"fmt"
	"time"

	"assay/bench/workload"
)

// mean is what fanout answers to request n over k backends.
func mean(n, k int) string {
	var sum uint64
	for i := range k {
		sum += workload.Value(uint64(n), i)
	}
	return fmt.Sprint(sum / uint64(k))
}

var backendCases = []Case{
	{"backend/parallel", "the calls of a request are under way together", fanout, callsParallel},
	{"backend/sequential", "mode=sequential asks one backend after another", fanout, callsSequential},
	{"backend/sequential-stops", "mode=sequential asks no further backend after a failure", fanout, callsStop},
	{"backend/each-its-own", "call i goes to backend i, its index among the calls modulo their number", fanout, callsDirected},
	{"backend/reuse", "connections to backends are kept and used again", fanout, callsReuse},
	{"backend/many-clients", "200 clients ask at the same time, five times over", fanoutWith(200), callsMany},
	{"backend/pipelined", "pipelined requests that ask backends are answered in order", fanout, callsPipelined},
	{"backend/64-calls", "a request may make 64 calls", fanout, calls64},
	{"backend/fail", "a backend's 500 is 502", fanout, backendFault("fail", 502)},
	{"backend/reset", "a reset by a backend is 502", fanout, backendFault("reset", 502)},
	{"backend/garbage", "what is not HTTP is 502", fanout, backendFault("garbage", 502)},
	{"backend/truncate", "half an answer is 502", fanout, backendFault("truncate", 502)},
	{"backend/slow", "an answer a byte at a time is waited for", fanout, backendFault("slow", 200)},
	{"backend/after-faults", "faults leave nothing behind in kept connections", fanout, afterFaults},
	{"backend/client-leaves", "clients that leave while backends answer leave nothing behind", fanoutWith(31), clientLeaves},
	{"backend/goes-on-without-client", "a request whose client has reset makes the rest of its calls", fanout, goesOn},
	{"backend/half-closed-client", "a client that shut its write side is still owed the answer", fanout, halfClosedClient},
	{"backend/half-a-pipeline", "a request cut behind one that waits for backends", fanout, halfAPipeline},
	{"backend/restarted", "backends that were started anew are asked anew", fanout, backendsRestarted},
}

func callsParallel(t *T) {
	t.quietBackends()
	c := t.Dial()
	c.Send(get(ask(7, 200, 200, 200)))
	c.Want(200, mean(7, 3))
	if s := t.Backends(); s.Calls != 3 || s.MostFlight != 3 {
		t.Fatalf("%d calls, at most %d at once, want 3 and 3", s.Calls, s.MostFlight)
	}
}

func callsSequential(t *T) {
	t.quietBackends()
	c := t.Dial()
	c.Send(get(ask(7, 30, 20, 10) + "&mode=sequential"))
	c.Want(200, mean(7, 3))
	if s := t.Backends(); s.Calls != 3 || s.MostFlight != 1 {
		t.Fatalf("%d calls, at most %d at once, want 3 and 1", s.Calls, s.MostFlight)
	}
}

func callsStop(t *T) {
	t.quietBackends()
	c := t.Dial()
	c.Send(get(ask(7, 0, 0, 0) + "&mode=sequential&fault=fail&at=1"))
	c.WantStatus(502)
	if s := t.Backends(); s.Calls != 2 {
		t.Fatalf("%d calls, the second of which failed, want 2", s.Calls)
	}
}

func callsDirected(t *T) {
	t.quietBackends()
	c := t.Dial()
	for n := range 10 {
		c.Send(get(ask(n, 0, 0, 0, 0, 0)))
		c.Want(200, mean(n, 5))
	}
	if s := t.Backends(); s.Calls != 50 || s.Misdirected != 0 {
		t.Fatalf("of %d calls %d went to another backend, want 50 and 0", s.Calls, s.Misdirected)
	}
}

func callsReuse(t *T) {
	c := t.Dial()
	c.Send(get(ask(0, 0, 0, 0)))
	c.Want(200, mean(0, 3))
	t.Backends()
	for n := range 100 {
		c.Send(get(ask(n, 0, 0, 0)))
		c.Want(200, mean(n, 3))
	}
	if s := t.Backends(); s.Accepted > 3 {
		t.Fatalf("%d new connections for 300 calls one request after another, want none", s.Accepted)
	}
}

func callsMany(t *T) {
	all := t.dialMany(200)
	for round := range 5 {
		for i, c := range all {
			c.Send(get(ask(1000*round+i, 10, i%20, 5)))
		}
		for i, c := range all {
			c.Want(200, mean(1000*round+i, 3))
		}
	}
}

func callsPipelined(t *T) {
	c := t.Dial()
	text := ""
	for n := range 20 {
		text += get(ask(n, 20-n, n, 3))
	}
	c.Send(text)
	for n := range 20 {
		c.Want(200, mean(n, 3))
	}
}

func calls64(t *T) {
	c := t.Dial()
	c.Send(get(ask(5, make([]int, 64)...)))
	c.Want(200, mean(5, 64))
	c.Send(get(ask(5, make([]int, 65)...)))
	c.WantStatus(400)
}

// backendFault makes a case of a fault in one of three calls, both ways to call.
func backendFault(kind string, status int) func(t *T) {
	return func(t *T) {
		c := t.Dial()
		for i, mode := range []string{"parallel", "sequential", "parallel"} {
			if status == 200 && i > 0 {
				break // it takes its time
			}
			c.Send(get(fmt.Sprintf("%s&mode=%s&fault=%s&at=%d", ask(i, 0, 1, 2), mode, kind, i)))
			if status == 200 {
				c.Want(200, mean(i, 3))
			} else {
				c.WantStatus(status)
			}
			c.Send(get(ask(i, 0, 0, 0)))
			c.Want(200, mean(i, 3))
		}
	}
}

func afterFaults(t *T) {
	c := t.Dial()
	for n := range 40 {
		kind := []string{"fail", "reset", "garbage", "truncate"}[n%4]
		c.Send(get(fmt.Sprintf("%s&fault=%s&at=%d", ask(n, 0, 0, 0), kind, n%3)))
		c.WantStatus(502)
		for k := range 3 {
			c.Send(get(ask(100*n+k, 0, 0, 0)))
			c.Want(200, mean(100*n+k, 3))
		}
	}
}

func clientLeaves(t *T) {
	other := t.Dial()
	leave := func() {
		leaving := t.dialMany(30)
		for i, c := range leaving {
			c.Send(get(ask(i, 50, 60, 70)))
		}
		time.Sleep(20 * tick)
		for i, c := range leaving {
			if i%2 == 0 {
				c.Reset()
			} else {
				c.Close()
			}
		}
		for n := range 10 {
			other.Send(get(ask(n, 5, 0, 0)))
			other.Want(200, mean(n, 3))
		}
		t.quietBackends()
	}
	// It may keep connections to backends, some more each time until it has enough.
	leave()
	leave()
	settled := t.settledDescriptors()
	leave()
	t.Eventually("descriptors are given back", func() bool { return t.server.descriptors() < settled+20 })
}

// goesOn: models may differ in when they hear of a reset, not in what they then ask for.
func goesOn(t *T) {
	for n, leave := range []func(*Conn){func(c *Conn) { c.Reset() }, func(c *Conn) { c.Close() }} {
		t.quietBackends()
		c := t.Dial()
		c.Send(get(ask(n, 100, 20, 0) + "&mode=sequential"))
		var calls uint64
		asked := func(n uint64) func() bool {
			return func() bool {
				calls += t.Backends().Calls
				return calls == n
			}
		}
		t.Eventually("the first call is made", asked(1))
		leave(c)
		t.Eventually("all three calls are made", asked(3))
	}
}

func halfClosedClient(t *T) {
	c := t.Dial()
	c.Send(get(ask(3, 100, 0, 50)) + get(ask(4, 0, 20, 0)))
	t.must(c.CloseWrite(), "shut the write side")
	c.Want(200, mean(3, 3))
	c.Want(200, mean(4, 3))
	c.WantEnd()
}

func halfAPipeline(t *T) {
	c := t.Dial()
	second := get(ask(2, 0))
	c.Send(get(ask(1, 50, 50, 50)) + second[:20])
	time.Sleep(20 * tick)
	c.Send(second[20:40]) // while the first waits
	c.Want(200, mean(1, 3))
	c.Send(second[40:])
	c.Want(200, mean(2, 1))
}

// backendsRestarted: the server finds its kept connections closed only when it
// uses them; a request is safe to send again when none of its answer has come.
func backendsRestarted(t *T) {
	c := t.Dial()
	for n := range 5 {
		c.Send(get(ask(n, 0, 0, 0)))
		c.Want(200, mean(n, 3))
		t.run.backends.server.HangUp()
	}
	c.Send(get(ask(9, 0, 0, 0)))
	c.Want(200, mean(9, 3))
}

var quick = Needs{Workload: "fanout", Options: "backend-timeout=500ms"}

var backendDeadlineCases = []Case{
	{"backend-deadline/stall", "a backend that never answers: 504", quick, deadlineStall},
	{"backend-deadline/late", "a late answer is 504, and never the answer to a later request", quick, deadlineLate},
	{"backend-deadline/dribbled", "a backend that sends a byte at a time is cut off: 504", quick, deadlineDribbled},
	{"backend-deadline/one-of-three", "the lowest failing call decides, and the others do not linger", quick, deadlineOneOfThree},
	{"backend-deadline/neighbours", "requests beside one that stalls are answered", Needs{Workload: "fanout", Options: "backend-timeout=500ms", Conns: 2}, deadlineNeighbours},
}

func deadlineStall(t *T) {
	c := t.Dial()
	for _, mode := range []string{"parallel", "sequential"} {
		c.Send(get(ask(1, 0, 0, 0) + "&fault=stall&at=1&mode=" + mode))
		c.WantStatus(504)
		c.Send(get(ask(2, 0, 0, 0)))
		c.Want(200, mean(2, 3))
	}
}

func deadlineLate(t *T) {
	c := t.Dial()
	for n := range 2 {
		c.Send(get(ask(n, 800, 800, 800)))
		c.WantStatus(504)
		for k := range 20 { // while the late answers come
			c.Send(get(ask(100*n+k, 5, 10, 15)))
			c.Want(200, mean(100*n+k, 3))
		}
	}
}

func deadlineDribbled(t *T) {
	c := t.Dial()
	c.Send(get(ask(1, 0, 0, 0) + "&fault=slow&at=2"))
	c.WantStatus(504)
	c.Send(get(ask(2, 0, 0, 0)))
	c.Want(200, mean(2, 3))
}

func deadlineOneOfThree(t *T) {
	c := t.Dial()
	c.Send(get(ask(1, 0, 0, 800) + "&fault=fail&at=0"))
	c.WantStatus(502)
	c.Send(get(ask(2, 800, 0, 0) + "&fault=fail&at=1"))
	c.WantStatus(504)
	c.Send(get(ask(3, 0, 0, 0)))
	c.Want(200, mean(3, 3))
}

func deadlineNeighbours(t *T) {
	stalled, other := t.Dial(), t.Dial()
	stalled.Send(get(ask(1, 0, 0, 0) + "&fault=stall"))
	for n := range 20 {
		other.Send(get(ask(n, 1, 2, 3)))
		other.Want(200, mean(n, 3))
	}
	stalled.WantStatus(504)
}
