package oracle

import (
	"container/heap"
	"testing"
)

// A head that was read before is known again, and no other is taken for it.
func TestAHeadIsKnownAgainAndNoOther(t *testing.T) {
	c := &conn{}
	for _, x := range []struct {
		head, path string
		persistent bool
	}{
		{"GET /a HTTP/1.1\r\nHost: x", "/a", true},
		{"GET /a HTTP/1.1\r\nHost: x", "/a", true},
		{"GET /b HTTP/1.1\r\nHost: x", "/b", true},
		{"GET /b HTTP/1.1\r\nConnection: close", "/b", false},
		{"GET /b HTTP/1.1", "/b", true},
		{"GET /b HTTP/1.1\r\nConnection: close", "/b", false},
		{"GET /a HTTP/1.1\r\nHost: x", "/a", true},
	} {
		c.in = append(c.in, x.head+"\r\n\r\n"...)
		r, ok, err := c.next()
		if err != nil || !ok || r.path != x.path || r.persistent != x.persistent || len(c.in) != 0 {
			t.Errorf("%q: got %+v, %v, %v; %q left", x.head, r, ok, err, c.in)
		}
	}
	for _, head := range []string{"", "POST /a HTTP/1.1", "POST /a HTTP/1.1"} {
		c.in = append(c.in[:0], head+"\r\n\r\n"...)
		if _, ok, err := c.next(); ok || err == nil {
			t.Errorf("%q is a head", head)
		}
	}
}

// BenchmarkNext is what a request that was seen before costs the oracle beside its system calls.
func BenchmarkNext(b *testing.B) {
	c, s := &conn{}, &Server{}
	request := []byte("GET / HTTP/1.1\r\nHost: 127.0.0.1:12345\r\n\r\n")
	s.planner = NewPlanner(Law{Kind: Fixed}, 1, 0)
	b.ReportAllocs()
	for i := range b.N {
		c.in, c.busy = append(c.in, request...), false
		c.last.arrival = int64(i)
		s.understand(c)
		s.admit()
		if len(s.due) == 1000 { // a stall's worth at 1,000/s
			for len(s.due) > 0 {
				heap.Pop(&s.due)
			}
		}
	}
}
