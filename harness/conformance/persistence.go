package conformance

import (
	"fmt"
	"strings"
)

var persistenceCases = []Case{
	{"persistence/keep-alive", "HTTP/1.1 keeps the connection, over a thousand requests", Needs{}, keepAlive},
	{"persistence/close", "Connection: close: the answer says so, and it is the last", Needs{}, closeAsked},
	{"persistence/close-in-a-list", "close is found among other options and in any case", Needs{}, closeInList},
	{"persistence/behind-close", "what is pipelined behind a close is not answered", Needs{}, behindClose},
	{"persistence/http10", "HTTP/1.0 without keep-alive: one answer, then the end", Needs{}, http10},
	{"persistence/http10-keep-alive", "HTTP/1.0 with keep-alive: kept and said so, or closed", Needs{}, http10KeepAlive},
	{"persistence/http10-no-host", "HTTP/1.0 needs no Host", Needs{}, http10NoHost},
	{"persistence/after-errors", "404, 405 and a handler's 400 keep the connection", Needs{}, afterErrors},
}

func keepAlive(t *T) {
	c := t.Dial()
	for range 1000 {
		c.Alive()
	}
}

func wantLast(t *T, field string) {
	c := t.Dial()
	c.Send("GET /echo?bytes=3 HTTP/1.1\r\nHost: check\r\n" + field + "\r\n\r\n")
	if a := c.Want(200, "abc"); !a.Close {
		t.Fatalf("the answer to %s does not say Connection: close", field)
	}
	c.WantEnd()
}

func closeAsked(t *T) { wantLast(t, "Connection: close") }

func closeInList(t *T) {
	wantLast(t, "Connection: x-option , CLOSE")
	wantLast(t, "Connection: x-option\r\nX: y\r\nconnection: close")
}

func behindClose(t *T) {
	c := t.Dial()
	c.Send(strings.Replace(get("/echo?bytes=3"), "\r\n\r\n", "\r\nConnection: close\r\n\r\n", 1) + get("/echo?bytes=4"))
	c.Want(200, "abc")
	c.WantEnd()
}

func http10(t *T) {
	c := t.Dial()
	c.Send("GET /echo?bytes=3 HTTP/1.0\r\nHost: check\r\n\r\n")
	c.Want(200, "abc")
	c.WantEnd()
}

func http10KeepAlive(t *T) {
	c := t.Dial()
	c.Send("GET /echo?bytes=3 HTTP/1.0\r\nHost: check\r\nConnection: keep-alive\r\n\r\n")
	a := c.Want(200, "abc")
	if said := a.Header.Get("Connection"); !strings.EqualFold(said, "keep-alive") {
		c.WantEnd()
		return
	}
	c.Alive()
}

func http10NoHost(t *T) {
	c := t.Dial()
	c.Send("GET /echo?bytes=3 HTTP/1.0\r\n\r\n")
	c.Want(200, "abc")
	c.WantEnd()
}

func afterErrors(t *T) {
	c := t.Dial()
	for i, path := range []string{"/nowhere", "/echo?bytes=x", "/-/nowhere"} {
		if a := c.Get(path); a.Status < 400 || a.Status > 404 {
			t.Fatalf("%s: answer %d", path, a.Status)
		}
		c.Send(fmt.Sprintf("PUT /echo HTTP/1.1\r\nHost: check\r\nContent-Length: %d\r\n\r\n%s", i, letters(i)))
		c.WantStatus(405)
		c.Alive()
	}
}
