package modeltest

import (
	"bytes"
	"net"
	"runtime"
	"testing"

	"assay/models/base/model"
)

// Targets are what Frugal asks for: an answer of the server's own, and backend calls.
var Targets = []string{"/hello", "/ask?one", "/ask?one&two&three"}

// Frugal fails if m allocates for a request of the steady state, its own answers and
// backend calls alike. Under the race detector, which allocates, it only runs the load.
func Frugal(t *testing.T, m model.Model, options string) {
	ask := Allocations(t, m, options)
	for _, target := range Targets {
		t.Run(target, func(t *testing.T) {
			if got := ask(target); got > Stray && !RaceDetector {
				t.Errorf("%.2f allocations a request", got)
			}
		})
	}
}

// Stray is how many allocations a request the runtime itself may make now and then.
const Stray = 0.05

// Allocations starts m, and returns what measures how many objects a request for a
// target allocates there. The load is one connection, the client and the backend
// allocate nothing.
func Allocations(t *testing.T, m model.Model, options string) func(target string) float64 {
	back := cannedBackend(t)
	s := Start(t, m, Config{Options: options, Routes: Routes(), Backends: []string{back, back, back}})
	return func(target string) float64 {
		c := s.Dial()
		defer c.Close()
		request, answer := []byte(Request(target)), make([]byte, 4<<10)
		load := func(n int) {
			for range n {
				if _, err := c.TCPConn.Write(request); err != nil {
					t.Fatal(err)
				}
				if n, err := c.TCPConn.Read(answer); err != nil || !bytes.HasPrefix(answer[:n], []byte("HTTP/1.1 200")) {
					t.Fatalf("%.80q, %v", answer[:n], err)
				}
			}
		}
		load(200) // whatever grows has grown
		const n = 2000
		var before, after runtime.MemStats
		runtime.ReadMemStats(&before)
		load(n)
		runtime.ReadMemStats(&after)
		return float64(after.Mallocs-before.Mallocs) / n
	}
}

// cannedBackend gives every call the same answer and allocates nothing for it.
func cannedBackend(t *testing.T) string {
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { ln.Close() })
	answer := []byte("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok")
	go func() {
		for {
			c, err := ln.Accept()
			if err != nil {
				return
			}
			go func() {
				defer c.Close()
				b := make([]byte, 4<<10)
				for { // a call is small: it comes in one piece
					if _, err := c.Read(b); err != nil {
						return
					}
					if _, err := c.Write(answer); err != nil {
						return
					}
				}
			}()
		}
	}()
	return ln.Addr().String()
}
