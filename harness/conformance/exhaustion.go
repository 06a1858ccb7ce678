package conformance

import (
	"time"
)

var overloadCases = []Case{
	{
		"overload/full", "a full queue is 503, and the connection may ask again",
		Needs{Workload: "blocking", Options: "size=1,queue=1", Conns: 8},
		overloadFull,
	},
}

// overloadFull fills one worker and a queue of one with requests that block where
// the server puts what blocks.
func overloadFull(t *T) {
	all := t.dialMany(8)
	for i, c := range all {
		c.Send(get("/blocking?n=1&block=500000&via=offload"))
		if i == 0 {
			time.Sleep(100 * tick) // until the worker has it
		}
	}
	var served, refused int
	for _, c := range all {
		switch a := c.WantStatus(200, 503); a.Status {
		case 200:
			served++
		case 503:
			refused++
			if a.Close {
				t.Fatalf("503 closes the connection")
			}
		}
	}
	if served < 2 || refused < 1 {
		t.Fatalf("%d requests were served and %d refused: want at least 2 and 1", served, refused)
	}
	for _, c := range all {
		c.Send(get("/blocking?n=1"))
		c.Want(200, "428519")
	}
}

// fewDescriptors is what the process may have open in the cases of exhaustion:
// enough for a runtime of any language, few enough to use up.
const fewDescriptors = 96

var exhausted = Needs{Descriptors: fewDescriptors, Conns: 200, Own: true}

var exhaustionCases = []Case{
	{"exhaustion/recovers", "out of descriptors it serves who is in, and the others when some have left", exhausted, exhaustRecovers},
	{"exhaustion/does-not-spin", "out of descriptors it waits, and does not burn its processor", exhausted, exhaustCalm},
	{"exhaustion/drains", "out of descriptors it drains all the same", exhausted, exhaustDrains},
}

// exhaust opens connections until the server has no descriptor left, and says
// which was there first.
func exhaust(t *T) (first *Conn, others []*Conn) {
	first = t.Dial()
	first.Alive()
	others = t.dialMany(199)
	t.Eventually("the server is out of descriptors", func() bool {
		return t.server.descriptors() >= fewDescriptors-4 // some runtimes keep a few in reserve
	})
	return first, others
}

func exhaustRecovers(t *T) {
	first, others := exhaust(t)
	for range 20 {
		first.Alive()
	}
	for _, c := range others[:150] {
		c.Close()
	}
	for _, c := range others[150:] {
		c.Alive() // it waited in the queue, and is served now
	}
	t.Dial().Alive()
	first.Alive()
}

func exhaustCalm(t *T) {
	exhaust(t)
	time.Sleep(100 * time.Millisecond)
	before, err := t.server.CPU()
	t.must(err, "processor time of the server")
	const span = 500 * time.Millisecond
	time.Sleep(span)
	after, err := t.server.CPU()
	t.must(err, "processor time of the server")
	// A machine that is busy otherwise gives a spinner less than all of it.
	if used := time.Duration(after - before); used > span/10 {
		t.Fatalf("it used %v of the processor in %v in which nobody asked anything", used, span)
	}
}

func exhaustDrains(t *T) {
	first, _ := exhaust(t)
	first.Alive()
	start := t.Terminate()
	first.WantEnd()
	t.WantExit(t.server.Proc, start, 0)
}
