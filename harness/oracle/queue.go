package oracle

import "container/heap"

// pending is an admitted request that waits for its departure.
type pending struct {
	stamps
	conn  *conn
	order uint64 // of admission: requests of one departure leave in their order
}

// departures is a min-heap by departure. It holds pointers: a release has no time for copies.
type departures []*pending

var _ heap.Interface = (*departures)(nil)

func (d departures) Len() int { return len(d) }

func (d departures) Less(i, j int) bool {
	if d[i].planned != d[j].planned {
		return d[i].planned < d[j].planned
	}
	return d[i].order < d[j].order
}

func (d departures) Swap(i, j int) { d[i], d[j] = d[j], d[i] }

// Push implements heap.Interface.
func (d *departures) Push(x any) { *d = append(*d, x.(*pending)) }

// Pop implements heap.Interface.
func (d *departures) Pop() any {
	last := len(*d) - 1
	p := (*d)[last]
	(*d)[last] = nil
	*d = (*d)[:last]
	return p
}
