package conformance

import (
	"fmt"
	"io"
	"strings"
	"time"
)

// The limits of the contract: a line and a field of 8 KiB, 64 fields, a head of
// 16 KiB, a body of max-body. The cases stay well inside or well beyond them.
var limitCases = []Case{
	{"limits/inside", "a line, a field, a head and a count just below the limits are taken", Needs{}, insideLimits},
	{"limits/line", "a request line of 9 KiB: 414", Needs{}, longLine},
	{"limits/line-endless", "a request line that never ends is refused while it comes", Needs{}, endlessLine},
	{"limits/field", "a field of 9 KiB: 431", Needs{}, longField},
	{"limits/field-endless", "a field that never ends is refused while it comes", Needs{}, endlessField},
	{"limits/fields", "a hundred fields: 431", Needs{}, manyFields},
	{"limits/fields-endless", "fields that never end are refused while they come", Needs{}, endlessFields},
	{"limits/head", "a head of 20 KiB in fields of 4 KiB: 431", Needs{}, longHead},
	{"limits/body-announced", "a length beyond max-body: 413, without reading the body", Needs{}, bodyAnnounced},
	{"limits/extension-endless", "a chunk extension that never ends is refused", Needs{}, endlessExtension},
	{"limits/trailers-endless", "trailers that never end are refused", Needs{}, endlessTrailers},
	{"limits/tiny-chunks", "a megabyte in chunks of one byte is taken or refused, and the server lives", Needs{Conns: 2}, tinyChunks},
	{"limits/answer-not-lost", "a client that is still sending when it is refused reads the answer", Needs{}, answerNotLost},
	{"limits/own-max-body", "max-body=1000: 1000 bytes are taken, 1001 refused", Needs{Options: "max-body=1000,request-timeout=500ms"}, ownMaxBody},
}

func insideLimits(t *T) {
	c := t.Dial()
	c.Send(get("/echo?bytes=3&x=" + letters(8000)))
	c.Want(200, "abc")
	c.Send(strings.Replace(get("/echo?bytes=4"), "\r\n\r\n", "\r\nX: "+letters(8000)+"\r\n\r\n", 1))
	c.Want(200, "abcd")
	c.Send("GET /echo?bytes=5 HTTP/1.1\r\nHost: check\r\n" + strings.Repeat("X-Field: 0123456789\r\n", 60) + "\r\n")
	c.Want(200, "abcde")
	c.Send("GET /echo?bytes=6 HTTP/1.1\r\nHost: check\r\n" + strings.Repeat("X: "+letters(3900)+"\r\n", 4) + "\r\n")
	c.Want(200, "abcdef")
}

func refuse(t *T, text string, statuses ...int) {
	c := t.Dial()
	c.Send(text)
	c.WantRefused(statuses...)
}

func longLine(t *T) { refuse(t, get("/echo?x="+letters(9<<10)), 414, 400, 431) }

func longField(t *T) { refuse(t, withField("X: "+letters(9<<10)), 431, 400) }

func manyFields(t *T) {
	refuse(t, withField(strings.TrimSuffix(strings.Repeat("X: y\r\n", 100), "\r\n")), 431, 400)
}

func longHead(t *T) {
	refuse(t, withField(strings.TrimSuffix(strings.Repeat("X: "+letters(4<<10)+"\r\n", 5), "\r\n")), 431, 400)
}

// endless sends start and then piece again and again, until the server has had
// enough: far more than any limit allows would be its memory's end.
func endless(t *T, start, piece string, statuses ...int) {
	c := t.Dial()
	c.Send(start)
	const most = 64 << 20
	sent := 0
	for ; sent < most; sent += len(piece) {
		if c.TrySend(piece) != nil {
			break // it closed; its answer came before
		}
		if c.hasInput() {
			break
		}
	}
	a, err := c.TryRead("GET", t.patience)
	if err != nil {
		t.Fatalf("it was sent %d MiB and has not refused: %v%s", sent>>20, err, t.server.obituary(dying))
	}
	for _, status := range statuses {
		if a.Status == status {
			c.WantEnd()
			return
		}
	}
	t.Fatalf("answer %d %s, want %s", a.Status, brief(a.Body), words(statuses))
}

// hasInput says whether the server has sent anything, without waiting for it.
func (c *Conn) hasInput() bool {
	c.SetReadDeadline(time.Now().Add(50 * time.Microsecond))
	_, err := c.r.Peek(1)
	return err == nil
}

func endlessLine(t *T) { endless(t, "GET /", letters(4<<10), 414, 400, 431) }

func endlessField(t *T) { endless(t, "GET / HTTP/1.1\r\nHost: check\r\nX: ", letters(4<<10), 431, 400) }

func endlessFields(t *T) {
	endless(t, "GET / HTTP/1.1\r\nHost: check\r\n", strings.Repeat("X: y\r\n", 100), 431, 400)
}

func endlessExtension(t *T) {
	endless(t, "POST /echo HTTP/1.1\r\nHost: check\r\nTransfer-Encoding: chunked\r\n\r\n1;", letters(4<<10), 400, 413, 431)
}

func endlessTrailers(t *T) {
	endless(t, "POST /echo HTTP/1.1\r\nHost: check\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n",
		strings.Repeat("X: y\r\n", 100), 400, 413, 431)
}

func bodyAnnounced(t *T) {
	refuse(t, "POST /echo HTTP/1.1\r\nHost: check\r\nContent-Length: 1048577\r\n\r\n", 413)
	refuse(t, "POST /echo HTTP/1.1\r\nHost: check\r\nContent-Length: 9223372036854775807\r\n\r\n", 413, 400)
}

func bodyChunked(t *T) {
	piece := fmt.Sprintf("10000\r\n%s\r\n", letters(0x10000))
	endless(t, "POST /echo HTTP/1.1\r\nHost: check\r\nTransfer-Encoding: chunked\r\n\r\n", piece, 413)
}

func chunkAnnounced(t *T) {
	refuse(t, "POST /echo HTTP/1.1\r\nHost: check\r\nTransfer-Encoding: chunked\r\n\r\n100001\r\n", 413)
	refuse(t, "POST /echo HTTP/1.1\r\nHost: check\r\nTransfer-Encoding: chunked\r\n\r\n7fffffffffffffff\r\n", 413, 400)
}

func tinyChunks(t *T) {
	other, c := t.Dial(), t.Dial()
	other.Alive()
	c.SendBehind("POST /echo HTTP/1.1\r\nHost: check\r\nTransfer-Encoding: chunked\r\n\r\n" +
		strings.Repeat("1\r\na\r\n", 1<<20) + "0\r\n\r\n")
	switch a, err := c.TryRead("GET", t.patience); {
	case err != nil && !broken(err):
		t.Fatalf("no answer: %v%s", err, t.server.obituary(dying))
	case err == nil && a.Status == 200 && a.Body != strings.Repeat("a", 1<<20):
		t.Fatalf("answer 200 with %d bytes, want the %d sent", len(a.Body), 1<<20)
	case err == nil && a.Status != 200 && a.Status != 400 && a.Status != 413:
		t.Fatalf("answer %d %s", a.Status, brief(a.Body))
	}
	other.Alive()
}

// answerNotLost goes on sending what the server will not read. Were it to close at
// once, its kernel would answer those bytes with a RST, which may throw the answer
// away on its way (RFC 9112 9.6). So the end must be an orderly one.
func answerNotLost(t *T) {
	c := t.Dial()
	c.Send("POST /echo HTTP/1.1\r\nHost: check\r\nContent-Length: 99999999\r\n\r\n")
	for range 4 {
		if err := c.TrySend(letters(50_000)); err != nil {
			t.Fatalf("it closed on a client that was sending: %v", err)
		}
		time.Sleep(50 * tick)
	}
	c.WantStatus(413)
	c.SetReadDeadline(time.Now().Add(t.patience))
	if _, err := c.r.ReadByte(); err != io.EOF {
		t.Fatalf("behind the answer: %v, want an orderly end", err)
	}
}

func ownMaxBody(t *T) {
	c := t.Dial()
	c.Send(post("/echo", letters(1000)))
	c.Want(200, letters(1000))
	c.Send(post("/echo", letters(1001)))
	c.WantRefused(413)
}
