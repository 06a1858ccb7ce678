package modeltest

import (
	"bytes"

	"assay/models/base/style"
)

// Big is the length of /big's answer: more than sockets buffer.
const Big = 16 << 20

// Routes are the test server's, in all styles:
//
//	GET /hello         "hello"
//	POST /echo         the body
//	GET /big           Big bytes
//	GET /panic         a fault in the handler
//	GET /ask?a&b       asks backend 0 for /a, backend 1 for /b, at once; "answer answer"
func Routes() []style.Route {
	return []style.Route{
		all("GET", "/hello", func(x *style.Exchange) { x.Body = append(x.Body, "hello"...) }),
		all("POST", "/echo", func(x *style.Exchange) { x.Body = append(x.Body, x.Request.Body...) }),
		all("GET", "/big", func(x *style.Exchange) { x.Body = append(x.Body, big...) }),
		all("GET", "/panic", func(*style.Exchange) { panic("asked to") }),
		{Method: "GET", Path: "/ask", Direct: askDirect, Callback: askCallback, Await: askAwait},
	}
}

var big = bytes.Repeat([]byte("x"), Big)

// all is a handler without a wait.
func all(method, path string, f func(*style.Exchange)) style.Route {
	return style.Route{
		Method: method, Path: path,
		Direct: func(_ style.Waiter, x *style.Exchange) error {
			f(x)
			return nil
		},
		Callback: func(_ style.Loop, x *style.Exchange, done func(error)) {
			f(x)
			done(nil)
		},
		Await: func(t *style.Task, x *style.Exchange) style.Poll {
			f(x)
			return t.Return(nil)
		},
	}
}

// asked makes the calls that the query names.
func asked(x *style.Exchange) []style.Call {
	cs := x.Calls(1 + bytes.Count(x.Request.Query, []byte{'&'}))
	rest := x.Request.Query
	for i := range cs {
		var name []byte
		name, rest, _ = bytes.Cut(rest, []byte{'&'})
		cs[i].Backend = i
		cs[i].Target = append(append(cs[i].Target, '/'), name...)
	}
	return cs
}

func answers(x *style.Exchange, cs []style.Call) {
	for i := range cs {
		if i > 0 {
			x.Body = append(x.Body, ' ')
		}
		x.Body = append(x.Body, cs[i].Body...)
	}
}

func askDirect(w style.Waiter, x *style.Exchange) error {
	cs := asked(x)
	if len(cs) == 1 {
		if err := w.Call(&cs[0]); err != nil {
			return err
		}
	} else if err := w.CallAll(cs); err != nil {
		return err
	}
	answers(x, cs)
	return nil
}

func askCallback(w style.Loop, x *style.Exchange, done func(error)) {
	cs := asked(x)
	left := len(cs)
	var first error
	for i := range cs {
		w.Call(&cs[i], func(err error) {
			if err != nil && first == nil {
				first = err
			}
			if left--; left > 0 {
				return
			}
			if first == nil {
				answers(x, cs)
			}
			done(first)
		})
	}
}

// asking is askAwait's state over its wait.
type asking struct {
	x  *style.Exchange
	cs []style.Call
}

func askAwait(t *style.Task, x *style.Exchange) style.Poll {
	a := &asking{x, asked(x)}
	fs := make([]style.Future, 0, 8)
	for i := range a.cs {
		fs = append(fs, t.Call(&a.cs[i]))
	}
	return t.Await(t.Gather(fs...), a, 0)
}

// Step implements style.Async.
func (a *asking) Step(t *style.Task, err error) style.Poll {
	if err == nil {
		answers(a.x, a.cs)
	}
	return t.Return(err)
}
