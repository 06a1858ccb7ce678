// Package workload says what a workload is: the question that is asked of every
// model, how it is drawn, and how its answer is checked.
//
// Delays, sizes and faults travel in the request, so servers are stateless and
// every server sees the same sequence. Backends answer a pure function of the
// request's number (Value), so the generator knows the right answer to everything.
package workload

import (
	"io/fs"

	"assay/models/base/style"
)

// Styles are those that handlers are written in.
var Styles = []string{"direct", "callback", "await"}

// Workload is one entry of the catalog.
type Workload struct {
	Name   string
	Doc    string // one line
	Params []Param
	Routes []style.Route
	// Source holds the handlers as they are written, a file a style: direct.go, callback.go,
	// await.go.
	Source fs.FS
	// Prepare compiles parameters (values by name, defaults filled in by Resolve)
	// into a Source. Its error names the parameter, the value and what is allowed.
	Prepare func(params map[string]string) (Source, error)
}

// Param is one parameter of a workload: --set name=value.
type Param struct {
	Name, Default, Doc string
}

// Source draws requests and checks answers. Both are pure functions of the seed
// and n, allocate nothing in the steady state, and may be used by one goroutine
// at a time.
type Source interface {
	// Draw fills a with request n (0, 1, 2 …) of the sequence that seed names.
	Draw(seed, n uint64, a *Ask)
	// Check returns nil if status and body are the right answer to a.
	Check(a *Ask, status int, body []byte) error
	// Backends is how many distinct backends a request may ask (0: none).
	Backends() int
	// BackendCalls is the mean number of backend calls a request makes.
	BackendCalls() float64
}

// Ask is one drawn request. The generator reuses it; Draw appends to the slices
// after cutting them to length zero.
type Ask struct {
	N      uint64 // the request's number, from which its right answer follows
	Method string // "GET" or "POST"
	Target []byte
	Body   []byte // nil: no body
	Class  Class  // which histogram it counts in
	Silent bool   // never sent: the connection is only held open (idle)
}

// Class sorts requests whose latencies must not be mixed.
type Class uint8

const (
	Ordinary  Class = iota // every request, unless the workload makes some of them disturbers
	Disturber              // a request that blocks or computes; the Ordinary ones are its victims
	Classes
)
