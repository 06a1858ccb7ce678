package conn

import (
	"bytes"
	"errors"
	"io"
	"os"
	"strings"
	"testing"
	"time"

	"assay/models/base/style"
)

// script is a Stream whose reads are given beforehand: a string is data, an
// error is returned as it is.
type script struct {
	reads    []any
	wrote    bytes.Buffer
	shut     bool
	closed   bool
	writeErr error
	untils   []time.Time
}

func (s *script) Read(b []byte, until time.Time) (int, error) {
	s.untils = append(s.untils, until)
	if len(s.reads) == 0 {
		return 0, io.EOF
	}
	r := s.reads[0]
	s.reads = s.reads[1:]
	if err, ok := r.(error); ok {
		return 0, err
	}
	n := copy(b, r.(string))
	if rest := r.(string)[n:]; rest != "" {
		s.reads = append([]any{rest}, s.reads...)
	}
	return n, nil
}

func (s *script) Write(b []byte, _ time.Duration) (int, error) {
	if s.writeErr != nil {
		return 0, s.writeErr
	}
	return s.wrote.Write(b)
}

func (s *script) Unread() (n int) {
	for _, r := range s.reads {
		if text, ok := r.(string); ok {
			n += len(text)
		}
	}
	return n
}
func (s *script) CloseWrite() error { s.shut = true; return nil }
func (s *script) Close() error      { s.closed = true; return nil }

type nowait struct{}

func (nowait) Call(*style.Call) error     { return nil }
func (nowait) CallAll([]style.Call) error { return nil }
func (nowait) Block(time.Duration)        {}
func (nowait) Offload(f func())           { f() }

func session(reads ...any) (*Session, *script) {
	svc, st := service(), &script{reads: reads}
	s := &Session{Conn: Conn{Service: svc}, Stream: st}
	s.Conn.Take(NewTurn(svc))
	return s, st
}

func TestSessionServesUntilTheEnd(t *testing.T) {
	cases := []struct {
		name  string
		reads []any
		want  []string
		shut  bool
	}{
		{"keep-alive, then the client leaves", []any{get("/hi?1"), get("/hi?2")}, []string{"hi 1", "hi 2"}, false},
		{"half-closed client is owed its answer", []any{get("/hi?1"), io.EOF}, []string{"hi 1"}, false},
		{"reset", []any{get("/hi?1"), errors.New("connection reset")}, []string{"hi 1"}, false},
		{"late request gets 408", []any{"GET /hi", os.ErrDeadlineExceeded}, []string{"408 "}, true},
		{"nonsense is answered before the close", []any{"nonsense\r\n\r\n", "more nonsense"}, []string{"400 "}, true},
		{"a request larger than the buffer", []any{"POST /hi HTTP/1.1\r\nHost: h\r\nContent-Length: 9000\r\n\r\n" + strings.Repeat("z", 9000)}, []string{strings.Repeat("z", 9000)}, false},
	}
	for _, tc := range cases {
		t.Run(tc.name, func(t *testing.T) {
			s, st := session(tc.reads...)
			s.Serve(nowait{}, make([]byte, ReadBuffer))
			out := st.wrote.String()
			for _, w := range tc.want {
				if !strings.Contains(out, w) {
					t.Errorf("answered %.80q, want %.80q in it", out, w)
				}
			}
			if !st.closed || st.shut != tc.shut {
				t.Errorf("closed %t, write side shut %t, want true, %t", st.closed, st.shut, tc.shut)
			}
		})
	}
}

func TestRequestDeadlineIsAbsolute(t *testing.T) {
	s, st := session("G", "E", "T", " ")
	buf := make([]byte, ReadBuffer)
	for range 4 {
		if got := s.Step(nowait{}, buf); got != Incomplete {
			t.Fatalf("Step = %v, want Incomplete", got)
		}
		time.Sleep(time.Millisecond)
	}
	if !st.untils[0].IsZero() {
		t.Error("a silent connection has a deadline")
	}
	if st.untils[1].IsZero() || !st.untils[3].Equal(st.untils[1]) {
		t.Errorf("the deadline moved from %v to %v with each byte", st.untils[1], st.untils[3])
	}
	if got := s.Expire(); got != Lingering || !strings.Contains(st.wrote.String(), "408 ") {
		t.Errorf("after Expire: %v, %q; want Lingering and a 408", got, st.wrote.String())
	}
	if got := s.Expire(); got != Closed {
		t.Errorf("after the lingering time: %v, want Closed", got)
	}
}

// A client that pipelines may always have a request begun: each has a deadline of
// its own, or a busy connection would be cut off.
func TestRequestDeadlineIsEachRequestsOwn(t *testing.T) {
	s, st := session(get("/hi")+"GET /h", "i HTTP/1.1\r\nHost: a\r\n\r\nGET /no", "where HTTP/1.1\r\nHost: a\r\n\r\nGE", "T")
	buf := make([]byte, ReadBuffer)
	for range 4 {
		if got := s.Step(nowait{}, buf); got != Incomplete {
			t.Fatalf("Step = %v, want Incomplete", got)
		}
		time.Sleep(time.Millisecond)
	}
	if u := st.untils; !u[2].After(u[1]) || !u[3].After(u[2]) {
		t.Errorf("three requests, each begun with the one before, have the deadlines %v", u[1:])
	}
}

func TestRefuseAnswers503AndKeeps(t *testing.T) {
	s, st := session(get("/hi"))
	if got := s.Refuse(make([]byte, ReadBuffer)); got != Idle || !strings.Contains(st.wrote.String(), " 503 ") {
		t.Errorf("Refuse = %v, answered %q; want Idle and a 503", got, st.wrote.String())
	}
}

func TestLingeringIsBounded(t *testing.T) {
	s, st := session()
	st.reads = append(st.reads, "nonsense\r\n\r\n")
	for range 3 * LingerBytes / ReadBuffer {
		st.reads = append(st.reads, strings.Repeat("x", ReadBuffer))
	}
	s.Serve(nowait{}, make([]byte, ReadBuffer))
	if len(st.reads) == 0 {
		t.Error("a client that never stops sending is read for ever")
	}
}

func TestSlowReaderIsGivenUp(t *testing.T) {
	s, st := session(get("/hi"))
	st.writeErr = os.ErrDeadlineExceeded
	if got := s.Step(nowait{}, make([]byte, ReadBuffer)); got != Closed || !st.closed {
		t.Errorf("Step = %v, want Closed", got)
	}
}

// While the server drains, requests that have come are answered, read or not; the
// last answer says so; what comes later is not waited for.
func TestDrainOwesWhatIsUnread(t *testing.T) {
	s, st := session(get("/hi?1"), get("/hi?2"), get("/nowhere"), get("/hi?4")+get("/hi?5"))
	s.Conn.Service.Routes = append(s.Conn.Service.Routes, style.Route{
		Method: "GET", Path: "/drain", Direct: func(_ style.Waiter, _ *style.Exchange) error {
			s.Conn.Service.Drain()
			return nil
		},
	})
	st.reads = append([]any{get("/drain")}, st.reads...)
	buf := make([]byte, ReadBuffer)
	if got := s.Step(nowait{}, buf); got != Idle {
		t.Fatalf("with requests unread the connection is %v, want Idle", got)
	}
	for range 3 {
		st.reads = append(st.reads, get("/hi?late"))
		s.Step(nowait{}, buf)
	}
	if got := s.Step(nowait{}, buf); got != Lingering && got != Closed {
		t.Errorf("after the last that is owed: %v, want the end", got)
	}
	out := st.wrote.String()
	if n := strings.Count(out, "HTTP/1.1 "); n != 6 || strings.Contains(out, "late") {
		t.Errorf("%d answers, want those of 6 requests: %q", n, out)
	}
	if n := strings.Count(out, "Connection: close"); n != 1 || !strings.HasSuffix(out, "hi 5") {
		t.Errorf("%d answers say that they are the last, want the sixth: %q", n, out)
	}
}

// The same goes for answers that need no handler, in a connection that was accepted late.
func TestDrainOwesWhatNeedsNoHandler(t *testing.T) {
	s, st := session(get("/nowhere"), get("/nowhere"), get("/hi?3"))
	s.Conn.Service.Drain()
	s.Serve(nowait{}, make([]byte, ReadBuffer))
	out := st.wrote.String()
	if n := strings.Count(out, "HTTP/1.1 "); n != 3 || !strings.HasSuffix(out, "hi 3") {
		t.Errorf("%d answers, want 3: %q", n, out)
	}
}
