package live

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"sync"
	"time"

	"assay/bench/workload"
	"assay/harness/proc"
	"assay/harness/trace"
)

// Served is a server that runs, and what is asked of it.
type Served struct {
	Server   *proc.Proc
	Addr     string         // host:port
	Backends []string       // host:port, by index
	Others   map[int]string // further processes, by number, as Recorder.Start takes them
	Model    string         // its label
	Workload string
	Source   workload.Source
	Seed     uint64
}

const (
	warmRequests = 20                    // on every connection, before anything is recorded
	patience     = 30 * time.Second      // with one answer
	settle       = 20 * time.Millisecond // for threads to come to rest, before and behind a record
)

// client is one connection that asks what the source draws.
type client struct {
	net.Conn
	r   *bufio.Reader
	of  *Served
	out []byte
	ask workload.Ask
}

func (s *Served) dial() (*client, error) {
	c, err := net.DialTimeout("tcp", s.Addr, patience)
	if err != nil {
		return nil, fmt.Errorf("connect to %s: %w", s.Model, err)
	}
	return &client{Conn: c, r: bufio.NewReader(c), of: s}, nil
}

// draw makes request n ready to be sent.
func (c *client) draw(n uint64) {
	c.of.Source.Draw(c.of.Seed, n, &c.ask)
	c.out = append(append(append(c.out[:0], c.ask.Method...), ' '), c.ask.Target...)
	c.out = append(c.out, " HTTP/1.1\r\nHost: assay\r\n"...)
	if c.ask.Body != nil {
		c.out = fmt.Appendf(c.out, "Content-Length: %d\r\n", len(c.ask.Body))
	}
	c.out = append(append(c.out, "\r\n"...), c.ask.Body...)
}

// send sends what was drawn, and returns when its answer is whole.
func (c *client) send() (status int, body []byte, err error) {
	if err := c.SetDeadline(time.Now().Add(patience)); err != nil {
		return 0, nil, err
	}
	if _, err := c.Write(c.out); err != nil {
		return 0, nil, err
	}
	r, err := http.ReadResponse(c.r, &http.Request{Method: c.ask.Method})
	if err != nil {
		return 0, nil, err
	}
	body, err = io.ReadAll(r.Body)
	return r.StatusCode, body, err
}

// asks makes requests from n on, one after another, and checks each answer.
func (c *client) asks(n uint64, times int) error {
	for i := range uint64(times) {
		c.draw(n + i)
		status, body, err := c.send()
		if err == nil {
			err = c.of.Source.Check(&c.ask, status, body)
		}
		if err != nil {
			return fmt.Errorf("%s %s: %w", c.ask.Method, c.ask.Target, err)
		}
	}
	return nil
}

// One records one request, on a connection that is warm. A source that draws requests that
// are never sent has none to record.
func One(r Recorder, s *Served) (*trace.Scene, error) {
	c, err := s.dial()
	if err != nil {
		return nil, err
	}
	defer c.Close()
	if err := c.asks(0, warmRequests); err != nil {
		return nil, err
	}
	c.draw(warmRequests)
	time.Sleep(settle)
	pids, err := s.Server.Tree()
	if err != nil {
		return nil, err
	}
	if err := r.Start(pids, s.Others); err != nil {
		return nil, err
	}
	inside := Inside(pids, Clock())
	time.Sleep(settle)
	scene := &trace.Scene{
		Model: s.Model, Workload: s.Workload, Request: fmt.Sprintf("%s %s", c.ask.Method, c.ask.Target),
		Source: r.Source(), Switches: r.Switches(), Sent: Clock(),
	}
	status, body, err := c.send()
	scene.Answered = Clock()
	time.Sleep(settle)
	scene.Threads, scene.Files = Threads(pids), Files(pids, s.Backends)
	events, stopErr := r.Stop()
	if err := errors.Join(err, stopErr); err != nil {
		return nil, fmt.Errorf("%s %s: %w", c.ask.Method, c.ask.Target, err)
	}
	if err := s.Source.Check(&c.ask, status, bytes.Clone(body)); err != nil {
		return nil, err
	}
	for _, e := range inside {
		if r.Switches() || e.Kind == trace.Enter {
			scene.Events = append(scene.Events, e)
		}
	}
	scene.Events = append(scene.Events, events...)
	return scene, nil
}

// Count records so many requests over so many connections, each of which asks again as soon as
// it has its answer, and tallies system calls and switches per request. What a server does at
// start, at a connection's start and at its end is not in it. The error is ctx's if that ended.
func Count(ctx context.Context, r Recorder, s *Served, conns, requests int) (*trace.Tally, error) {
	clients := make([]*client, conns)
	for i := range clients {
		c, err := s.dial()
		if err != nil {
			return nil, err
		}
		defer c.Close()
		clients[i] = c
	}
	each := max(1, requests/conns)
	if err := all(ctx, clients, 0, warmRequests); err != nil {
		return nil, err
	}
	time.Sleep(settle)
	pids, err := s.Server.Tree()
	if err != nil {
		return nil, err
	}
	if err := r.Start(pids, s.Others); err != nil {
		return nil, err
	}
	time.Sleep(settle)
	from := Clock()
	err = all(ctx, clients, warmRequests, each)
	to := Clock()
	threads := Threads(pids)
	events, stopErr := r.Stop()
	if err := errors.Join(err, stopErr); err != nil {
		return nil, err
	}
	t := trace.Count(events, threads, from, to, each*conns)
	t.Allocations = allocations(s, each*conns, func() error { return all(ctx, clients, warmRequests, each) })
	t.Model, t.Workload, t.Source, t.Conns, t.Switched = s.Model, s.Workload, r.Source(), conns, r.Switches()
	return &t, nil
}

// all has every client ask so often at the same time, each its own requests. When ctx ends
// it ends too, with ctx's error.
func all(ctx context.Context, clients []*client, from uint64, each int) error {
	errs := make([]error, len(clients))
	var wg sync.WaitGroup
	var drawing sync.Mutex // a source is one goroutine's at a time
	defer context.AfterFunc(ctx, func() {
		for _, c := range clients {
			c.Close() // what waits for an answer waits no longer
		}
	})()
	for i, c := range clients {
		wg.Go(func() {
			for k := range each {
				n := from + uint64(i)*1_000_000 + uint64(k)
				drawing.Lock()
				c.draw(n)
				drawing.Unlock()
				status, body, err := c.send()
				if err == nil {
					drawing.Lock()
					err = c.of.Source.Check(&c.ask, status, body)
					drawing.Unlock()
				}
				if err != nil {
					errs[i] = fmt.Errorf("%s %s: %w", c.ask.Method, c.ask.Target, err)
					return
				}
			}
		})
	}
	wg.Wait()
	if ctx.Err() != nil {
		return ctx.Err()
	}
	return errors.Join(errs...)
}
