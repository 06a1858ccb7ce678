package backend

// queue holds calls first in, first out, in a ring that grows to what was needed.
type queue struct {
	ring  []call // a power of two long
	first int
	n     int
}

func (q *queue) push(c call) {
	if q.n == len(q.ring) {
		bigger := make([]call, max(2, 2*len(q.ring)))
		for i := range q.n {
			bigger[i] = *q.at(i)
		}
		q.ring, q.first = bigger, 0
	}
	*q.at(q.n) = c
	q.n++
}

func (q *queue) at(i int) *call { return &q.ring[(q.first+i)&(len(q.ring)-1)] }

func (q *queue) pop() call {
	c := *q.at(0)
	q.first++
	q.n--
	return c
}
