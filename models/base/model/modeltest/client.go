package modeltest

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"strings"
	"testing"
	"time"
)

// Client is a raw connection to a server.
type Client struct {
	*net.TCPConn
	r *bufio.Reader
	t testing.TB
}

// NewClient makes a client of a connection.
func NewClient(t testing.TB, c *net.TCPConn) *Client {
	c.SetDeadline(time.Now().Add(Patience))
	return &Client{TCPConn: c, r: bufio.NewReader(c), t: t}
}

// Answer is one response.
type Answer struct {
	Status int
	Body   string
	Close  bool // the server will close the connection
}

// Send writes raw bytes.
func (c *Client) Send(raw string) {
	c.t.Helper()
	if _, err := io.WriteString(c.TCPConn, raw); err != nil {
		c.t.Fatalf("send %.40q: %v", raw, err)
	}
}

// Request is a GET of target as raw bytes.
func Request(target string) string { return "GET " + target + " HTTP/1.1\r\nHost: a\r\n\r\n" }

// Get sends a GET and reads its answer.
func (c *Client) Get(target string) Answer {
	c.t.Helper()
	c.Send(Request(target))
	return c.Read()
}

// Want gets target and compares.
func (c *Client) Want(target string, status int, body string) {
	c.t.Helper()
	if a := c.Get(target); a.Status != status || a.Body != body {
		c.t.Fatalf("GET %s: got %d %.80q, want %d %.80q", target, a.Status, a.Body, status, body)
	}
}

// Read reads one answer.
func (c *Client) Read() Answer {
	c.t.Helper()
	a, err := c.TryRead()
	if err != nil {
		c.t.Fatal(err)
	}
	return a
}

// TryRead is Read for answers that may not come.
func (c *Client) TryRead() (Answer, error) {
	r, err := http.ReadResponse(c.r, nil)
	if err != nil {
		return Answer{}, fmt.Errorf("read an answer: %w", err)
	}
	defer r.Body.Close()
	body, err := io.ReadAll(r.Body)
	if err != nil {
		return Answer{}, fmt.Errorf("read an answer's body: %w", err)
	}
	return Answer{r.StatusCode, string(body), r.Close}, nil
}

// WantClosed reads the end of the connection, which may come as a reset.
func (c *Client) WantClosed() {
	c.t.Helper()
	rest, err := io.ReadAll(c.r)
	if errors.Is(err, os.ErrDeadlineExceeded) {
		c.t.Fatal("the server did not close the connection")
	}
	if len(rest) > 0 {
		c.t.Fatalf("got %.80q before the end, want nothing", strings.TrimSpace(string(rest)))
	}
}

// Fill asks for target on one fresh connection after the other, and waits for none of the answers, until
// one is 503 at once: whatever target keeps busy is busy, and its queue full.
func (s *Server) Fill(target string) {
	s.t.Helper()
	Until(s.t, "a 503", func() bool {
		c := s.Dial()
		c.Send(Request(target))
		c.SetReadDeadline(time.Now().Add(100 * time.Millisecond))
		a, err := c.TryRead()
		return err == nil && a.Status == 503
	})
}

// GetWithRoom asks for target until the answer is another than 503, and returns that.
func (c *Client) GetWithRoom(target string) (a Answer) {
	c.t.Helper()
	Until(c.t, "another answer than 503", func() bool {
		a = c.Get(target)
		return a.Status != 503
	})
	return a
}
