package site

import (
	"fmt"
	"strconv"
	"sync"
	"sync/atomic"

	"assay/models/base/conn"
	"assay/models/base/style"
)

// Site answers decoded requests. Any goroutine may use it.
type Site struct {
	Service  *conn.Service
	requests atomic.Uint64
	pool     sync.Pool // of *style.Exchange
}

// Take gives an exchange whose Request the caller fills: Method, Path, Query and
// Body. Give takes it back once the answer was sent.
func (s *Site) Take() *style.Exchange {
	x, ok := s.pool.Get().(*style.Exchange)
	if !ok {
		x = new(style.Exchange)
	}
	x.Reset()
	return x
}

// Give ends the use of an exchange.
func (s *Site) Give(x *style.Exchange) {
	if cap(x.Body) <= conn.OutBound { // one huge answer must not stay in the pool
		s.pool.Put(x)
	}
}

// Answer sets the exchange's Status and Body. allow is the value of the answer's
// Allow field, empty for none. Every answer is of type text/plain.
func (s *Site) Answer(w style.Waiter, x *style.Exchange) (allow string) {
	for i := range s.Service.Routes {
		r := &s.Service.Routes[i]
		if string(x.Request.Path) != r.Path {
			continue
		}
		if string(x.Request.Method) == r.Method {
			s.handle(r, w, x)
			return ""
		}
		if allow != "" {
			allow += ", "
		}
		allow += r.Method
	}
	if allow == "" {
		allow = s.own(x)
	}
	if allow != "" {
		s.say(x, 405, "this path takes "+allow+"\n")
	}
	return allow
}

func (s *Site) handle(r *style.Route, w style.Waiter, x *style.Exchange) {
	err := conn.Run(r.Direct, w, x)
	s.requests.Add(1)
	if err != nil {
		s.say(x, style.StatusOf(err), err.Error()+"\n")
	}
}

// own answers paths under /-/ and those there are not.
func (s *Site) own(x *style.Exchange) (allow string) {
	id, stats := string(x.Request.Path) == "/-/id", string(x.Request.Path) == "/-/stats"
	switch {
	case !stats && (!id || s.Service.Nonce == ""):
		s.say(x, 404, "no such path\n")
	case string(x.Request.Method) != "GET":
		return "GET"
	case id:
		s.say(x, 200, fmt.Sprintf("{\"nonce\":%s,\"pid\":%d}\n", strconv.Quote(s.Service.Nonce), s.Service.PID))
	default:
		x.Body = s.Service.Stats(x.Body[:0], s.requests.Load(), string(x.Request.Query) == "gc=1")
	}
	return ""
}

func (s *Site) say(x *style.Exchange, status int, text string) {
	x.Status, x.Body = status, append(x.Body[:0], text...)
}
