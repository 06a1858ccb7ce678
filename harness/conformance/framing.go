package conformance

import (
	"fmt"
	"strings"
	"time"
)

// tick is a pause in which a server that is ready reads what it was sent. Where it
// does not, a case is easier on it, never harder.
const tick = 500 * time.Microsecond

var framingCases = []Case{
	{"framing/every-split", "a POST cut in two at every byte", Needs{}, everySplit},
	{"framing/byte-at-a-time", "a POST in pieces of one byte", Needs{}, byteAtATime},
	{"framing/empty-line-before", "an empty line before a request is skipped (RFC 9112 2.2)", Needs{}, emptyLineBefore},
	{"framing/absolute-form", "GET http://host/path is served as GET /path (RFC 9112 3.2.2)", Needs{}, absoluteForm},
	{"framing/field-names-any-case", "field names in any case, values without their blanks", Needs{}, anyCase},
	{"framing/body-of-get", "a GET's body is read and not taken for a request", Needs{}, bodyOfGet},
	{"framing/no-length-no-body", "a POST without length has no body", Needs{}, noLength},
	{"framing/large-body", "a body of 1 MiB comes back whole", Needs{}, largeBody},
	{"framing/chunked", "a chunked body: extensions, capitals, leading zeros, a trailer", Needs{}, chunkedBody},
	{"framing/chunked-every-split", "a chunked POST cut in two at every byte", Needs{}, chunkedEverySplit},
	{"framing/chunked-large", "1 MiB in chunks of many sizes", Needs{}, chunkedLarge},
	{"framing/pipelined", "a hundred requests in one write are answered in order", Needs{}, pipelined},
	{"framing/pipelined-bodies", "GETs, POSTs and chunked POSTs in one write", Needs{}, pipelinedBodies},
	{"framing/pipelined-partial", "two requests and a part of a third; the rest later", Needs{}, pipelinedPartial},
	{"framing/pipelined-every-split", "three requests cut in two at every byte", Needs{}, pipelinedEverySplit},
	{"framing/pipelined-dribble", "thirty pipelined requests in pieces of seven bytes", Needs{}, pipelinedDribble},
}

const chunkedPost = "POST /echo HTTP/1.1\r\nHost: check\r\nTransfer-Encoding: chunked\r\n\r\n" +
	"5\r\nhello\r\n0000A;key=\"value\"\r\n0123456789\r\n1\r\n\r\r\n0;last\r\nX-Trailer: 1\r\n\r\n"

const chunkedPosted = "hello0123456789\r"

// splits sends text cut in two at every byte, each time on the same connection.
func splits(t *T, text string, want ...string) {
	c := t.Dial()
	for i := 1; i < len(text); i++ {
		c.Send(text[:i])
		time.Sleep(tick)
		c.Send(text[i:])
		for _, body := range want {
			if a := c.Read(); a.Status != 200 || a.Body != body {
				t.Fatalf("cut after byte %d: answer %d %s, want 200 %s", i, a.Status, brief(a.Body), brief(body))
			}
		}
	}
}

func everySplit(t *T) { splits(t, post("/echo", "hello"), "hello") }

func byteAtATime(t *T) {
	c := t.Dial()
	c.Dribble(post("/echo", "hello"), 1, tick)
	c.Want(200, "hello")
	c.Alive()
}

func emptyLineBefore(t *T) {
	c := t.Dial()
	c.Send("\r\n" + get("/echo?bytes=5"))
	c.Want(200, "abcde")
	c.Send("\r\n")
	time.Sleep(tick)
	c.Alive()
}

func absoluteForm(t *T) {
	c := t.Dial()
	c.Send("GET http://check/echo?bytes=3 HTTP/1.1\r\nHost: check\r\n\r\n")
	c.Want(200, "abc")
	c.Alive()
}

func anyCase(t *T) {
	c := t.Dial()
	c.Send("POST /echo HTTP/1.1\r\nhOST:check\r\ncOnTeNt-LeNgTh: \t 5\t \r\n\r\nhello")
	c.Want(200, "hello")
	c.Alive()
}

func bodyOfGet(t *T) {
	c := t.Dial()
	inner := get("/echo?bytes=9")
	c.Send(fmt.Sprintf("GET /echo?bytes=3 HTTP/1.1\r\nHost: check\r\nContent-Length: %d\r\n\r\n%s", len(inner), inner))
	c.Want(200, "abc")
	c.Alive()
}

func noLength(t *T) {
	c := t.Dial()
	c.Send("POST /echo HTTP/1.1\r\nHost: check\r\n\r\n" + get("/echo?bytes=2"))
	c.Want(200, "")
	c.Want(200, "ab")
	c.Alive()
}

func largeBody(t *T) {
	c := t.Dial()
	body := letters(1 << 20)
	c.SendBehind(post("/echo", body)) // a server may answer while it reads
	if a := c.Read(); a.Status != 200 || a.Body != body {
		t.Fatalf("answer %d with %d bytes, want 200 with the %d sent", a.Status, len(a.Body), len(body))
	}
	c.Alive()
}

func chunkedBody(t *T) {
	c := t.Dial()
	c.Send(chunkedPost)
	c.Want(200, chunkedPosted)
	c.Send("POST /echo HTTP/1.1\r\nHost: check\r\nTransfer-Encoding: Chunked\r\n\r\n0\r\n\r\n")
	c.Want(200, "")
	c.Alive()
}

func chunkedEverySplit(t *T) { splits(t, chunkedPost, chunkedPosted) }

func chunkedLarge(t *T) {
	body := letters(1 << 20)
	var text strings.Builder
	text.WriteString("POST /echo HTTP/1.1\r\nHost: check\r\nTransfer-Encoding: chunked\r\n\r\n")
	size := 1
	for rest := body; rest != ""; size = size*3%40_000 + 1 {
		piece := rest[:min(size, len(rest))]
		rest = rest[len(piece):]
		fmt.Fprintf(&text, "%x\r\n%s\r\n", len(piece), piece)
	}
	text.WriteString("0\r\n\r\n")
	c := t.Dial()
	c.SendBehind(text.String())
	if a := c.Read(); a.Status != 200 || a.Body != body {
		t.Fatalf("answer %d with %d bytes, want 200 with the %d sent", a.Status, len(a.Body), len(body))
	}
	c.Alive()
}

func pipelined(t *T) {
	c := t.Dial()
	var text strings.Builder
	for i := range 100 {
		text.WriteString(get(fmt.Sprintf("/echo?bytes=%d", i)))
	}
	c.Send(text.String())
	for i := range 100 {
		c.Want(200, letters(i))
	}
	c.Alive()
}

func pipelinedBodies(t *T) {
	c := t.Dial()
	c.Send(strings.Repeat(post("/echo", "hello")+get("/echo?bytes=3")+chunkedPost+post("/echo", ""), 5))
	for range 5 {
		c.Want(200, "hello")
		c.Want(200, "abc")
		c.Want(200, chunkedPosted)
		c.Want(200, "")
	}
	c.Alive()
}

func pipelinedPartial(t *T) {
	c := t.Dial()
	third := post("/echo", "the third")
	c.Send(get("/echo?bytes=1") + post("/echo", "second") + third[:30])
	c.Want(200, "a")
	c.Want(200, "second") // without waiting for the third
	c.Send(third[30:])
	c.Want(200, "the third")
	c.Alive()
}

func pipelinedEverySplit(t *T) {
	splits(t, get("/echo?bytes=1")+post("/echo", "hello")+get("/echo?bytes=2"), "a", "hello", "ab")
}

func pipelinedDribble(t *T) {
	c := t.Dial()
	c.Dribble(strings.Repeat(post("/echo", "hello")+get("/echo?bytes=3")+chunkedPost, 10), 7, tick/5)
	for range 10 {
		c.Want(200, "hello")
		c.Want(200, "abc")
		c.Want(200, chunkedPosted)
	}
	c.Alive()
}
