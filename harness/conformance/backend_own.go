package conformance

import (
	"fmt"

	"golang.org/x/sys/unix"

	"assay/bench/workload"
	"assay/models/base/sock"
)

var backendOwnCases = []Case{
	{"backend/unreachable", "a backend that nobody listens for: 502", Needs{Workload: "fanout", None: true}, unreachable},
	{"backend/none-given", "a server without backends says so with 502, and lives", Needs{Workload: "fanout", None: true}, noneGiven},
}

func unreachable(t *T) {
	// Bound and not listening: nobody else can have the port, and it refuses connections.
	fd, err := unix.Socket(unix.AF_INET, unix.SOCK_STREAM|unix.SOCK_CLOEXEC, 0)
	t.must(err, "reserve a port")
	t.Cleanup(func() { unix.Close(fd) })
	t.must(unix.Bind(fd, &unix.SockaddrInet4{Addr: [4]byte{127, 0, 0, 1}}), "reserve a port")
	at, err := sock.Addr(fd)
	t.must(err, "reserve a port")
	t.server = t.start(map[string]string{"ASSAY_BACKENDS": at.String()})
	wantBadGateway(t)
}

func noneGiven(t *T) {
	t.server = t.start(map[string]string{"ASSAY_BACKENDS": ""})
	wantBadGateway(t)
}

func wantBadGateway(t *T) {
	c := t.Dial()
	for _, mode := range []string{"parallel", "sequential"} {
		c.Send(get(ask(1, 0, 0, 0) + "&mode=" + mode))
		c.WantStatus(502)
	}
	if a := c.Get("/-/id"); a.Status != 200 && a.Status != 404 {
		t.Fatalf("/-/id: answer %d", a.Status)
	}
}

var follow = Needs{Workload: "fanout", Scripted: true}

var scriptedCases = []Case{
	backendWay("chunked", "a chunked answer with extensions and a trailer", chunked, 200),
	backendWay("connection-close", "an answer that says it is the last", closing, 200),
	backendWay("interim", "100 and 103 before the answer", interim, 200),
	backendWay("in-pieces", "an answer a byte at a time", inPieces, 200),
	backendWay("until-end", "a body that ends with the connection", untilEnd, 200),
	backendWay("lower-case", "fields in lower case, blanks around values", lowerCase, 200),
	backendWay("two-lengths", "two lengths that differ: 502 (RFC 9112 6.3)", twoSizes, 502),
	backendWay("no-value", "200 and something that is no number: 502", noValue, 502),
	backendWay("redirect", "302 is no answer to this question: 502", redirect, 502),
	backendWay("end-at-once", "a connection that ends without a byte: 502", eofAtOnce, 502),
	backendWay("bad-status", "a status of four digits: 502", badStatus, 502),
	{"backend-says/huge-head", "a head of 100 KB is taken or 502", follow, hugeHeadAnswer},
	{"backend-says/huge-body", "a body of 100 MB: 502, without taking it all", follow, hugeBodyAnswer},
	{"backend-says/surplus", "a second answer that nobody asked for is nobody's answer", follow, surplusAnswer},
}

// backendWay makes a case of a backend's way to answer.
func backendWay(name, doc string, n uint64, status int) Case {
	return Case{"backend-says/" + name, doc, follow, func(t *T) {
		c := t.Dial()
		for k := range 3 {
			c.Send(get(fmt.Sprintf("/fanout?n=%d&d=0,0", n)))
			if status == 200 {
				c.Want(200, mean(int(n), 2))
			} else {
				c.WantStatus(status)
			}
			c.Send(get(ask(k, 0, 0, 0)))
			c.Want(200, mean(k, 3))
		}
	}}
}

func hugeHeadAnswer(t *T) { rightOrBadGateway(t, hugeHead) }

func hugeBodyAnswer(t *T) {
	c := t.Dial()
	t.run.backends.script.endless.Store(0)
	c.Send(get(fmt.Sprintf("/fanout?n=%d&d=0", hugeBody)))
	c.WantStatus(502)
	c.Send(get(ask(1, 0, 0, 0)))
	c.Want(200, mean(1, 3))
	// What the kernels hold between the two is a few MB.
	if n := t.run.backends.script.endless.Load(); n > 50<<20 {
		t.Fatalf("it took %d MiB of a body of which it can use six bytes", n>>20)
	}
}

func surplusAnswer(t *T) { rightOrBadGateway(t, surplus) }

// rightOrBadGateway wants the right answer, or 502 for a backend that is not to be
// trusted, and what follows to be unharmed.
func rightOrBadGateway(t *T, special uint64) {
	c := t.Dial()
	for n := range 20 {
		c.Send(get(fmt.Sprintf("/fanout?n=%d&d=0", special)))
		if a := c.WantStatus(200, 502); a.Status == 200 && a.Body != fmt.Sprint(workload.Value(special, 0)) {
			t.Fatalf("answer %s, want %d", brief(a.Body), workload.Value(special, 0))
		}
		c.Send(get(ask(n, 0, 0, 0)))
		c.Want(200, mean(n, 3))
	}
}
