package load

import (
	"context"
	"net"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"
)

// One connection and a server slower than the arrivals: the requests wait in the open,
// and only the response time tells.
func TestSlowServerQueues(t *testing.T) {
	const service = 4 * time.Millisecond
	s := newServer(t, func(c *net.TCPConn, n int, head string) bool {
		time.Sleep(service)
		return answer1(c, n, head)
	})
	g := newTestGenerator(t, 1)
	do(t, g, openNumbers(s.addr, 1))
	r := do(t, g, Command{
		Op: OpSlice, Arm: "a", Rate: 1000, Arrivals: Constant, Duration: int64(100 * time.Millisecond), Drain: int64(30 * time.Second),
	})
	got := accounted(t, r)
	if r.Load.Answers != 100 {
		t.Fatalf("%d answers, errors %v; want 100 and none", r.Load.Answers, r.Load.Errors)
	}
	// The last waits for 99 services of at least 4 ms and came after 100 ms at most.
	if least := 99*service - 100*time.Millisecond; got.Response.Max < int64(least) || got.Slip.Max < int64(least) {
		t.Errorf("response max %v, slip max %v; want at least %v", time.Duration(got.Response.Max), time.Duration(got.Slip.Max), least)
	}
	if got.Response.P50 < 5*got.Service.P50 {
		t.Errorf("response p50 %v, service p50 %v; want the response much longer", time.Duration(got.Response.P50), time.Duration(got.Service.P50))
	}
	if r.Load.MaxQueued < 50 || r.Load.Late < 50 {
		t.Errorf("most queued %d, late %d; want most of the 100", r.Load.MaxQueued, r.Load.Late)
	}
	if a := r.Load.Arrivals; a == nil || a.LateOwn > 2 || a.Compared > 2 {
		t.Errorf("arrivals %+v; want the server's slowness not laid to the generator", a)
	}
	if r.Load.AnswerBytes != r.Load.BytesIn || len(r.Load.Slowest) != slowest || len(r.Load.Series.Due) != parts {
		t.Errorf("%d bytes in, %d of answers, series %+v", r.Load.BytesIn, r.Load.AnswerBytes, r.Load.Series)
	}
	if r.Length < int64(100*service) || r.Load.Achieved > 250 || r.Load.Offered != 1000 {
		t.Errorf("length %v, achieved %.0f/s, offered %.0f/s; want at least %v, at most 250, 1000",
			time.Duration(r.Length), r.Load.Achieved, r.Load.Offered, 100*service)
	}
}

// What a quick server is sent is compared with the schedule, in a slice and not in a warm-up.
func TestArrivalsAreCompared(t *testing.T) {
	s := newServer(t, answer1)
	g := newTestGenerator(t, 1)
	do(t, g, openNumbers(s.addr, 64))
	for _, warm := range []bool{true, false} {
		r := do(t, g, Command{Op: OpSlice, Arm: "a", Rate: 500, Duration: int64(200 * time.Millisecond), Drain: int64(30 * time.Second), Discard: warm})
		if warm {
			if r.Load.Arrivals != nil {
				t.Errorf("a warm-up has arrivals %+v", r.Load.Arrivals)
			}
			continue
		}
		a := r.Load.Arrivals
		if a == nil || a.Compared == 0 || a.Compared > 99 || a.P < 0 || a.P > 1 || a.LateOwn > r.Load.Late {
			t.Errorf("arrivals %+v of 100 requests, %d late", a, r.Load.Late)
		}
	}
}

// A server that never answers: what was sent times out at the end of the drain,
// what found no connection was never sent, and the reply comes.
func TestDrainEnds(t *testing.T) {
	s := newServer(t, func(c *net.TCPConn, _ int, _ string) bool {
		_, _ = c.Read(make([]byte, 1))
		return false
	})
	g := newTestGenerator(t, 1)
	do(t, g, openNumbers(s.addr, 3))
	drain := 50 * time.Millisecond
	r := do(t, g, Command{Op: OpSlice, Arm: "a", Rate: 200, Duration: int64(100 * time.Millisecond), Drain: int64(drain)})
	got := accounted(t, r)
	if e := r.Load.Errors; e["timeout"] != 3 || e["unsent"] != 17 || len(e) != 2 {
		t.Errorf("errors %v, want 3 timeout, 17 unsent", e)
	}
	if got.Response.P50 < int64(drain) || got.Service.Count != 3 {
		t.Errorf("response p50 %v, %d service times; want at least the drain, and 3", time.Duration(got.Response.P50), got.Service.Count)
	}
	if r.Connected != 3 {
		t.Errorf("%d connections, want the 3 opened anew", r.Connected)
	}

	r = do(t, g, Command{Op: OpSlice, Arm: "a", Duration: int64(50 * time.Millisecond), Drain: int64(drain)})
	accounted(t, r)
	if e := r.Load.Errors; e["timeout"] != 3 || r.Load.Requests != 3 {
		t.Errorf("closed loop: %d requests, errors %v; want 3, all timed out", r.Load.Requests, e)
	}
}

// A server that dies in the middle: the slice ends, and says so.
func TestServerDies(t *testing.T) {
	for name, rate := range map[string]float64{"open": 1000, "closed": 0} {
		t.Run(name, func(t *testing.T) {
			die := make(chan struct{})
			var once sync.Once
			s := newServer(t, func(c *net.TCPConn, n int, head string) bool {
				if n >= 24 { // of which as many as there are connections may still be out
					once.Do(func() { close(die) })
				}
				return answer1(c, n, head)
			})
			g := newTestGenerator(t, 1)
			do(t, g, openNumbers(s.addr, 4))
			go func() { <-die; s.stop() }()
			r := do(t, g, Command{
				Op: OpSlice, Arm: "a", Rate: rate, Duration: int64(300 * time.Millisecond), Drain: int64(100 * time.Millisecond),
			})
			accounted(t, r)
			if r.Load.Answers < 20 || r.Load.Errors["connect"] == 0 || r.Connected != 0 {
				t.Errorf("%d answers, errors %v, %d connections; want some answers, then refused connects and none left",
					r.Load.Answers, r.Load.Errors, r.Connected)
			}
		})
	}
}

// Two arms are alive at once; the one that is not loaded stays silent, and silent
// connections say nothing at all.
func TestIdleArmIsSilent(t *testing.T) {
	loaded, idle := newServer(t, answer1), newServer(t, answer1)
	g := newTestGenerator(t, 1)
	c := openNumbers(loaded.addr, 4)
	c.Idle = 5
	if r := do(t, g, c); r.Connected != 9 {
		t.Errorf("%d connected, want 4 busy and 5 idle", r.Connected)
	}
	other := openNumbers(idle.addr, 4)
	other.Arm = "b"
	do(t, g, other)
	r := do(t, g, Command{Op: OpSlice, Arm: "a", Duration: int64(100 * time.Millisecond)})
	accounted(t, r)
	if loaded.requests.Load() != int64(r.Load.Requests) || r.Connected != 9 || len(r.Load.PerConn) != 4 {
		t.Errorf("server saw %d requests, generator sent %d on %d connections, %d open; want the same, 4, 9",
			loaded.requests.Load(), r.Load.Requests, len(r.Load.PerConn), r.Connected)
	}
	if idle.requests.Load() != 0 || idle.accepted.Load() != 4 {
		t.Errorf("the idle arm saw %d requests on %d connections, want none on 4", idle.requests.Load(), idle.accepted.Load())
	}
	if r := do(t, g, Command{Op: OpClose, Arm: "a"}); r.Load != nil {
		t.Errorf("close found errors %v", r.Load.Errors)
	}
	eventually(t, "the closed arm's connections end", func() bool {
		loaded.mu.Lock()
		defer loaded.mu.Unlock()
		return len(loaded.conns) == 0
	})
	r = do(t, g, Command{Op: OpSlice, Arm: "b", Duration: int64(20 * time.Millisecond)})
	accounted(t, r)
}

// A connection per request: as many connections as requests, each saying that it closes.
func TestConnectionPerRequest(t *testing.T) {
	s := newServer(t, func(c *net.TCPConn, n int, head string) bool {
		if !strings.Contains(head, "\r\nConnection: close\r\n\r\n") {
			return write(c, "HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\n\r\n")
		}
		answer1(c, n, head)
		return false
	})
	g := newTestGenerator(t, 1)
	c := openNumbers(s.addr, 8)
	c.NewConns = true
	do(t, g, c)
	if n := s.accepted.Load(); n != 0 {
		t.Errorf("%d connections before the first request", n)
	}
	for _, rate := range []float64{500, 0} {
		before := s.accepted.Load()
		r := do(t, g, Command{Op: OpSlice, Arm: "a", Rate: rate, Duration: int64(100 * time.Millisecond), Drain: int64(20 * time.Second)})
		accounted(t, r)
		if len(r.Load.Errors) != 0 || r.Load.Reopened != 0 || r.Load.Requests == 0 {
			t.Errorf("rate %g: %d requests, errors %v, %d reopened; want some and no more", rate, r.Load.Requests, r.Load.Errors, r.Load.Reopened)
		}
		if got := s.accepted.Load() - before; got != int64(r.Load.Requests) {
			t.Errorf("rate %g: %d connections for %d requests", rate, got, r.Load.Requests)
		}
	}
	s.stop()
	r := do(t, g, Command{Op: OpSlice, Arm: "a", Rate: 100, Duration: int64(100 * time.Millisecond), Drain: int64(50 * time.Millisecond)})
	accounted(t, r)
	if r.Load.Errors["connect"] == 0 || r.Load.Answers != 0 {
		t.Errorf("server gone: errors %v, %d answers; want refused connects only", r.Load.Errors, r.Load.Answers)
	}
}

// Several loops share the connections and the schedule: every number is asked once.
func TestLoopsShareTheLoad(t *testing.T) {
	var mu sync.Mutex
	var seen []int
	s := newServer(t, func(c *net.TCPConn, n int, head string) bool {
		mu.Lock()
		seen = append(seen, n)
		mu.Unlock()
		return answer1(c, n, head)
	})
	g := newTestGenerator(t, 3)
	do(t, g, openNumbers(s.addr, 7))
	slice := Command{Op: OpSlice, Arm: "a", Rate: 2000, Duration: int64(100 * time.Millisecond), Drain: int64(20 * time.Second), First: 50, Seed: 4}
	r := do(t, g, slice)
	accounted(t, r)
	if len(r.Load.PerConn) != 7 || r.Connected != 7 {
		t.Errorf("%d connections counted, %d open; want 7", len(r.Load.PerConn), r.Connected)
	}
	take := func() []int { // what was seen since the last take, in order
		mu.Lock()
		defer mu.Unlock()
		got := slices.Sorted(slices.Values(seen))
		seen = nil
		return got
	}
	got := take()
	for i, n := range got {
		if n != 50+i {
			t.Fatalf("request %d is number %d, want 50 to 249 once each", i, n)
		}
	}
	if len(got) != 200 {
		t.Errorf("%d requests, want 200", len(got))
	}
	if want := mustSchedule(t, Poisson, 2000, 100*time.Millisecond, 4, 0).Hash; r.Schedule != want {
		t.Errorf("schedule %s, want %s whatever the number of loops", r.Schedule, want)
	}
	slice.Rate, slice.First = 0, 0
	r = do(t, g, slice)
	accounted(t, r)
	if n := len(slices.Compact(take())); n != int(r.Load.Requests) {
		t.Errorf("closed loop: %d different numbers in %d requests", n, r.Load.Requests)
	}
}

// In a closed loop each connection is always in service or in the generator's own
// think time, from the start to its last answer. Little's law is no more than that.
func TestClosedLoopObeysLittle(t *testing.T) {
	const conns = 5
	s := newServer(t, answer1)
	g := newTestGenerator(t, 1)
	do(t, g, openNumbers(s.addr, conns))
	duration := 200 * time.Millisecond
	r := do(t, g, Command{Op: OpSlice, Arm: "a", Duration: int64(duration), Drain: int64(20 * time.Second)})
	got := accounted(t, r)
	n := float64(got.Response.Count)
	busy, think := n*got.Service.Mean, n*got.Slip.Mean
	if sum, least, most := busy+think, conns*float64(duration), conns*float64(r.Length); sum < 0.998*least || sum > 1.002*most {
		t.Errorf("service and think add up to %.1f ms, want %.1f to %.1f", sum/1e6, least/1e6, most/1e6)
	}
	if whole := n * got.Response.Mean; whole < 0.998*(busy+think) || whole > 1.002*(busy+think) {
		t.Errorf("responses add up to %.1f ms, service and think to %.1f", whole/1e6, (busy+think)/1e6)
	}
}

// A slice is cut short by its context; what was due is accounted for all the same.
func TestCutShort(t *testing.T) {
	s := newServer(t, answer1)
	g := newTestGenerator(t, 1)
	do(t, g, openNumbers(s.addr, 4))
	for _, rate := range []float64{1000, 0} {
		ctx, cancel := context.WithTimeout(context.Background(), 100*time.Millisecond)
		r := g.Do(ctx, Command{Op: OpSlice, Arm: "a", Rate: rate, Duration: int64(time.Hour) / 100})
		cancel()
		if r.Error != "" || r.Load == nil {
			t.Fatalf("rate %g: error %q", rate, r.Error)
		}
		accounted(t, r)
		if r.Load.Answers == 0 || r.Length > int64(20*time.Second) {
			t.Errorf("rate %g: %d answers in %v; want some, in the time it ran", rate, r.Load.Answers, time.Duration(r.Length))
		}
		if r.Load.Offered > 3*rate {
			t.Errorf("offered %.0f/s until the cut, want %g: requests became due after it", r.Load.Offered, rate)
		}
	}
}

// Of a warm-up only counts are kept.
func TestDiscard(t *testing.T) {
	s := newServer(t, answer1)
	g := newTestGenerator(t, 1)
	do(t, g, openNumbers(s.addr, 2))
	r := do(t, g, Command{Op: OpSlice, Arm: "a", Rate: 500, Duration: int64(50 * time.Millisecond), Discard: true})
	if r.Load.Answers != 25 || len(r.Load.Classes) != 0 || len(r.Load.PerConn) != 0 {
		t.Errorf("%d answers, %d classes, %d connections; want 25, 0, 0", r.Load.Answers, len(r.Load.Classes), len(r.Load.PerConn))
	}
}

// The classes of a workload are recorded apart.
func TestClassesApart(t *testing.T) {
	s := newServer(t, answer1)
	g := newTestGenerator(t, 1)
	do(t, g, openNumbers(s.addr, 2))
	r := do(t, g, Command{Op: OpSlice, Arm: "a", Rate: 1000, Duration: int64(100 * time.Millisecond), Drain: int64(20 * time.Second)})
	if len(r.Load.Classes) != 2 {
		t.Fatalf("%d classes, want 2", len(r.Load.Classes))
	}
	for i, want := range []int64{80, 20} {
		f := *r.Load
		f.Classes = f.Classes[i : i+1]
		if s, err := Summarize(&f); err != nil || s.Response.Count != want {
			t.Errorf("class %s has %d requests, error %v; want %d", f.Classes[0].Class, s.Response.Count, err, want)
		}
	}
}
