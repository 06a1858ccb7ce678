package backend

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"os/exec"
	"runtime"
	"strings"
	"syscall"
	"testing"
	"time"

	"go.uber.org/goleak"

	"assay/bench/workload"
)

// asChild makes this test's binary the process that Start starts.
const asChild = "BACKEND_TEST_CHILD"

func TestMain(m *testing.M) {
	if os.Getenv(asChild) != "" {
		os.Exit(Main(strings.Fields(os.Getenv(asChild)), os.Stdin, os.Stdout, os.Stderr))
	}
	goleak.VerifyTestMain(m)
}

// start serves n backends for the length of the test.
func start(t testing.TB, n int) *Server {
	t.Helper()
	listen := make([]string, n)
	for i := range listen {
		listen[i] = "127.0.0.1:0"
	}
	s, err := New(Options{Listen: listen, Nonce: "abc"})
	if err != nil {
		t.Fatal(err)
	}
	over := make(chan error)
	go func() { over <- s.Run() }()
	t.Cleanup(func() {
		s.Stop()
		if err := errors.Join(<-over, s.Close()); err != nil {
			t.Error(err)
		}
	})
	return s
}

// client is a raw connection with a reader.
type client struct {
	*net.TCPConn
	r *bufio.Reader
	t testing.TB
}

func dial(t testing.TB, addr string) *client {
	t.Helper()
	c, err := net.Dial("tcp", addr)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { c.Close() })
	if err := c.SetDeadline(time.Now().Add(30 * time.Second)); err != nil {
		t.Fatal(err)
	}
	return &client{c.(*net.TCPConn), bufio.NewReader(c), t}
}

func (c *client) send(text string) {
	c.t.Helper()
	if _, err := io.WriteString(c.TCPConn, text); err != nil {
		c.t.Fatal(err)
	}
}

func (c *client) answer() (status int, body string, err error) {
	r, err := http.ReadResponse(c.r, nil)
	if err != nil {
		return 0, "", err
	}
	b, err := io.ReadAll(r.Body)
	return r.StatusCode, string(b), err
}

func (c *client) want(status int, body string) {
	c.t.Helper()
	got, text, err := c.answer()
	if err != nil || got != status || body != "" && text != body {
		c.t.Fatalf("got %d %q %v, want %d %q", got, text, err, status, body)
	}
}

func (c *client) wantEnd() {
	c.t.Helper()
	if b, err := c.r.ReadByte(); err != io.EOF {
		c.t.Fatalf("got byte %q, %v, want the end", b, err)
	}
}

func get(n, i, d int, more string) string {
	return fmt.Sprintf("GET /value?n=%d&i=%d&d=%d%s HTTP/1.1\r\nHost: b\r\n\r\n", n, i, d, more)
}

func text(n, i int) string { return fmt.Sprint(workload.Value(uint64(n), i)) }

func TestAnswersAfterTheDelay(t *testing.T) {
	s := start(t, 2)
	c := dial(t, s.Addrs()[1])
	for n, d := range []time.Duration{0, time.Microsecond, time.Millisecond, 30 * time.Millisecond} {
		before := time.Now()
		c.send(get(n, 1, int(d.Microseconds()), ""))
		c.want(200, text(n, 1))
		if took := time.Since(before); took < d {
			t.Errorf("answered after %v, asked for %v", took, d)
		}
	}
}

func TestByteAtATime(t *testing.T) {
	c := dial(t, start(t, 1).Addrs()[0])
	for _, b := range []byte(get(5, 0, 100, "")) {
		c.send(string(b))
	}
	c.want(200, text(5, 0))
}

func TestPipelinedCallsWaitSideBySide(t *testing.T) {
	s := start(t, 1)
	c := dial(t, s.Addrs()[0])
	third := get(3, 0, 30_000, "")
	c.send(get(1, 0, 200_000, "") + get(2, 0, 0, "") + third[:20])
	c.send(third[20:])
	for n := 1; n <= 3; n++ {
		c.want(200, text(n, 0))
	}
	if got := s.Take(false); got.MostFlight != 3 {
		t.Errorf("at most %d calls waited at once, want 3", got.MostFlight)
	}
}

func TestMoreThanTheQueueHolds(t *testing.T) {
	c := dial(t, start(t, 1).Addrs()[0])
	const calls = 3*mostQueued + 7
	go func() {
		var all strings.Builder
		for n := range calls {
			all.WriteString(get(n, 0, 1000, ""))
		}
		_, _ = io.WriteString(c.TCPConn, all.String()) // a failure shows as a missing answer
	}()
	for n := range calls {
		c.want(200, text(n, 0))
	}
}

func TestHalfCloseIsAnswered(t *testing.T) {
	c := dial(t, start(t, 1).Addrs()[0])
	c.send(get(1, 0, 20_000, "") + get(2, 0, 0, ""))
	if err := c.CloseWrite(); err != nil {
		t.Fatal(err)
	}
	c.want(200, text(1, 0))
	c.want(200, text(2, 0))
	c.wantEnd()
}

func TestConnectionClose(t *testing.T) {
	c := dial(t, start(t, 1).Addrs()[0])
	c.send(strings.Replace(get(1, 0, 500, ""), "Host", "Connection: close\r\nHost", 1))
	c.want(200, text(1, 0))
	c.wantEnd()
}

func TestRefusals(t *testing.T) {
	s := start(t, 1)
	for _, test := range []struct {
		request string
		status  int
		ends    bool
	}{
		{"GET /other HTTP/1.1\r\nHost: b\r\n\r\n", 404, false},
		{"POST /value HTTP/1.1\r\nHost: b\r\nContent-Length: 0\r\n\r\n", 405, false},
		{"GET /value HTTP/1.1\r\nHost: b\r\n\r\n", 400, false},
		{get(1, 0, 60_000_001, ""), 400, false},
		{get(1, 0, 0, "&fault=flood"), 400, false},
		{"GET /value?n=x&i=0 HTTP/1.1\r\nHost: b\r\n\r\n", 400, false},
		{"nonsense\r\n\r\n", 400, true},
	} {
		c := dial(t, s.Addrs()[0])
		c.send(test.request)
		c.want(test.status, "")
		if test.ends {
			c.wantEnd()
			continue
		}
		c.send(get(1, 0, 0, ""))
		c.want(200, text(1, 0))
	}
}

func TestFaults(t *testing.T) {
	s := start(t, 1)
	for _, test := range []struct {
		fault string
		check func(c *client)
	}{
		{"fail", func(c *client) {
			c.want(500, "")
			c.send(get(2, 0, 0, ""))
			c.want(200, text(2, 0))
		}},
		{"stall", func(c *client) {
			_ = c.SetReadDeadline(time.Now().Add(50 * time.Millisecond))
			if b, err := c.r.ReadByte(); !errors.Is(err, os.ErrDeadlineExceeded) {
				t.Errorf("stall: got %q, %v", b, err)
			}
		}},
		{"reset", func(c *client) {
			if b, err := c.r.ReadByte(); !errors.Is(err, syscall.ECONNRESET) {
				t.Errorf("reset: got %q, %v", b, err)
			}
		}},
		{"garbage", func(c *client) {
			if b, err := io.ReadAll(c.r); err != nil || len(b) == 0 || bytes.HasPrefix(b, []byte("HTTP")) {
				t.Errorf("garbage: got %q, %v", b, err)
			}
		}},
		{"truncate", func(c *client) {
			if status, body, err := c.answer(); status != 200 || !errors.Is(err, io.ErrUnexpectedEOF) || text(1, 0)[:3] != body {
				t.Errorf("truncate: got %d %q, %v", status, body, err)
			}
		}},
		{"slow", func(c *client) {
			before := time.Now()
			c.want(200, text(1, 0))
			if took := time.Since(before); took < 400*time.Millisecond {
				t.Errorf("slow: took %v", took)
			}
			c.send(get(2, 0, 0, ""))
			c.want(200, text(2, 0))
		}},
	} {
		c := dial(t, s.Addrs()[0])
		c.send(get(1, 0, 1000, "&fault="+test.fault))
		test.check(c)
		c.Close()
	}
	got, err := Fetch(s.Addrs()[0], false)
	if err != nil {
		t.Fatal(err)
	}
	for f := Fail; f < faults; f++ {
		if got.Faults[f.String()] != 1 {
			t.Errorf("fault %v counted %d times", f, got.Faults[f.String()])
		}
	}
}

func TestManyConnections(t *testing.T) {
	s := start(t, 3)
	const conns = 900
	clients := make([]*client, conns)
	for i := range clients {
		clients[i] = dial(t, s.Addrs()[i%3])
		clients[i].send(get(i, i%3, 50_000, ""))
	}
	for i, c := range clients {
		c.want(200, text(i, i%3))
	}
	got, err := Fetch(s.Addrs()[0], false)
	if err != nil {
		t.Fatal(err)
	}
	if got.Calls != conns || got.PerBackend[2] != conns/3 || got.Connections < conns || got.Accepted < conns || got.Misdirected != 0 {
		t.Errorf("figures %+v after %d calls over as many connections", got, conns)
	}
	if brief, err := Brief(s.Addrs()[0], false); err != nil || brief.Service.Histogram != "" || got.Service.Histogram == "" || brief.Service.Mean < int64(50*time.Millisecond) {
		t.Errorf("in brief %+v, %v", brief, err)
	}
	if got.Late.Count != conns || got.Service.P50 < int64(50*time.Millisecond) || got.MostFlight < 2 {
		t.Errorf("times %+v, late %+v, at most %d at once", got.Service, got.Late, got.MostFlight)
	}
}

func TestFiguresStartAnew(t *testing.T) {
	s := start(t, 2)
	c := dial(t, s.Addrs()[0])
	c.send(get(1, 1, 0, "")) // meant for the other backend
	c.want(200, text(1, 1))
	for _, want := range []uint64{1, 0} {
		got, err := Fetch(s.Addrs()[1], true)
		if err != nil {
			t.Fatal(err)
		}
		if got.Calls != want || got.Misdirected != want || got.Late.Count != int64(want) || got.Wall <= 0 {
			t.Errorf("figures %+v, want %d calls", got, want)
		}
	}
}

// A closed server leaves no connection behind, so that another can take its place.
func TestCloseEndsConnections(t *testing.T) {
	s, err := New(Options{Listen: []string{"127.0.0.1:0"}})
	if err != nil {
		t.Fatal(err)
	}
	over := make(chan error)
	go func() { over <- s.Run() }()
	a, b := dial(t, s.Addrs()[0]), dial(t, s.Addrs()[0])
	for _, c := range []*client{a, b} {
		c.send(get(1, 0, 0, ""))
		c.want(200, text(1, 0))
	}
	s.Stop()
	if err := errors.Join(<-over, s.Close()); err != nil {
		t.Fatal(err)
	}
	a.wantEnd()
	b.wantEnd()
}

// HangUp ends connections, those in the middle of a call too, and takes new ones.
func TestHangUp(t *testing.T) {
	s := start(t, 1)
	a, b := dial(t, s.Addrs()[0]), dial(t, s.Addrs()[0])
	a.send(get(1, 0, 0, ""))
	a.want(200, text(1, 0))
	b.send(get(1, 0, 10_000_000, ""))
	for s.Take(false).InFlight == 0 {
		time.Sleep(time.Millisecond)
	}
	s.HangUp()
	a.wantEnd()
	b.wantEnd()
	if got := s.Take(false); got.Connections != 0 || got.Dropped != 1 || got.InFlight != 0 {
		t.Errorf("figures %+v after all was hung up", got)
	}
	c := dial(t, s.Addrs()[0])
	c.send(get(1, 0, 0, ""))
	c.want(200, text(1, 0))
}

func TestIdentity(t *testing.T) {
	c := dial(t, start(t, 1).Addrs()[0])
	c.send("GET /-/id HTTP/1.1\r\nHost: b\r\n\r\n")
	c.want(200, fmt.Sprintf(`{"nonce":"abc","pid":%d}`, os.Getpid()))
}

// A call is decoded, queued, timed and answered without an allocation.
func TestNoAllocationPerCall(t *testing.T) {
	c := dial(t, start(t, 1).Addrs()[0])
	request, answer := []byte(get(1, 0, 10, "")), make([]byte, 1000)
	ask := func() {
		if _, err := c.Write(request); err != nil {
			t.Fatal(err)
		}
		if _, err := c.Read(answer); err != nil {
			t.Fatal(err)
		}
	}
	ask()
	var before, after runtime.MemStats
	const calls = 2000
	runtime.ReadMemStats(&before)
	for range calls {
		ask()
	}
	runtime.ReadMemStats(&after)
	if n := after.Mallocs - before.Mallocs; n > calls/10 {
		t.Errorf("%d allocations in %d calls", n, calls)
	}
}

func TestMainRefusesBadArguments(t *testing.T) {
	taken := start(t, 1).Addrs()[0]
	for _, test := range []struct {
		args string
		code int
		says string
	}{
		{"-count 0", 2, "-count 0"},
		{"-cuont 3", 2, "cuont"},
		{"extra", 2, "extra"},
		{"-listen nowhere", 1, "nowhere"},
		{"-listen " + taken, 1, taken},
		{"-h", 0, "count"},
	} {
		var stderr bytes.Buffer
		code := Main(strings.Fields(test.args), strings.NewReader(""), io.Discard, &stderr)
		if code != test.code || !strings.Contains(stderr.String(), test.says) {
			t.Errorf("%s: code %d, %q, want %d and %q", test.args, code, stderr.String(), test.code, test.says)
		}
	}
}

func TestProcess(t *testing.T) {
	cmd := exec.Command(os.Args[0])
	cmd.Env = append(os.Environ(), asChild+"=-count 3")
	p, err := Start(cmd)
	if err != nil {
		t.Fatal(err)
	}
	if len(p.Addrs) != 3 {
		t.Errorf("addresses %v, want 3", p.Addrs)
	}
	if got, err := p.Stats(true); err != nil || len(got.PerBackend) != 3 {
		t.Errorf("figures %+v, %v", got, err)
	}
	if err := p.Stop(); err != nil {
		t.Error(err)
	}
}

func TestProcessThatIsNoBackend(t *testing.T) {
	if _, err := Start(exec.Command("echo", "hello")); err == nil || !strings.Contains(err.Error(), "hello") {
		t.Errorf("error %v, want what it said", err)
	}
}
