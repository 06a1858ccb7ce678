package load

import (
	"io"
	"net"
	"strconv"
	"strings"
	"testing"
	"time"
)

// write writes text and keeps the connection.
func write(c *net.TCPConn, text string) bool {
	_, err := io.WriteString(c, text)
	return err == nil
}

// misdeeds are what the server does to every request n with n % 10 == 3.
var misdeeds = []struct {
	name    string
	kind    string // the error it counts as; "" for none
	reopens bool
	do      handler
}{
	{"none", "", false, answer1},
	{"wrong body", "wrong", false, func(c *net.TCPConn, n int, _ string) bool { return write(c, right(n+1)) }},
	{"status 503", "status-503", false, func(c *net.TCPConn, _ int, _ string) bool {
		return write(c, "HTTP/1.1 503 Service Unavailable\r\nContent-Length: 0\r\n\r\n")
	}},
	{"status 302", "status-302", false, func(c *net.TCPConn, _ int, _ string) bool {
		return write(c, "HTTP/1.1 302 Found\r\nContent-Length: 0\r\n\r\n")
	}},
	{"reset", "reset", true, func(c *net.TCPConn, _ int, _ string) bool {
		_ = c.SetLinger(0)
		return false
	}},
	{"end before the answer", "eof", true, func(*net.TCPConn, int, string) bool { return false }},
	{"end in the head", "eof", true, func(c *net.TCPConn, _ int, _ string) bool {
		write(c, "HTTP/1.1 200 OK\r\nContent-Le")
		return false
	}},
	{"end in the body", "eof", true, func(c *net.TCPConn, _ int, _ string) bool {
		write(c, "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\n12")
		return false
	}},
	{"stall", "timeout", true, func(c *net.TCPConn, _ int, _ string) bool {
		_, _ = c.Read(make([]byte, 1)) // until the generator gives up
		return false
	}},
	{"stall in the body", "timeout", true, func(c *net.TCPConn, _ int, _ string) bool {
		write(c, "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\n12")
		_, _ = c.Read(make([]byte, 1))
		return false
	}},
	{"not HTTP", "parse", true, func(c *net.TCPConn, _ int, _ string) bool { return write(c, "SSH-2.0-OpenSSH_9\r\n") }},
	{"answered twice", "unsolicited", true, func(c *net.TCPConn, n int, _ string) bool { return write(c, right(n)+right(n)) }},
	{"bytes behind the answer", "unsolicited", true, func(c *net.TCPConn, n int, _ string) bool { return write(c, right(n)+"x") }},
	{"closes and says so", "", true, func(c *net.TCPConn, n int, _ string) bool {
		write(c, strings.Replace(right(n), "\r\n", "\r\nConnection: close\r\n", 1))
		return false
	}},
	{"body to the end of the stream", "", true, func(c *net.TCPConn, n int, _ string) bool {
		write(c, "HTTP/1.0 200 OK\r\n\r\n"+strconv.Itoa(n))
		return false
	}},
	{"byte by byte", "", false, func(c *net.TCPConn, n int, _ string) bool {
		for _, b := range []byte(right(n)) {
			if _, err := c.Write([]byte{b}); err != nil {
				return false
			}
		}
		return true
	}},
	{"chunked", "", false, func(c *net.TCPConn, n int, _ string) bool {
		body := strconv.Itoa(n)
		return write(c, "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"+strconv.Itoa(len(body))+"\r\n"+body+"\r\n0\r\n\r\n")
	}},
}

// Each misdeed counts as what it is, as often as it happens, and is never a success;
// all other requests are answered, and the lost connections are opened again.
func TestMisdeeds(t *testing.T) {
	for _, m := range misdeeds {
		t.Run(strings.ReplaceAll(m.name, " ", "-"), func(t *testing.T) {
			t.Parallel()
			s := newServer(t, func(c *net.TCPConn, n int, head string) bool {
				if n%10 == 3 {
					return m.do(c, n, head)
				}
				return answer1(c, n, head)
			})
			g := newTestGenerator(t, 1)
			do(t, g, openNumbers(s.addr, 8))
			slice := Command{
				Op: OpSlice, Arm: "a", Rate: 500, Duration: int64(200 * time.Millisecond), Drain: int64(20 * time.Second),
				Timeout: int64(300 * time.Millisecond), Seed: 1, First: 1000,
			}
			checkMisdeed(t, do(t, g, slice), m.kind, m.reopens, 10)

			slice.Rate, slice.First = 0, 0
			slice.Duration /= 4
			r := do(t, g, slice)
			bad := (r.Load.Requests + 6) / 10 // of 0, 1, …
			checkMisdeed(t, r, m.kind, m.reopens, bad)
		})
	}
}

func checkMisdeed(t *testing.T, r Reply, kind string, reopens bool, bad uint64) {
	t.Helper()
	accounted(t, r)
	f := r.Load
	want := map[string]uint64{}
	if kind != "" && bad > 0 {
		want[kind] = bad
	}
	if len(f.Errors) != len(want) || f.Errors[kind] != want[kind] {
		t.Errorf("of %d requests errors %v, want %v", f.Requests, f.Errors, want)
	}
	if f.Answers != f.Requests-failed(want) {
		t.Errorf("%d answers of %d requests, errors %v", f.Answers, f.Requests, f.Errors)
	}
	if reopens && f.Reopened != bad || !reopens && f.Reopened != 0 {
		t.Errorf("%d connections reopened, want reopening %v, %d times", f.Reopened, reopens, bad)
	}
	if told := kind == "wrong" || strings.HasPrefix(kind, "status"); told && bad > 0 != (f.FirstBad != "") {
		t.Errorf("first bad answer %q", f.FirstBad)
	}
	if r.Connected != 8 {
		t.Errorf("%d connections at the end, want all 8 again", r.Connected)
	}
}

// A server that closes without saying so may do it while the next request is on its
// way: then that one is lost, and counted, and everything goes on.
func TestClosesWithoutAWord(t *testing.T) {
	s := newServer(t, func(c *net.TCPConn, n int, head string) bool {
		answer1(c, n, head)
		return false
	})
	g := newTestGenerator(t, 1)
	do(t, g, openNumbers(s.addr, 8))
	r := do(t, g, Command{Op: OpSlice, Arm: "a", Duration: int64(100 * time.Millisecond), Drain: int64(20 * time.Second)})
	accounted(t, r)
	f := r.Load
	if f.Answers == 0 || f.Requests != f.Answers+f.Errors["eof"]+f.Errors["reset"] {
		t.Errorf("%d requests, %d answers, errors %v; want answers, and no error but eof and reset", f.Requests, f.Answers, f.Errors)
	}
	if f.Reopened == 0 || f.Reopened > f.Requests {
		t.Errorf("%d reopened after %d requests, want some, at most one each", f.Reopened, f.Requests)
	}
}

// An error stands in the tail even though it came at once.
func TestFastFailuresStandInTheTail(t *testing.T) {
	s := newServer(t, func(c *net.TCPConn, n int, head string) bool {
		if n%10 == 3 {
			return write(c, "HTTP/1.1 503 \r\nContent-Length: 0\r\n\r\n")
		}
		return answer1(c, n, head)
	})
	g := newTestGenerator(t, 1)
	do(t, g, openNumbers(s.addr, 8))
	drain := 5 * time.Second
	r := do(t, g, Command{Op: OpSlice, Arm: "a", Rate: 1000, Duration: int64(100 * time.Millisecond), Drain: int64(drain)})
	got := accounted(t, r)
	if got.Response.P99 < int64(drain) || got.Service.P99 < int64(drain) {
		t.Errorf("with a tenth of failures response p99 is %v and service p99 %v, want no less than the drain, %v",
			time.Duration(got.Response.P99), time.Duration(got.Service.P99), drain)
	}
	if got.Response.P50 >= int64(drain) {
		t.Errorf("response p50 is %v: the right answers stand in the tail too", time.Duration(got.Response.P50))
	}
}

// A duplicate that comes when its connection is idle is found too, and told by the
// next reply.
func TestLateDuplicate(t *testing.T) {
	later := make(chan *net.TCPConn, 1)
	s := newServer(t, func(c *net.TCPConn, n int, head string) bool {
		if n == 0 {
			later <- c
		}
		return answer1(c, n, head)
	})
	g := newTestGenerator(t, 1)
	do(t, g, openNumbers(s.addr, 2))
	slice := Command{Op: OpSlice, Arm: "a", Rate: 100, Duration: int64(50 * time.Millisecond)}
	if r := do(t, g, slice); len(r.Load.Errors) != 0 {
		t.Fatalf("errors %v before there was one", r.Load.Errors)
	}
	accepted := s.accepted.Load()
	write(<-later, right(0))
	eventually(t, "the connection is opened anew", func() bool { return s.accepted.Load() > accepted })
	slice.First = 100
	r := do(t, g, slice)
	accounted(t, r)
	if r.Load.Errors["unsolicited"] != 1 || r.Load.Reopened != 1 {
		t.Errorf("errors %v, %d reopened; want 1 unsolicited, 1 reopened", r.Load.Errors, r.Load.Reopened)
	}
}

// eventually waits for what another thread does.
func eventually(t *testing.T, what string, done func() bool) {
	t.Helper()
	for until := time.Now().Add(20 * time.Second); !done(); time.Sleep(time.Millisecond) {
		if time.Now().After(until) {
			t.Fatalf("it never happens that %s", what)
		}
	}
}
