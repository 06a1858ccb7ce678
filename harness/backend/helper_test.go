package backend

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"testing"
	"time"

	"assay/bench/workload"
)

// start serves n backends for the length of the test.
func start(t testing.TB, n int) *Server {
	t.Helper()
	listen := make([]string, n)
	for i := range listen {
		listen[i] = "127.0.0.1:0"
	}
	s, err := New(Options{Listen: listen, Nonce: "abc"})
	if err != nil {
		t.Fatal(err)
	}
	over := make(chan error)
	go func() { over <- s.Run() }()
	t.Cleanup(func() {
		s.Stop()
		if err := errors.Join(<-over, s.Close()); err != nil {
			t.Error(err)
		}
	})
	return s
}

// client is a raw connection with a reader.
type client struct {
	*net.TCPConn
	r *bufio.Reader
	t testing.TB
}

func dial(t testing.TB, addr string) *client {
	t.Helper()
	c, err := net.Dial("tcp", addr)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { c.Close() })
	if err := c.SetDeadline(time.Now().Add(30 * time.Second)); err != nil {
		t.Fatal(err)
	}
	return &client{c.(*net.TCPConn), bufio.NewReader(c), t}
}

func (c *client) send(text string) {
	c.t.Helper()
	if _, err := io.WriteString(c.TCPConn, text); err != nil {
		c.t.Fatal(err)
	}
}

func (c *client) answer() (status int, body string, err error) {
	r, err := http.ReadResponse(c.r, nil)
	if err != nil {
		return 0, "", err
	}
	b, err := io.ReadAll(r.Body)
	return r.StatusCode, string(b), err
}

func (c *client) want(status int, body string) {
	c.t.Helper()
	got, text, err := c.answer()
	if err != nil || got != status || body != "" && text != body {
		c.t.Fatalf("got %d %q %v, want %d %q", got, text, err, status, body)
	}
}

func (c *client) wantEnd() {
	c.t.Helper()
	if b, err := c.r.ReadByte(); err != io.EOF {
		c.t.Fatalf("got byte %q, %v, want the end", b, err)
	}
}

func get(n, i, d int, more string) string {
	return fmt.Sprintf("GET /value?n=%d&i=%d&d=%d%s HTTP/1.1\r\nHost: b\r\n\r\n", n, i, d, more)
}

func text(n, i int) string { return fmt.Sprint(workload.Value(uint64(n), i)) }
