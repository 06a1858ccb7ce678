package conformance

import (
	"fmt"
)

var fanout = Needs{Workload: "fanout"}

func fanoutWith(conns int) Needs { return Needs{Workload: "fanout", Conns: conns} }

var faultCases = []Case{
	{"fault/500", "a fault in the handler is answered with 500, and the server goes on", Needs{Isolation: true}, fault500},
	{"fault/pipelined", "a fault between two pipelined requests is its own request's alone", Needs{Isolation: true}, faultPipelined},
	{"fault/hundreds", "300 faults leave neither descriptors nor a slower server behind", Needs{Isolation: true, Conns: 2}, faultHundreds},
	{"fault/post", "a fault behind a body", Needs{Isolation: true}, faultPost},
	{"fault/neighbours-wait", "requests that wait for backends outlive a fault beside them", Needs{Workload: "fanout", Isolation: true, Conns: 11}, faultNeighbours},
	{"fault/behind-the-backends", "a fault once the backends have answered", Needs{Workload: "fanout", Isolation: true}, faultBehind},
}

// afterFault gives a connection to go on with: a server may close the one whose
// handler failed, if it says so.
func afterFault(c *Conn) *Conn {
	if a := c.WantStatus(500); a.Close {
		c.WantEnd()
		return c.t.Dial()
	}
	return c
}

func fault500(t *T) {
	c := t.Dial()
	for range 3 {
		c.Send(get("/echo?fault=panic"))
		c = afterFault(c)
		c.Alive()
	}
}

func faultPipelined(t *T) {
	c := t.Dial()
	c.Send(get("/echo?bytes=1") + get("/echo?fault=panic") + get("/echo?bytes=2"))
	c.Want(200, "a")
	c.WantStatus(500)
	c.Want(200, "ab")
}

func faultHundreds(t *T) {
	other := t.Dial()
	other.Alive()
	settled := t.settledDescriptors()
	c := t.Dial()
	for range 300 {
		c.Send(get("/echo?fault=panic"))
		c = afterFault(c)
	}
	other.Alive()
	c.Close()
	t.Eventually("descriptors are given back", func() bool { return t.server.descriptors() <= settled+2 })
}

func faultPost(t *T) {
	c := t.Dial()
	c.Send(post("/echo?fault=panic", "hello"))
	afterFault(c).Alive()
}

func faultNeighbours(t *T) {
	waiting := t.dialMany(10)
	for i, c := range waiting {
		c.Send(get(ask(i, 300, 300, 300)))
	}
	c := t.Dial()
	for i := range 5 {
		c.Send(get(ask(i, 0) + "&fault=panic"))
		c = afterFault(c)
	}
	for i, c := range waiting {
		c.Want(200, mean(i, 3))
	}
}

func faultBehind(t *T) {
	c := t.Dial()
	for i := range 5 {
		c.Send(get(ask(i, 0, 5, 0) + "&fault=panic&at=1"))
		c = afterFault(c)
		c.Send(get(ask(i, 0, 0, 0)))
		c.Want(200, mean(i, 3))
	}
}

// ask is the path of a fanout request number n with those delays in ms.
func ask(n int, delays ...int) string {
	path := fmt.Sprintf("/fanout?n=%d&d=", n)
	for i, d := range delays {
		if i > 0 {
			path += ","
		}
		path += fmt.Sprint(1000 * d)
	}
	return path
}
