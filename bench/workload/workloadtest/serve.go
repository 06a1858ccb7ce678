package workloadtest

import (
	"bytes"
	"fmt"

	"assay/bench/workload"
	"assay/models/base/http1"
	"assay/models/base/style"
)

// Answer is what a server would send.
type Answer struct {
	Status int
	Body   []byte
}

// Request fills x with a request as the codec would decode it.
func Request(x *style.Exchange, method string, target, body []byte) {
	x.Reset()
	path, query, _ := bytes.Cut(target, []byte{'?'})
	x.Request = http1.Request{
		Method: []byte(method), Target: target, Path: path, Query: query, Body: body, Minor: 1, KeepAlive: true,
	}
}

// Route finds the route of a request; nil for a path or a method there is none for.
func Route(w *workload.Workload, method string, target []byte) *style.Route {
	path, _, _ := bytes.Cut(target, []byte{'?'})
	for i := range w.Routes {
		if r := &w.Routes[i]; r.Method == method && r.Path == string(path) {
			return r
		}
	}
	return nil
}

// ServeDirect runs the direct handler for one request.
func ServeDirect(world *World, r *style.Route, x *style.Exchange) (a Answer) {
	defer recovered(&a)
	return answer(x, r.Direct(world, x))
}

// ServeCallback runs the callback handler for one request, until nothing is left to run.
func ServeCallback(world *World, r *style.Route, x *style.Exchange) (a Answer) {
	defer recovered(&a)
	answered := 0
	loop := Loop{world}
	r.Callback(loop, x, func(err error) {
		answered++
		a = answer(x, err)
	})
	loop.Run()
	if answered != 1 {
		a = Answer{Body: fmt.Appendf(nil, "done was called %d times", answered)}
	}
	return a
}

func answer(x *style.Exchange, err error) Answer {
	if err != nil {
		return Answer{style.StatusOf(err), []byte(err.Error())}
	}
	return Answer{x.Status, x.Body}
}

func recovered(a *Answer) {
	if v := recover(); v != nil {
		*a = Answer{500, []byte((&style.Fault{Value: v}).Error())}
	}
}
