package conformance

import (
	"fmt"
	"io"
	"strings"
	"time"
)

var flowCases = []Case{
	{"flow/large-answer", "16 MiB in one answer arrive whole", Needs{}, largeAnswer},
	{"flow/slow-reader", "a client that reads slowly holds nobody up and gets all of its answer", Needs{Conns: 2}, slowReader},
	{"flow/pipelined-slow-reader", "2000 requests pipelined before a byte is read are all answered", Needs{Conns: 2}, pipelinedSlowReader},
	{"flow/half-close", "a client that shuts its write side gets its answers", Needs{}, halfClose},
	{"flow/half-close-partial", "half a request and the end: closed, and nothing taken for a request", Needs{}, halfClosePartial},
	{"flow/reset-mid-request", "a reset in the middle of a body hurts nobody", Needs{Conns: 2}, resetMidRequest},
	{"flow/reset-mid-answer", "a reset in the middle of a large answer hurts nobody", Needs{Conns: 2}, resetMidAnswer},
	{"flow/connect-and-leave", "connections closed and reset without a byte hurt nobody", Needs{Conns: 2}, connectAndLeave},
	{"flow/silent-first", "a silent connection holds nobody up", Needs{Conns: 2}, silentFirst},
}

func largeAnswer(t *T) {
	c := t.Dial()
	c.Send(get("/echo?bytes=16777216"))
	if a := c.Read(); a.Status != 200 || a.Body != letters(16<<20) {
		t.Fatalf("answer %d with %d bytes, want 200 with %d", a.Status, len(a.Body), 16<<20)
	}
	c.Alive()
}

func slowReader(t *T) {
	slow, other := t.dial(4096), t.Dial()
	other.Alive()
	slow.Send(get("/echo?bytes=8388608") + get("/echo?bytes=3"))
	for range 20 {
		if n, err := io.CopyN(io.Discard, peeker{slow}, 1); n == 0 {
			t.Fatalf("no byte of the answer: %v", err)
		}
		other.Alive()
		time.Sleep(10 * tick)
	}
	if a := slow.Read(); a.Status != 200 || a.Body != letters(8<<20) {
		t.Fatalf("answer %d with %d bytes, want 200 with %d", a.Status, len(a.Body), 8<<20)
	}
	slow.Want(200, "abc")
}

// peeker waits for a byte and leaves it where it is.
type peeker struct{ c *Conn }

func (p peeker) Read(b []byte) (int, error) {
	p.c.SetReadDeadline(time.Now().Add(p.c.t.patience))
	one, err := p.c.r.Peek(1)
	return copy(b, one), err
}

func pipelinedSlowReader(t *T) {
	slow, other := t.dial(4096), t.Dial()
	other.Alive()
	const n = 2000
	slow.SendBehind(strings.Repeat(get("/echo?bytes=10000"), n))
	time.Sleep(200 * tick)
	other.Alive()
	for i := range n {
		if a := slow.Read(); a.Status != 200 || a.Body != letters(10_000) {
			t.Fatalf("answer %d of %d: %d with %d bytes", i, n, a.Status, len(a.Body))
		}
	}
	slow.Alive()
}

func halfClose(t *T) {
	c := t.Dial()
	c.Send(get("/echo?bytes=1") + post("/echo", "hello") + get("/echo?bytes=3000000"))
	t.must(c.CloseWrite(), "shut the write side")
	c.Want(200, "a")
	c.Want(200, "hello")
	if a := c.Read(); a.Body != letters(3_000_000) {
		t.Fatalf("answer %d with %d bytes, want 200 with 3000000", a.Status, len(a.Body))
	}
	c.WantEnd()
}

func halfClosePartial(t *T) {
	for _, text := range []string{"GET /echo HTTP/1.1\r\nHost: che", "POST /echo HTTP/1.1\r\nHost: check\r\nContent-Length: 9\r\n\r\nhello", ""} {
		c := t.Dial()
		c.Send(text)
		t.must(c.CloseWrite(), "shut the write side")
		if a, err := c.TryRead("GET", t.patience); err == nil && a.Status != 400 && a.Status != 408 {
			t.Fatalf("%s: answer %d %s, want the end", brief(text), a.Status, brief(a.Body))
		}
		c.WantEnd()
	}
}

func resetMidRequest(t *T) {
	other := t.Dial()
	for range 30 {
		c := t.Dial()
		c.Send("POST /echo HTTP/1.1\r\nHost: check\r\nContent-Length: 100000\r\n\r\n" + letters(5000))
		c.Reset()
		other.Alive()
	}
}

func resetMidAnswer(t *T) {
	other := t.Dial()
	for range 10 {
		c := t.dial(4096)
		c.Send(strings.Repeat(get("/echo?bytes=5000000"), 3))
		io.CopyN(io.Discard, peeker{c}, 1) // the answer is on its way
		c.Reset()
		other.Alive()
	}
}

func connectAndLeave(t *T) {
	other := t.Dial()
	for i := range 100 {
		c := t.Dial()
		if i%2 == 0 {
			c.Reset()
		} else {
			c.Close()
		}
		if i%10 > 7 {
			other.Alive()
		}
	}
}

func silentFirst(t *T) {
	silent := t.Dial()
	other := t.Dial()
	other.Alive()
	silent.Alive()
	other.Alive()
}

var crowdCases = []Case{
	{"crowd/silent", "300 silent connections hold nobody up, and may speak later", Needs{Conns: 301}, crowdSilent},
	{"crowd/half-a-request", "100 connections with half a request hold nobody up", Needs{Conns: 101}, crowdHalf},
	{"crowd/all-at-once", "500 connections, a request each at the same time, five times over", Needs{Conns: 500}, crowdAtOnce},
	{"crowd/churn", "500 connections one after another leave no descriptor behind", Needs{Conns: 2}, crowdChurn},
}

func (t *T) dialMany(n int) []*Conn {
	all := make([]*Conn, n)
	for i := range all {
		all[i] = t.Dial()
	}
	return all
}

func crowdSilent(t *T) {
	silent := t.dialMany(300)
	other := t.Dial()
	for range 20 {
		other.Alive()
	}
	for _, c := range silent {
		c.Alive()
	}
}

func crowdHalf(t *T) {
	half := t.dialMany(100)
	for _, c := range half {
		c.Send(post("/echo", "hello")[:30])
	}
	other := t.Dial()
	for range 20 {
		other.Alive()
	}
	for _, c := range half {
		c.Send(post("/echo", "hello")[30:])
	}
	for _, c := range half {
		c.Want(200, "hello")
	}
}

func crowdAtOnce(t *T) {
	all := t.dialMany(500)
	for round := range 5 {
		for i, c := range all {
			c.Send(get(fmt.Sprintf("/echo?bytes=%d", i+round)))
		}
		for i, c := range all {
			c.Want(200, letters(i+round))
		}
	}
}

func crowdChurn(t *T) {
	t.Dial().Alive()
	settled := t.settledDescriptors()
	for range 500 {
		c := t.Dial()
		c.Alive()
		c.Close()
	}
	t.Eventually("descriptors are given back", func() bool { return t.server.descriptors() <= settled+2 })
}

// settledDescriptors is how many descriptors the server holds once what earlier
// cases closed is closed on its side too.
func (t *T) settledDescriptors() int {
	least := t.server.descriptors()
	for range 20 {
		time.Sleep(5 * time.Millisecond)
		least = min(least, t.server.descriptors())
	}
	return least
}
