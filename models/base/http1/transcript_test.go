package http1

import (
	"bytes"
	"fmt"
	"io"
	"strings"
	"testing"
)

// A transcript is what a stream came to, as text: a line a message, then how the
// stream ended. Two ways to feed the same bytes must give the same transcript.

// pieces cuts data at the given places (rising, within data).
func pieces(data string, cuts ...int) []string {
	var out []string
	from := 0
	for _, at := range cuts {
		out = append(out, data[from:at])
		from = at
	}
	return append(out, data[from:])
}

// singles cuts data into single bytes.
func singles(data string) []string { return strings.Split(data, "") }

// stream is a reader of either kind, with a message of its own.
type stream struct {
	feed    func(b []byte) (int, State, error)
	detach  func()
	message func() string
	partial func() bool
	eof     func() (State, error) // nil on the server's side
}

func requests(lim Limits) stream {
	r, m := new(RequestReader), new(Request)
	r.Init(lim)
	return stream{
		feed:    func(b []byte) (int, State, error) { return r.Feed(b, m) },
		detach:  func() { r.Detach(m) },
		message: func() string { return showRequest(m) },
		partial: r.Partial,
	}
}

func responses(method string, lim Limits) stream {
	r, m := new(ResponseReader), new(Response)
	r.Init(lim)
	r.Reset(method)
	return stream{
		feed:    func(b []byte) (int, State, error) { return r.Feed(b, m) },
		detach:  func() { r.Detach(m) },
		message: func() string { return showResponse(m) },
		partial: r.Partial,
		eof:     func() (State, error) { return r.EOF(m) },
	}
}

func showRequest(m *Request) string {
	s := fmt.Sprintf("%s %s", m.Method, m.Target)
	if !bytes.Equal(m.Path, m.Target) {
		s += fmt.Sprintf(" path=%s", m.Path)
	}
	if m.Query != nil {
		s += fmt.Sprintf(" query=%s", m.Query)
	}
	return s + fmt.Sprintf(" 1.%d", m.Minor) + showRest(m.KeepAlive, m.Fields, m.Body)
}

func showResponse(m *Response) string {
	return fmt.Sprintf("%d 1.%d", m.Status, m.Minor) + showRest(m.KeepAlive, m.Fields, m.Body)
}

func showRest(keep bool, fields []Field, body []byte) string {
	s := " close"
	if keep {
		s = " keep"
	}
	for _, f := range fields {
		s += fmt.Sprintf(" %s:%q", f.Name, f.Value)
	}
	if len(body) > 0 {
		s += fmt.Sprintf(" body=%q", body)
	}
	return s + "\n"
}

// run feeds the pieces, each from memory that is overwritten as soon as the
// reader must not need it any more, and returns the transcript.
func run(t *testing.T, s stream, detach bool, in []string) string {
	t.Helper()
	var out strings.Builder
	var buf []byte
	for _, piece := range in {
		buf = append(buf[:0], piece...)
		for at := 0; ; {
			n, st, err := s.feed(buf[at:])
			if err != nil {
				if _, _, again := s.feed([]byte("GET / HTTP/1.1\r\nHost: a\r\n\r\n")); again != err {
					t.Fatalf("an error does not last: %v, then %v", err, again)
				}
				if s.eof != nil {
					if _, again := s.eof(); again != err {
						t.Fatalf("an error does not last to the end: %v, then %v", err, again)
					}
				}
				bad := err.(*Error)
				return out.String() + fmt.Sprintf("%d %s", bad.Status, bad.Reason)
			}
			if st != Done {
				if at+n != len(buf) {
					t.Fatalf("%v after %d of %d bytes of %q", st, at+n, len(buf), buf)
				}
				scribble(buf)
				break
			}
			if detach {
				s.detach()
				scribble(buf[at : at+n])
			}
			out.WriteString(s.message())
			at += n
		}
	}
	return out.String() + ending(s)
}

func ending(s stream) string {
	partial := s.partial()
	if s.eof == nil {
		return map[bool]string{true: "partial", false: "idle"}[partial]
	}
	switch st, err := s.eof(); {
	case err == nil && st == Done:
		return s.message() + "idle"
	case err == io.EOF && !partial:
		return "idle"
	case err == io.ErrUnexpectedEOF && partial:
		return "partial"
	default:
		return fmt.Sprint("?", st, err, partial)
	}
}

func scribble(b []byte) {
	for i := range b {
		b[i] = '#'
	}
}

// everyCut demands the transcript want of data, however it is cut.
func everyCut(t *testing.T, open func() stream, data, want string) {
	t.Helper()
	try := func(detach bool, in []string) {
		if got := run(t, open(), detach, in); got != want {
			t.Fatalf("fed as %q (detach %v)\n got %s\nwant %s", in, detach, got, want)
		}
	}
	for _, detach := range []bool{false, true} {
		try(detach, []string{data})
		try(detach, singles(data))
		for i := range len(data) {
			try(detach, pieces(data, i))
		}
	}
	const short = 160 // pairs of cuts grow with the square
	if len(data) > short {
		return
	}
	for i := range len(data) {
		for j := i; j < len(data); j++ {
			try(j%2 == 0, pieces(data, i, j))
		}
	}
}
