package await

import (
	"bufio"
	"fmt"
	"net"
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"

	"assay/models/base/model/modeltest"
	"assay/models/base/style"
)

// backend answers GET /NAME with NAME, unless NAME begins with what it does instead:
// stall never answers, late answers after 20 ms, fail answers 500.
type backend struct {
	addr string

	mu    sync.Mutex
	asked int
	stall int      // of these, calls that are never answered
	left  []string // names whose connection the server closed before they were answered
}

func newBackend(t *testing.T) *backend {
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	b := &backend{addr: ln.Addr().String()}
	var all sync.WaitGroup
	stop := make(chan struct{})
	all.Go(func() {
		for {
			c, err := ln.Accept()
			if err != nil {
				return
			}
			all.Go(func() { <-stop; c.Close() })
			all.Go(func() { b.serve(c) })
		}
	})
	t.Cleanup(func() { ln.Close(); close(stop); all.Wait() })
	return b
}

func (b *backend) serve(c net.Conn) {
	r := bufio.NewReader(c)
	for {
		rq, err := http.ReadRequest(r)
		if err != nil {
			return
		}
		name := strings.TrimPrefix(rq.URL.Path, "/")
		b.mu.Lock()
		b.asked++
		b.mu.Unlock()
		status := "200 OK"
		switch {
		case strings.HasPrefix(name, "stall"):
			b.mu.Lock()
			b.stall++
			b.mu.Unlock()
			_, _ = r.ReadByte() // until the server closes
			b.mu.Lock()
			b.left = append(b.left, name)
			b.mu.Unlock()
			return
		case strings.HasPrefix(name, "late"):
			time.Sleep(20 * time.Millisecond)
		case strings.HasPrefix(name, "fail"):
			status = "500 No"
		}
		if _, err := fmt.Fprintf(c, "HTTP/1.1 %s\r\nContent-Length: %d\r\n\r\n%s", status, len(name), name); err != nil {
			return
		}
	}
}

// calls is how many calls came so far.
func (b *backend) calls() int {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.asked
}

// wantLeft waits until the server has closed the connections of n stalled calls.
func (b *backend) wantLeft(t *testing.T, n int) {
	t.Helper()
	modeltest.Until(t, fmt.Sprintf("the server to abandon %d calls", n), func() bool {
		b.mu.Lock()
		defer b.mu.Unlock()
		return len(b.left) == n
	})
}

// steps is an async function whose states are functions.
type steps []func(t *style.Task, err error) style.Poll

func (s steps) Step(t *style.Task, err error) style.Poll { return s[t.At()](t, err) }

// get is a route of await style.
func get(path string, h style.Await) style.Route {
	return style.Route{Method: "GET", Path: path, Await: h}
}

// ask calls backend 0.
func ask(t *style.Task, c *style.Call, name string) style.Future {
	c.Target = append(append(c.Target[:0], '/'), name...)
	return t.Call(c)
}

// bothOf answers with what came of the calls that the query names, combined.
func bothOf(combine func(*style.Task, []style.Future) style.Future) style.Await {
	return func(t *style.Task, x *style.Exchange) style.Poll {
		names := strings.Split(string(x.Request.Query), "&")
		calls := x.Calls(len(names))
		var fs []style.Future
		for i, name := range names {
			fs = append(fs, ask(t, &calls[i], name))
		}
		return t.Await(combine(t, fs), steps{func(t *style.Task, err error) style.Poll {
			for i := range calls {
				if calls[i].Err == nil && err == nil {
					x.Body = append(append(x.Body, calls[i].Body...), ' ')
				}
			}
			return t.Return(err)
		}}, 0)
	}
}

func routes() []style.Route {
	return []style.Route{
		get("/all", bothOf(func(t *style.Task, fs []style.Future) style.Future { return t.Gather(fs...) })),
		get("/try", bothOf(func(t *style.Task, fs []style.Future) style.Future { return t.TryGather(fs...) })),
		get("/race", bothOf(func(t *style.Task, fs []style.Future) style.Future { return t.Race(fs...) })),
		get("/within", bothOf(func(t *style.Task, fs []style.Future) style.Future {
			return t.Timeout(t.Gather(fs...), 30*time.Millisecond)
		})),
		get("/child", func(t *style.Task, x *style.Exchange) style.Poll {
			faulty := steps{
				func(t *style.Task, _ error) style.Poll {
					return t.Await(t.Sleep(time.Millisecond), steps{nil, boom}, 1)
				},
			}
			call := &x.Calls(1)[0]
			g := t.TryGather(ask(t, call, "stall"), t.Spawn(faulty))
			return t.Await(g, steps{func(t *style.Task, err error) style.Poll { return t.Return(err) }}, 0)
		}),
	}
}

func boom(*style.Task, error) style.Poll { panic("boom") }

func start(t *testing.T, options string, b *backend, more ...style.Route) *modeltest.Server {
	return modeltest.Start(t, Model, modeltest.Config{
		Options: options, Routes: append(routes(), more...), Backends: []string{b.addr},
	})
}
