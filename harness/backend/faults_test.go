package backend

import (
	"bytes"
	"errors"
	"io"
	"os"
	"syscall"
	"testing"
	"time"
)

func TestRefusals(t *testing.T) {
	s := start(t, 1)
	for _, test := range []struct {
		request string
		status  int
		ends    bool
	}{
		{"GET /other HTTP/1.1\r\nHost: b\r\n\r\n", 404, false},
		{"POST /value HTTP/1.1\r\nHost: b\r\nContent-Length: 0\r\n\r\n", 405, false},
		{"GET /value HTTP/1.1\r\nHost: b\r\n\r\n", 400, false},
		{get(1, 0, 60_000_001, ""), 400, false},
		{get(1, 0, 0, "&fault=flood"), 400, false},
		{"GET /value?n=x&i=0 HTTP/1.1\r\nHost: b\r\n\r\n", 400, false},
		{"nonsense\r\n\r\n", 400, true},
	} {
		c := dial(t, s.Addrs()[0])
		c.send(test.request)
		c.want(test.status, "")
		if test.ends {
			c.wantEnd()
			continue
		}
		c.send(get(1, 0, 0, ""))
		c.want(200, text(1, 0))
	}
}

func TestFaults(t *testing.T) {
	s := start(t, 1)
	for _, test := range []struct {
		fault string
		check func(c *client)
	}{
		{"fail", func(c *client) {
			c.want(500, "")
			c.send(get(2, 0, 0, ""))
			c.want(200, text(2, 0))
		}},
		{"stall", func(c *client) {
			_ = c.SetReadDeadline(time.Now().Add(50 * time.Millisecond))
			if b, err := c.r.ReadByte(); !errors.Is(err, os.ErrDeadlineExceeded) {
				t.Errorf("stall: got %q, %v", b, err)
			}
		}},
		{"reset", func(c *client) {
			if b, err := c.r.ReadByte(); !errors.Is(err, syscall.ECONNRESET) {
				t.Errorf("reset: got %q, %v", b, err)
			}
		}},
		{"garbage", func(c *client) {
			if b, err := io.ReadAll(c.r); err != nil || len(b) == 0 || bytes.HasPrefix(b, []byte("HTTP")) {
				t.Errorf("garbage: got %q, %v", b, err)
			}
		}},
		{"truncate", func(c *client) {
			if status, body, err := c.answer(); status != 200 || !errors.Is(err, io.ErrUnexpectedEOF) || text(1, 0)[:3] != body {
				t.Errorf("truncate: got %d %q, %v", status, body, err)
			}
		}},
		{"slow", func(c *client) {
			before := time.Now()
			c.want(200, text(1, 0))
			if took := time.Since(before); took < 400*time.Millisecond {
				t.Errorf("slow: took %v", took)
			}
			c.send(get(2, 0, 0, ""))
			c.want(200, text(2, 0))
		}},
	} {
		c := dial(t, s.Addrs()[0])
		c.send(get(1, 0, 1000, "&fault="+test.fault))
		test.check(c)
		c.Close()
	}
	got, err := Fetch(s.Addrs()[0], false)
	if err != nil {
		t.Fatal(err)
	}
	for f := Fail; f < faults; f++ {
		if got.Faults[f.String()] != 1 {
			t.Errorf("fault %v counted %d times", f, got.Faults[f.String()])
		}
	}
}
