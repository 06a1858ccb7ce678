package style

import "assay/models/base/http1"

// Kind is what a request's handler spends its time on. Models with a pool of
// threads for each kind of work look at it before the handler starts.
type Kind uint8

// The kinds of work, the cheapest for its neighbours first.
const (
	Network   Kind = iota // it waits for others, if for anything
	Blocking              // it blocks its thread in the handler
	Computing             // it computes in the handler
	Kinds
)

// KindNames are the names of the kinds, by kind.
var KindNames = [Kinds]string{"network", "blocking", "computing"}

// KindOf is the kind of a request that this route answers. Where finding it is a
// fault, so will be the handler, which is the one to be blamed.
func (r *Route) KindOf(rq *http1.Request) (k Kind) {
	if r.Kind == nil {
		return Network
	}
	defer func() {
		if recover() != nil {
			k = Network
		}
	}()
	return r.Kind(rq)
}

// Pure is a computation that depends on its arguments alone. A closure cannot leave
// its process; a Pure that a route names can: every process of a server knows it.
type Pure struct {
	Name string // unique among those that a workload's routes name
	Do   func(a, b uint64) uint64
}

// Computer is a Loop with a place for computations that is not its place for
// calls that block. It is optional: see Compute.
type Computer interface {
	// Compute does p.Do(a, b) off the loop; then gets the result, on the loop's thread.
	Compute(p *Pure, a, b uint64, then func(result uint64))
}

// Compute does p.Do(a, b) where w's model has somewhere to compute, else by
// Offload; then gets the result, on the loop's thread.
func Compute(w Loop, p *Pure, a, b uint64, then func(result uint64)) {
	if c, ok := w.(Computer); ok {
		c.Compute(p, a, b, then)
		return
	}
	var result uint64
	w.Offload(func() { result = p.Do(a, b) }, func() { then(result) })
}
