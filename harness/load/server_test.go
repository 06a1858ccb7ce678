package load

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"net"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"assay/bench/workload"
)

// testServer is a server whose every misdeed is written in the test that uses it.
type testServer struct {
	addr     string
	ln       net.Listener
	accepted atomic.Int64
	requests atomic.Int64
	mu       sync.Mutex
	conns    map[net.Conn]bool
	stopped  bool
	wg       sync.WaitGroup
}

// handler answers request n, whose head was read whole, and says whether to keep
// the connection.
type handler func(c *net.TCPConn, n int, head string) bool

func newServer(t testing.TB, h handler) *testServer {
	t.Helper()
	ln, err := net.Listen("tcp4", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	s := &testServer{addr: ln.Addr().String(), ln: ln, conns: map[net.Conn]bool{}}
	s.wg.Add(1)
	go func() {
		defer s.wg.Done()
		for {
			c, err := ln.Accept()
			if err != nil {
				return
			}
			s.accepted.Add(1)
			s.mu.Lock()
			if s.stopped { // taken while stop went over the others
				c.Close()
			}
			s.conns[c] = true
			s.mu.Unlock()
			s.wg.Add(1)
			go s.serve(c.(*net.TCPConn), h)
		}
	}()
	t.Cleanup(s.stop)
	return s
}

func (s *testServer) serve(c *net.TCPConn, h handler) {
	defer s.wg.Done()
	defer func() {
		c.Close()
		s.mu.Lock()
		delete(s.conns, c)
		s.mu.Unlock()
	}()
	in := bufio.NewReader(c)
	for {
		var head strings.Builder
		for {
			line, err := in.ReadString('\n')
			if err != nil {
				return
			}
			head.WriteString(line)
			if line == "\r\n" {
				break
			}
		}
		s.requests.Add(1)
		_, after, _ := strings.Cut(head.String(), "?n=")
		digits, _, _ := strings.Cut(after, " ")
		n, _ := strconv.Atoi(digits)
		if !h(c, n, head.String()) {
			return
		}
	}
}

// stop closes the listener and all connections, and waits for all of them.
func (s *testServer) stop() {
	s.ln.Close()
	s.mu.Lock()
	s.stopped = true
	for c := range s.conns {
		c.Close()
	}
	s.mu.Unlock()
	s.wg.Wait()
}

// right is the answer to request n.
func right(n int) string {
	body := strconv.Itoa(n)
	return fmt.Sprintf("HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n%s", len(body), body)
}

func answer1(c *net.TCPConn, n int, _ string) bool {
	_, err := io.WriteString(c, right(n))
	return err == nil
}

// numbers is a workload whose request n is answered with n.
type numbers struct{}

func (numbers) Draw(_, n uint64, a *workload.Ask) {
	*a = workload.Ask{N: n, Method: "GET", Target: strconv.AppendUint(append(a.Target[:0], "/?n="...), n, 10)}
	if n%5 == 4 {
		a.Class = workload.Disturber
	}
}

func (numbers) Check(a *workload.Ask, status int, body []byte) error {
	var want [20]byte
	return workload.Match(a, status, 200, body, strconv.AppendUint(want[:0], a.N, 10))
}
func (numbers) Backends() int         { return 0 }
func (numbers) BackendCalls() float64 { return 0 }

func findNumbers(name string) (*workload.Workload, error) {
	if name != "numbers" {
		return nil, fmt.Errorf("unknown workload %q", name)
	}
	return &workload.Workload{
		Name:    name,
		Prepare: func(map[string]string) (workload.Source, error) { return numbers{}, nil },
	}, nil
}

func newTestGenerator(t testing.TB, loops int) *Generator {
	t.Helper()
	g, err := NewGenerator(findNumbers, loops)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := g.Close(); err != nil {
			t.Error(err)
		}
	})
	return g
}

// do obeys a command and fails the test if it cannot.
func do(t testing.TB, g *Generator, c Command) Reply {
	t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
	defer cancel()
	r := g.Do(ctx, c)
	if r.Error != "" {
		t.Fatalf("%s: %s", c.Op, r.Error)
	}
	return r
}

func openNumbers(addr string, conns int) Command {
	return Command{Op: OpOpen, Arm: "a", Addr: addr, Conns: conns, Workload: "numbers"}
}

// failed adds up the requests that got no right answer.
func failed(errors map[string]uint64) (n uint64) {
	for kind, count := range errors {
		if kind != faultNames[unsolicited] {
			n += count
		}
	}
	return n
}

// accounted checks what holds for every slice: each request is an answer or an
// error, each stands in the histograms, and each answer has its connection.
func accounted(t *testing.T, r Reply) Summary {
	t.Helper()
	f := r.Load
	if f.Requests != f.Answers+failed(f.Errors) {
		t.Errorf("%d requests, %d answers, errors %v: they do not add up", f.Requests, f.Answers, f.Errors)
	}
	s, err := Summarize(f)
	if err != nil {
		t.Fatal(err)
	}
	if got := uint64(s.Response.Count); got != f.Requests {
		t.Errorf("%d response times of %d requests", got, f.Requests)
	}
	if got := uint64(s.Slip.Count); got != f.Requests {
		t.Errorf("%d slips of %d requests", got, f.Requests)
	}
	if got := censored(f); got != failed(f.Errors) {
		t.Errorf("%d censored, errors %v", got, f.Errors)
	}
	if f.Answers > 0 && (f.FirstByte <= 0 || f.FirstByte > s.Service.Max) {
		t.Errorf("first byte after %d ns, the longest service took %d", f.FirstByte, s.Service.Max)
	}
	sum := uint64(0)
	for _, n := range f.PerConn {
		sum += uint64(n)
	}
	if sum != f.Answers {
		t.Errorf("%d answers by connection, %d in all", sum, f.Answers)
	}
	return s
}
