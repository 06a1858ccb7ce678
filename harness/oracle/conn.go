package oracle

import (
	"bytes"
	"fmt"
	"strings"
)

// conn is one connection. It has at most one request in hand: what a client sends before
// its answer waits.
type conn struct {
	fd     int
	in     []byte // received and not yet understood
	busy   bool
	closes bool   // after the answer in hand
	answer []byte // to the request in hand
	last   stamps // of what was last received

	// A generator repeats itself: a head that is the last one's bytes is not read anew.
	head  []byte
	known request // what head asks
}

// mostHead bounds the head of a request, bytes.
const mostHead = 16 << 10

// request is what the oracle wants to know of one.
type request struct {
	path       string
	persistent bool // the connection may stay
	old        bool // HTTP/1.0, which is told that the connection stays
}

// next takes the next whole request off what was received; ok is false if there is
// none yet. It reads as little of HTTP as a load generator sends: a head, no body.
func (c *conn) next() (r request, ok bool, err error) {
	end := bytes.Index(c.in, []byte("\r\n\r\n"))
	if end < 0 {
		if len(c.in) > mostHead {
			return r, false, fmt.Errorf("a head of more than %d bytes", mostHead)
		}
		return r, false, nil
	}
	if len(c.head) == 0 || !bytes.Equal(c.head, c.in[:end]) {
		c.head = append(c.head[:0], c.in[:end]...)
		if c.known, err = parse(string(c.head)); err != nil {
			c.head = c.head[:0]
			return r, false, err
		}
	}
	c.in = append(c.in[:0], c.in[end+4:]...)
	return c.known, true, nil
}

func parse(head string) (r request, err error) {
	line, fields, _ := strings.Cut(head, "\r\n")
	words := strings.Split(line, " ")
	if len(words) != 3 || words[0] != "GET" || !strings.HasPrefix(words[1], "/") {
		return r, fmt.Errorf("request line %.80q: the oracle knows GET /PATH", line)
	}
	r.path, r.old = words[1], words[2] == "HTTP/1.0"
	if !r.old && words[2] != "HTTP/1.1" {
		return r, fmt.Errorf("request line %.80q: want HTTP/1.1", line)
	}
	r.persistent = !r.old
	for field := range strings.SplitSeq(fields, "\r\n") {
		name, value, _ := strings.Cut(field, ":")
		value = strings.ToLower(strings.TrimSpace(value))
		switch strings.ToLower(name) {
		case "connection":
			r.persistent = value == "keep-alive" || value != "close" && r.persistent
		case "content-length", "transfer-encoding":
			if value != "0" {
				return r, fmt.Errorf("field %.80q: the oracle takes no body", field)
			}
		}
	}
	return r, nil
}

// The answers to a request that a law delays: as short as they can be, and of one length.
var (
	plainAnswer  = answer("200 OK", "text/plain", "", "ok")
	keptAnswer   = answer("200 OK", "text/plain", "Connection: keep-alive\r\n", "ok")
	closedAnswer = answer("200 OK", "text/plain", "Connection: close\r\n", "ok")
)

func answer(status, contentType, field, body string) []byte {
	return fmt.Appendf(nil, "HTTP/1.1 %s\r\nContent-Type: %s\r\n%sContent-Length: %d\r\n\r\n%s", status, contentType, field, len(body), body)
}

func (r *request) answer() []byte {
	switch {
	case !r.persistent:
		return closedAnswer
	case r.old:
		return keptAnswer
	}
	return plainAnswer
}
