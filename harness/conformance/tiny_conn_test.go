package conformance

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"strings"
	"time"
)

// tinyConn is one connection of a tiny server.
type tinyConn struct {
	*net.TCPConn
	s     *tiny
	r     *bufio.Reader
	in    *counted // what r reads from
	count int      // requests so far
}

// counted ends the process at a reset, if that is its defect.
type counted struct{ c *tinyConn }

func (r *counted) Read(b []byte) (int, error) {
	if r.c.s.has("read-is-a-request") {
		r.c.r.Discard(r.c.r.Buffered())
	}
	n, err := r.c.TCPConn.Read(b)
	if err != nil && err != io.EOF && !os.IsTimeout(err) && r.c.s.has("dies-at-resets") {
		os.Exit(3)
	}
	return n, err
}

// one is the door of a server that serves one client at a time.
var one = make(chan struct{}, 1)

func (s *tiny) connection(tcp *net.TCPConn) {
	c := &tinyConn{TCPConn: tcp, s: s}
	c.in = &counted{c}
	c.r = bufio.NewReaderSize(c.in, 32<<10)
	if s.has("one-client-at-a-time", "coloured-one-by-one") {
		one <- struct{}{}
		defer func() { <-one }()
	}
	if s.has("session-deadline", "idle-deadline") {
		c.SetReadDeadline(time.Now().Add(s.duration("request-timeout")))
	}
	for c.next() {
	}
	if s.has("leaks") {
		return
	}
	c.Close()
	s.mu.Lock()
	delete(s.conns, tcp)
	s.mu.Unlock()
}

// left looks whether the client has gone.
func (c *tinyConn) left() bool {
	c.SetReadDeadline(time.Now().Add(time.Millisecond))
	_, err := c.r.Peek(c.r.Buffered() + 1)
	return err != nil && !errors.Is(err, os.ErrDeadlineExceeded)
}

// next serves a request; false when the connection is over.
func (c *tinyConn) next() bool {
	s := c.s
	c.await()
	if _, err := c.r.Peek(1); err != nil {
		return false
	}
	if !s.has("no-request-deadline", "session-deadline") {
		c.SetReadDeadline(time.Now().Add(s.duration("request-timeout")))
	}
	if s.draining.Load() && !s.has("waits-for-the-idle") {
		c.SetReadDeadline(time.Now().Add(grace))
	}
	q, err := c.request()
	if err != nil {
		return c.refuse(err)
	}
	c.count++
	if s.has("no-half-close") {
		time.Sleep(10 * time.Millisecond)
		c.SetReadDeadline(time.Now().Add(time.Millisecond))
		if _, err := c.r.Peek(c.r.Buffered() + 1); err == io.EOF {
			return false
		}
	}
	q.left = c.left
	a := s.answer(q)
	if a.status == 0 { // the handler gave the connection up
		return false
	}
	if s.has("drops-input-while-waiting") {
		c.SetReadDeadline(time.Now().Add(time.Millisecond))
		c.r.Peek(c.r.Buffered() + 1)
		c.r.Discard(c.r.Buffered())
	}
	return c.write(q, a)
}

// await readies the connection for the first byte of a request.
func (c *tinyConn) await() {
	s := c.s
	switch {
	case s.has("session-deadline"):
	case s.has("idle-deadline"):
		c.SetReadDeadline(time.Now().Add(s.duration("request-timeout")))
	default:
		c.SetReadDeadline(time.Time{})
	}
	if s.draining.Load() && !s.has("waits-for-the-idle") {
		c.SetReadDeadline(time.Now().Add(grace))
	}
}

type tinyAnswer struct {
	status int
	body   string
	fields string
}

// more is whether a further request has come, be it unread.
func (c *tinyConn) more() bool {
	if c.r.Buffered() == 0 && !c.s.has("drops-the-unread") {
		c.SetReadDeadline(time.Now().Add(10 * time.Millisecond)) // what has come is there at once
		c.r.Peek(1)
	}
	return c.r.Buffered() > 0
}

func (c *tinyConn) write(q *tinyRequest, a tinyAnswer) bool {
	s := c.s
	keep := q.keep && !(s.draining.Load() && !c.more()) && !s.has("closes-always")
	kind := "text/plain"
	if s.has("html") {
		kind = "text/html"
	}
	if s.has("cuts-at-a-megabyte") {
		a.body = a.body[:min(len(a.body), 1<<20)]
	}
	head := fmt.Sprintf("HTTP/1.1 %d %s\r\nContent-Type: %s\r\nContent-Length: %d\r\n%s",
		a.status, http.StatusText(a.status), kind, len(a.body), a.fields)
	switch {
	case !keep && !s.has("never-closes"):
		head += "Connection: close\r\n"
	case q.minor == 0 && q.keep:
		head += "Connection: keep-alive\r\n"
	}
	if q.method == "HEAD" && !s.has("body-to-head") {
		a.body = ""
	}
	if !s.has("no-write-deadline") {
		c.SetWriteDeadline(time.Now().Add(s.duration("write-timeout")))
	}
	if _, err := io.WriteString(c, head+"\r\n"+a.body); err != nil {
		if s.has("dies-at-resets") {
			os.Exit(3)
		}
		return false
	}
	if s.has("lies-to-http10") && q.minor == 0 {
		return false
	}
	return keep || s.has("never-closes")
}

// refuse answers what is no request, and reads on a while lest the answer be lost.
func (c *tinyConn) refuse(err error) bool {
	s := c.s
	refusal, ok := err.(refused)
	if !ok { // the end, or the deadline
		if s.has("half-is-whole") {
			c.write(&tinyRequest{}, tinyAnswer{status: 200, body: "whole"})
		}
		return false
	}
	if s.has("takes-all-for-requests") {
		c.r.Discard(c.r.Buffered())
		return c.write(&tinyRequest{keep: true}, tinyAnswer{status: 200, body: letters(13)})
	}
	fmt.Fprintf(c, "HTTP/1.1 %d No\r\nContent-Type: text/plain\r\nContent-Length: 0\r\nConnection: close\r\n\r\n", int(refusal))
	if s.has("serves-on-after-refusing") {
		return true
	}
	if s.has("slams-the-door") {
		return false
	}
	c.CloseWrite()
	c.SetReadDeadline(time.Now().Add(time.Second))
	io.CopyN(io.Discard, c.r, 4<<20)
	return false
}

func hasToken(list, token string) bool {
	for part := range strings.SplitSeq(list, ",") {
		if strings.EqualFold(strings.TrimSpace(part), token) {
			return true
		}
	}
	return false
}
