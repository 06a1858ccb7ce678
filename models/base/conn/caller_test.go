package conn

import (
	"errors"
	"fmt"
	"io"
	"os"
	"strings"
	"syscall"
	"testing"
	"time"

	"assay/models/base/style"
)

func answer(body string) string {
	return fmt.Sprintf("HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n%s", len(body), body)
}

// caller dials the given scripts in order.
func caller(streams ...*script) (*Caller, *int) {
	svc := service()
	svc.Backends = []string{"a:1", "b:2", "c:3"}
	dialed := new(int)
	dial := func(string, time.Duration) (Stream, error) {
		if *dialed == len(streams) {
			return nil, errors.New("connection refused")
		}
		*dialed++
		return streams[*dialed-1], nil
	}
	return &Caller{Up: &Upstreams{Service: svc, Dial: dial}}, dialed
}

func TestCallOutcomes(t *testing.T) {
	cases := []struct {
		name string
		in   []any
		body string
		want error
	}{
		{"answer", []any{answer("42")}, "42", nil},
		{"answer in pieces", []any{"HTTP/1.1 200 OK\r\nContent-Le", "ngth: 2\r\n\r\n4", "2"}, "42", nil},
		{"answer delimited by close", []any{"HTTP/1.1 200 OK\r\n\r\n42", io.EOF}, "42", nil},
		{"failure", []any{"HTTP/1.1 500 No\r\nContent-Length: 0\r\n\r\n"}, "", style.ErrBackend},
		{"garbage", []any{"garbage\r\n\r\n"}, "", style.ErrBackend},
		{"cut short", []any{"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\n4", io.EOF}, "4", style.ErrBackend},
		{"reset", []any{errors.New("reset")}, "", style.ErrBackend},
		{"answer delimited by a reset", []any{"HTTP/1.1 200 OK\r\n\r\n42", syscall.ECONNRESET}, "", style.ErrBackend},
		{"stall", []any{os.ErrDeadlineExceeded}, "", style.ErrDeadline},
	}
	for _, tc := range cases {
		t.Run(tc.name, func(t *testing.T) {
			r, _ := caller(&script{reads: tc.in})
			c := style.Call{Target: []byte("/value?n=1")}
			err := r.Call(&c)
			if !errors.Is(err, tc.want) || c.Err != err {
				t.Fatalf("Call = %v (c.Err %v), want %v", err, c.Err, tc.want)
			}
			if tc.want == nil && string(c.Body) != tc.body {
				t.Errorf("body %q, want %q", c.Body, tc.body)
			}
		})
	}
	r, _ := caller(&script{reads: []any{&os.PathError{Op: "read", Path: "socket", Err: syscall.ECONNRESET}}})
	if err := r.Call(&style.Call{}); err == nil || err.Error() != "backend failed: connection reset by peer" {
		t.Errorf("a reset is told as %v, on a loop as backend failed: connection reset by peer", err)
	}
	r, _ = caller()
	if err := r.Call(&style.Call{}); !errors.Is(err, style.ErrBackend) {
		t.Errorf("refused connection: %v, want %v", err, style.ErrBackend)
	}
}

func TestStaleConnectionIsRetriedOnce(t *testing.T) {
	first := &script{reads: []any{answer("1"), io.EOF}}
	second := &script{reads: []any{answer("2")}}
	r, dialed := caller(first, second)
	for _, want := range []string{"1", "2"} {
		c := style.Call{}
		if err := r.Call(&c); err != nil || string(c.Body) != want {
			t.Fatalf("got %q, %v, want %q", c.Body, err, want)
		}
	}
	if *dialed != 2 || !first.closed {
		t.Errorf("dialed %d times, first closed %t; want 2, true", *dialed, first.closed)
	}
	// A fresh connection that fails is not tried again.
	third := &script{reads: []any{io.EOF}}
	r, dialed = caller(third, &script{reads: []any{answer("no")}})
	if err := r.Call(&style.Call{}); !errors.Is(err, style.ErrBackend) || *dialed != 1 {
		t.Errorf("fresh connection cut: %v after %d dials, want a failure after 1", err, *dialed)
	}
}

// timed is a script that notes how long its writes may take.
type timed struct {
	*script
	given *[]time.Duration
}

func (s timed) Write(b []byte, within time.Duration) (int, error) {
	*s.given = append(*s.given, within)
	return s.script.Write(b, within)
}

// A call's deadline is one for all that it does: what others' dials took is not
// given to the next, nor to a write, and a connection that fails late is not replaced in new time.
func TestDialsAndWritesEndByTheDeadline(t *testing.T) {
	r, _ := caller()
	r.Up.Service.BackendTimeout = time.Hour
	var given, writes []time.Duration
	const took = 2 * time.Millisecond
	r.Up.Dial = func(_ string, within time.Duration) (Stream, error) {
		given = append(given, within)
		time.Sleep(took)
		return timed{&script{reads: []any{answer("1"), io.EOF}}, &writes}, nil
	}
	if err := r.CallAll(make([]style.Call, 3)); err != nil {
		t.Fatal(err)
	}
	for i, d := range given {
		if most := time.Hour - time.Duration(i)*took; d <= 0 || d > most {
			t.Errorf("dial %d of one CallAll may take %v, want at most %v", i, d, most)
		}
	}
	for i, d := range writes {
		if most := time.Hour - time.Duration(i+1)*took; d <= 0 || d > most {
			t.Errorf("write %d of one CallAll may take %v, want at most %v", i, d, most)
		}
	}
	if len(given) != 3 || len(writes) != 3 {
		t.Errorf("%d dials and %d writes, want 3 of each", len(given), len(writes))
	}
	// The time is over before an idle connection turns out to be gone.
	past := time.Now().Add(-time.Second)
	if _, err := r.send(&style.Call{}, true, past); !errors.Is(err, style.ErrDeadline) || len(given) != 3 {
		t.Errorf("a replacement after the deadline: %v after %d dials; want %v after 3", err, len(given), style.ErrDeadline)
	}
}

func TestConnectionWithLeftoversIsNotUsedAgain(t *testing.T) {
	first := &script{reads: []any{answer("1") + answer("never asked for")}}
	r, _ := caller(first)
	c := style.Call{}
	if err := r.Call(&c); err != nil || string(c.Body) != "1" || !first.closed {
		t.Errorf("got %q, %v, closed %t; want 1 and the connection closed", c.Body, err, first.closed)
	}
}

func TestCallAllWritesToAllBeforeItReads(t *testing.T) {
	var streams []*script
	for i := range 3 {
		streams = append(streams, &script{reads: []any{answer(fmt.Sprint(i))}})
	}
	r, _ := caller(streams...)
	cs := make([]style.Call, 3)
	for i := range cs {
		cs[i] = style.Call{Backend: i, Target: fmt.Appendf(nil, "/value?i=%d", i)}
	}
	if err := r.CallAll(cs); err != nil {
		t.Fatal(err)
	}
	for i, c := range cs {
		if string(c.Body) != fmt.Sprint(i) || !strings.Contains(streams[i].wrote.String(), fmt.Sprintf("i=%d ", i)) {
			t.Errorf("call %d: body %q after %q", i, c.Body, streams[i].wrote.String())
		}
	}
	// One failing does not spoil the others, and the first error by index is told.
	streams[1].reads, streams[0].reads, streams[2].reads = []any{"garbage\r\n\r\n"}, []any{answer("x")}, []any{answer("y")}
	if err := r.CallAll(cs); !errors.Is(err, style.ErrBackend) || cs[0].Err != nil || cs[2].Err != nil {
		t.Errorf("CallAll = %v, errors %v %v %v; want only the second to fail", err, cs[0].Err, cs[1].Err, cs[2].Err)
	}
}

func TestCallsAllocateNothing(t *testing.T) {
	st := &script{}
	r, _ := caller(st)
	c := style.Call{Target: []byte("/value?n=1")}
	a := any(answer("42"))
	reads := []any{a}
	call := func() {
		st.reads, st.untils = reads, st.untils[:0]
		st.wrote.Reset()
		if err := r.Call(&c); err != nil {
			t.Fatal(err)
		}
	}
	call()
	if got := testing.AllocsPerRun(100, call); got != 0 {
		t.Errorf("%v allocations per call, want 0", got)
	}
}
