package conformance

import (
	"context"
	"errors"
	"fmt"
	"os"
	"runtime"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"time"
)

// tinyState is what the tiny server's behaviour has in common between requests.
var tinyState struct {
	counter  atomic.Int64
	counting sync.Mutex
	a, b     sync.Mutex
	lock     sync.Mutex    // over a wait
	standing sync.Mutex    // held by who stands in the way of all, as on one thread
	places   chan struct{} // workers of a small pool
}

// behave is the handler of the behaviour workload.
func (s *tiny) behave(what string, p params) tinyAnswer {
	n, within := p.uint("n", 1<<32), time.Duration(p.uint("within", 60e6))*time.Microsecond
	switch what {
	case "who":
		return s.who(p, n)
	case "count":
		return s.count(p, n)
	case "locks":
		return s.locks(p, n, within)
	case "queue":
		if p.query.Get("makes") == "2" && !s.has("queue-grows") {
			return ok("hang: the queue is full")
		}
		return ok("ok")
	case "mutex":
		return s.mutex(p, n, within)
	case "nested", "leaf":
		return s.nested(what, p.query.Get("via"))
	case "fault":
		switch {
		case s.has("nameless-faults"):
			return tinyAnswer{status: 500, body: "oops"}
		case s.has("closes-at-faults"):
			return tinyAnswer{}
		}
		s.rest(p, n)
		panic(fmt.Sprint("fault of request ", n))
	case "error":
		return s.deepError(p)
	case "stack":
		return ok("path: outer inner\n" + s.frames())
	case "profile":
		return ok(s.profile())
	}
	return tinyAnswer{status: 404}
}

func ok(body string) tinyAnswer { return tinyAnswer{status: 200, body: body} }

// rest waits for a backend if the request has a delay.
func (s *tiny) rest(p params, n uint64) {
	if p.query.Has("d") {
		if _, err := s.ask(0, fmt.Sprintf("/value?n=%d&i=0&d=%s", n, p.query.Get("d"))); err != nil {
			panic(err)
		}
	}
}

func (s *tiny) who(p params, n uint64) tinyAnswer {
	if s.has("thread-each", "coloured-thread-each") {
		runtime.LockOSThread()
		defer runtime.UnlockOSThread()
		time.Sleep(time.Millisecond)
	}
	if s.options["trace"] == "on" {
		fmt.Fprintf(os.Stderr, "17\tloop\ttask 1\tstarted\t%d\tGET /behaviour/who\ttiny.who\n", n)
	}
	s.rest(p, n)
	if strings.HasPrefix(s.defect, "coloured") {
		return ok("callback tiny.who 1")
	}
	return ok("direct tiny.who 1")
}

func (s *tiny) count(p params, n uint64) tinyAnswer {
	if s.has("counts-under-a-lock") {
		tinyState.counting.Lock()
		defer tinyState.counting.Unlock()
	}
	v := tinyState.counter.Load()
	s.rest(p, n)
	time.Sleep(100 * time.Microsecond)
	tinyState.counter.Store(v + 1)
	return ok(fmt.Sprint(os.Getpid(), v, v+1))
}

func (s *tiny) locks(p params, n uint64, within time.Duration) tinyAnswer {
	all := []*sync.Mutex{&tinyState.a, &tinyState.b}
	if p.query.Get("order") == "ba" && !s.has("locks-in-order") {
		slices.Reverse(all)
	}
	for i, l := range all {
		for end := time.Now().Add(within); !l.TryLock(); time.Sleep(time.Millisecond) {
			if time.Now().After(end) {
				return ok("hang: held by another")
			}
		}
		defer l.Unlock()
		if i == 0 {
			s.rest(p, n)
		}
	}
	return ok("ok")
}

func (s *tiny) mutex(p params, n uint64, within time.Duration) tinyAnswer {
	for end := time.Now().Add(within); !tinyState.lock.TryLock(); time.Sleep(time.Millisecond) {
		if s.has("one-thread") {
			tinyState.standing.Lock()
			time.Sleep(within)
			tinyState.standing.Unlock()
		}
		if time.Now().After(end) {
			return ok("hang: the lock is held")
		}
	}
	defer tinyState.lock.Unlock()
	s.rest(p, n)
	tinyState.standing.Lock()
	defer tinyState.standing.Unlock()
	return ok("ok")
}

// nested asks the server itself for a leaf. Through a small pool both need a place.
func (s *tiny) nested(what, via string) tinyAnswer {
	if s.has("small-pool") {
		tinyState.counting.Lock()
		if tinyState.places == nil {
			tinyState.places = make(chan struct{}, 16)
		}
		tinyState.counting.Unlock()
		tinyState.places <- struct{}{}
		defer func() { <-tinyState.places }()
	}
	if what == "leaf" {
		time.Sleep(5 * time.Millisecond)
		return ok("0")
	}
	_, err := s.ask(0, "/behaviour/leaf?via="+via)
	switch {
	case errors.Is(err, context.DeadlineExceeded):
		return tinyAnswer{status: 504}
	case err != nil:
		return tinyAnswer{status: 502}
	}
	return ok("ok")
}

func (s *tiny) deepError(p params) tinyAnswer {
	cause := "backend"
	switch {
	case s.has("misses-errors"):
		return tinyAnswer{status: 500}
	case s.has("loses-causes"):
		cause = "none"
	}
	body := "caught: tiny.error\ncause: " + cause + "\nmessage: it failed\n"
	if p.query.Get("how") == "raise" {
		body += "path: outer inner\n" + s.frames()
	}
	return ok(body)
}

func (s *tiny) frames() string {
	switch {
	case s.has("shows-the-queue"):
		return "frame: wait\nframe: loop\n"
	case s.has("shows-a-part"):
		return "frame: inner.func1\nframe: loop\n"
	}
	return "frame: inner\nframe: outer\nframe: serve\n"
}

func (s *tiny) profile() string {
	heavy, below := 75, 75
	switch {
	case s.has("profile-of-closures"):
		below = 0
	case s.has("profile-is-wrong"):
		heavy = 25
	}
	return fmt.Sprintf("samples: 104\nheavy: %d\nheavy-below-handler: %d\nlight: 25\nlight-below-handler: %d\n", heavy, below, below/3)
}
