package conformance

import (
	"errors"
	"os"
	"strings"
	"time"
)

// short is the request deadline of these cases: long against what a busy machine
// adds to a request, short against
// how long a case waits.
const short = 500 * time.Millisecond

var shortly = Needs{Options: "request-timeout=500ms,write-timeout=500ms"}

// deadlineCases hold the deadlines, and what a server that gets it wrong would wait
// for until the deadline.
var deadlineCases = []Case{
	{"deadline/dribbled-head", "a head that comes a byte at a time is cut off at the deadline", shortly, dribbledHead},
	{"deadline/dribbled-body", "a body that comes a byte at a time is cut off at the deadline", shortly, dribbledBody},
	{"deadline/dribbled-chunks", "chunks that come a byte at a time are cut off at the deadline", shortly, dribbledChunks},
	{"deadline/partial-then-silence", "half a request and silence: refused or closed", shortly, partialSilence},
	{"deadline/behind-an-answer", "the deadline holds for a second request too", shortly, behindAnAnswer},
	{"deadline/anew-for-each", "pipelined requests cut in the middle have a deadline each", shortly, deadlineAnew},
	{"deadline/silent-stays", "a connection without a byte of a request may stay", shortly, silentStays},
	{"limits/chunk-announced", "a chunk size beyond max-body: 413, without waiting for it", shortly, chunkAnnounced},
	{"limits/body-chunked", "chunks beyond max-body: 413", Needs{Options: "request-timeout=5s"}, bodyChunked},
	{"malformed/bare-lf", "lines that end with LF alone: refused, taken as lines, or no lines; never anything else", shortly, bareLF},
	{"expect/chunked", "a client that waits for 100 Continue with a chunked body gets it", shortly, expectChunked},
	{"deadline/never-reads", "a client that never reads its answer is cut off", shortly, neverReads},
}

// wantCut sends a byte of text every 20 ms and wants an end before it is whole.
func wantCut(c *Conn, text string) {
	start := time.Now()
	for _, b := range []byte(text) {
		if c.TrySend(string(b)) != nil {
			break
		}
		c.SetReadDeadline(time.Now().Add(20 * time.Millisecond))
		if _, err := c.r.Peek(1); err == nil || broken(err) {
			break
		}
	}
	took := time.Since(start)
	a, err := c.TryRead("GET", c.t.patience)
	switch {
	case err != nil && !broken(err):
		c.t.Fatalf("after %.1f s it is still not cut off: %v", took.Seconds(), err)
	case err == nil && a.Status != 408 && a.Status != 400:
		c.t.Fatalf("answer %d %s after %.1f s, want 408 or 400 or the end", a.Status, brief(a.Body), took.Seconds())
	case took < short/2:
		c.t.Fatalf("cut off after %v, the deadline is %v", took, short)
	}
	c.WantEnd()
}

// never is longer than any deadline lets a dribbler send.
var never = strings.Repeat("x", 500)

func dribbledHead(t *T) { wantCut(t.Dial(), "GET /echo HTTP/1.1\r\nHost: check\r\nX: "+never) }

func dribbledBody(t *T) {
	c := t.Dial()
	c.Send("POST /echo HTTP/1.1\r\nHost: check\r\nContent-Length: 500\r\n\r\n")
	wantCut(c, never[:499])
}

func dribbledChunks(t *T) {
	c := t.Dial()
	c.Send("POST /echo HTTP/1.1\r\nHost: check\r\nTransfer-Encoding: chunked\r\n\r\n")
	wantCut(c, strings.Repeat("1\r\nx\r\n", 90))
}

func partialSilence(t *T) {
	for _, text := range []string{"G", "POST /echo HTTP/1.1\r\nHost: check\r\nContent-Length: 5\r\n\r\nhell"} {
		c := t.Dial()
		c.Send(text)
		if a, err := c.TryRead("GET", t.patience); err == nil && a.Status != 408 && a.Status != 400 || err != nil && !broken(err) {
			t.Fatalf("%s: answer %d, %v; want 408 or 400 or the end", brief(text), a.Status, err)
		}
		c.WantEnd()
	}
}

func behindAnAnswer(t *T) {
	c := t.Dial()
	c.Alive()
	wantCut(c, "GET /echo HTTP/1.1\r\nHost: check\r\nX: "+never)
}

// deadlineAnew always has a request begun and not whole, for twice the deadline, but
// none of them for long. A machine that holds one up that long proves nothing, so
// there are three attempts.
func deadlineAnew(t *T) {
	for range 3 {
		if alwaysBegun(t.Dial()) {
			return
		}
	}
	t.Fatalf("in each of three attempts it cut off a client whose every request took %v, the deadline is %v", short/10, short)
}

func alwaysBegun(c *Conn) bool {
	request := post("/echo", "hello")
	c.Send(request[:20])
	for range 20 {
		time.Sleep(short / 10)
		c.Send(request[20:] + request[:20])
		if a, err := c.TryRead("GET", c.t.patience); err != nil || a.Status != 200 || a.Body != "hello" {
			return false
		}
	}
	return true
}

func silentStays(t *T) {
	c := t.Dial()
	for range 2 { // before the first request, and between two
		time.Sleep(3 * short / 2)
		c.Alive()
	}
}

// neverReads waits with reading, and again for longer: on a busy machine a server may
// begin its answer late.
func neverReads(t *T) {
	for _, wait := range []time.Duration{3 * short, 12 * short} {
		c := t.dial(4096)
		c.Send(get("/echo?bytes=16777216"))
		time.Sleep(wait)
		a, err := c.TryRead("GET", t.patience)
		if err != nil && !errors.Is(err, os.ErrDeadlineExceeded) {
			return
		}
		if wait == 12*short {
			t.Fatalf("answer %d of %d bytes after %v without reading, want it cut off", a.Status, len(a.Body), wait)
		}
	}
}
