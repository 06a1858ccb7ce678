package conn

import (
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"assay/models/base/style"
)

// service has one route per behaviour that a handler may show.
func service() *Service {
	direct := func(path string, h style.Direct) style.Route {
		return style.Route{Method: "GET", Path: path, Direct: h}
	}
	return &Service{
		Nonce: "n0", PID: 7,
		RequestTimeout: 50 * time.Millisecond, WriteTimeout: time.Second, BackendTimeout: time.Second,
		Stats: func(dst []byte, requests uint64, collect bool) []byte {
			return fmt.Appendf(dst, `{"requests":%d,"collect":%t}`, requests, collect)
		},
		Routes: []style.Route{
			direct("/hi", func(w style.Waiter, x *style.Exchange) error {
				x.Body = append(append(x.Body, "hi "...), x.Request.Query...)
				return nil
			}),
			{Method: "POST", Path: "/hi", Direct: func(w style.Waiter, x *style.Exchange) error {
				x.Body = append(x.Body, x.Request.Body...)
				return nil
			}},
			direct("/bad", func(style.Waiter, *style.Exchange) error { return style.Badf("n is %q", "x") }),
			direct("/502", func(style.Waiter, *style.Exchange) error { return fmt.Errorf("b: %w", style.ErrBackend) }),
			direct("/504", func(style.Waiter, *style.Exchange) error { return fmt.Errorf("b: %w", style.ErrDeadline) }),
			direct("/500", func(style.Waiter, *style.Exchange) error { return errors.New("odd") }),
			direct("/panic", func(style.Waiter, *style.Exchange) error { panic("at the disco") }),
		},
	}
}

// talk feeds in to a fresh connection in pieces of the given size and returns
// the status lines and bodies it answered, and the connection.
func talk(s *Service, in string, piece int) (string, *Conn) {
	c := &Conn{Service: s}
	c.Take(NewTurn(s))
	out := ""
	for len(in) > 0 && !c.Closing() {
		k := min(piece, len(in))
		part := []byte(in[:k])
		in = in[k:]
		for len(part) > 0 && !c.Closing() {
			n, x := c.Feed(part)
			if x != nil {
				c.Answer(Run(c.Route.Direct, nil, x))
			}
			clear(part[:n]) // what was taken must not be needed any more
			part = part[n:]
		}
		out += string(c.Out())
		c.Sent(len(c.Out()))
	}
	return out, c
}

func get(path string) string { return "GET " + path + " HTTP/1.1\r\nHost: h\r\n\r\n" }

func TestAnswers(t *testing.T) {
	cases := []struct {
		name, in string
		want     []string // in this order
		closing  bool
		lingers  bool
	}{
		{"plain", get("/hi?a=1"), []string{"HTTP/1.1 200 ", "hi a=1"}, false, false},
		{"pipelined in order", get("/hi?1") + get("/hi?2") + get("/bad"), []string{"hi 1", "hi 2", "400 "}, false, false},
		{"partial next request", get("/hi?1") + "GET /h", []string{"hi 1"}, false, false},
		{"body", "POST /hi HTTP/1.1\r\nHost: h\r\nContent-Length: 3\r\n\r\nabc", []string{"200 ", "\r\n\r\nabc"}, false, false},
		{"close asked", "GET /hi HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n", []string{"200 ", "Connection: close"}, true, false},
		{"close asked, more sent", "GET /hi HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n" + get("/hi?2"), []string{"200 "}, true, true},
		{"handler refuses", get("/bad"), []string{"400 ", `n is "x"`}, false, false},
		{"backend failed", get("/502"), []string{"502 "}, false, false},
		{"backend late", get("/504"), []string{"504 "}, false, false},
		{"handler's own error", get("/500"), []string{"500 "}, false, false},
		{"fault spares the next request", get("/panic") + get("/hi?2"), []string{"500 ", "hi 2"}, false, false},
		{"no such path", get("/nix"), []string{"404 "}, false, false},
		{"wrong method", "PUT /hi HTTP/1.1\r\nHost: h\r\nContent-Length: 0\r\n\r\n", []string{"405 ", "Allow: GET, POST"}, false, false},
		{"HEAD has no body", "HEAD /nix HTTP/1.1\r\nHost: h\r\n\r\n" + get("/hi"), []string{"404 ", "\r\n\r\nHTTP/1.1 200"}, false, false},
		{"identity", get("/-/id"), []string{"200 ", `{"nonce":"n0","pid":7}`}, false, false},
		{"statistics", get("/hi") + get("/-/stats?gc=1"), []string{"200 ", `{"requests":1,"collect":true}`}, false, false},
		{"not HTTP", "\x16\x03\x01\r\n\r\n" + get("/hi"), []string{"400 ", "Connection: close"}, true, true},
		{"leave to continue", "POST /hi HTTP/1.1\r\nHost: h\r\nExpect: 100-continue\r\nContent-Length: 1\r\n\r\n", []string{"HTTP/1.1 100 "}, false, false},
	}
	for _, tc := range cases {
		for _, piece := range []int{1, 3, 1 << 20} {
			t.Run(fmt.Sprintf("%s/%d", tc.name, piece), func(t *testing.T) {
				out, c := talk(service(), tc.in, piece)
				rest := out
				for _, want := range tc.want {
					i := strings.Index(rest, want)
					if i < 0 {
						t.Fatalf("answers %q, want %q in order", out, tc.want)
					}
					rest = rest[i+len(want):]
				}
				if c.Closing() != tc.closing {
					t.Errorf("Closing() = %t, want %t after %q", c.Closing(), tc.closing, out)
				}
				if piece > len(tc.in) && c.Lingers() != tc.lingers {
					t.Errorf("Lingers() = %t, want %t", c.Lingers(), tc.lingers)
				}
			})
		}
	}
}

func TestDrainEndsAfterTheLastOwedAnswer(t *testing.T) {
	s := service()
	s.Drain()
	out, c := talk(s, get("/hi?1")+get("/hi?2"), 1<<20)
	if !strings.Contains(out, "hi 2") || strings.Count(out, "Connection: close") != 1 || !c.Closing() {
		t.Errorf("both pipelined requests are owed an answer, then close: got %q, closing %t", out, c.Closing())
	}
}

func TestTurnIsLentOnlyWhileSomethingIsInHand(t *testing.T) {
	s := service()
	for in, idle := range map[string]bool{
		get("/hi"):             true,
		get("/hi") + "GET /hi": false, // half a request
		"":                     true,
	} {
		if _, c := talk(s, in, 1<<20); (c.Idle() != nil) != idle {
			t.Errorf("after %q: idle is not %t", in, idle)
		}
	}
}

func TestDetachSurvivesReuseOfTheBuffer(t *testing.T) {
	s := service()
	c := &Conn{Service: s}
	c.Take(NewTurn(s))
	in := []byte(get("/hi?query"))
	_, x := c.Feed(in)
	c.Detach()
	clear(in)
	c.Answer(Run(c.Route.Direct, nil, x))
	if out := string(c.Out()); !strings.HasSuffix(out, "hi query") {
		t.Errorf("after Detach the request changed with the buffer: %q", out)
	}
}

func TestNothingIsAllocatedPerRequest(t *testing.T) {
	s := service()
	c := &Conn{Service: s}
	c.Take(NewTurn(s))
	in := []byte(get("/hi?a=1"))
	got := testing.AllocsPerRun(1000, func() {
		_, x := c.Feed(in)
		c.Answer(Run(c.Route.Direct, nil, x))
		c.Sent(len(c.Out()))
	})
	if got != 0 {
		t.Errorf("%v allocations per request, want 0", got)
	}
}

func BenchmarkRequest(b *testing.B) {
	s := service()
	c := &Conn{Service: s}
	c.Take(NewTurn(s))
	in := []byte(get("/hi?a=1"))
	b.ReportAllocs()
	for b.Loop() {
		_, x := c.Feed(in)
		c.Answer(Run(c.Route.Direct, nil, x))
		c.Sent(len(c.Out()))
	}
}

// What a huge message has made a turn grow to goes with it, in every model: a loop hands turns
// on, a thread keeps its own for as long as its connection lives.
func TestHugeMessagesLeaveNothing(t *testing.T) {
	s := service()
	s.Limits.Body = 4 * OutBound
	c := &Conn{Service: s}
	turn := NewTurn(s)
	c.Take(turn)
	huge := strings.Repeat("x", 2*OutBound)
	head := fmt.Sprintf("POST /hi HTTP/1.1\r\nHost: a\r\nContent-Length: %d\r\n\r\n", len(huge))
	for _, piece := range []string{head, huge[:OutBound], huge[OutBound:]} {
		if _, x := c.Feed([]byte(piece)); x != nil {
			c.Answer(Run(c.Route.Direct, nil, x))
		}
	}
	if !strings.HasSuffix(string(c.Out()), huge) {
		t.Fatalf("the answer is not the body: %d bytes", len(c.Out()))
	}
	c.Sent(len(c.Out()))
	if body, held, out := cap(turn.exchange.Body), turn.reader.Held(), cap(turn.out); body+held+out > 3*OutBound {
		t.Errorf("the turn keeps %d bytes of answer, %d of request and %d to send; want no more than %d of each", body, held, out, OutBound)
	}
}
