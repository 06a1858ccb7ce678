package http1

import (
	"fmt"
	"strings"
	"testing"
)

// Each limit at its edge: what just fits and what is one more.
func TestRequestLimits(t *testing.T) {
	line := "GET /1234 HTTP/1.1\r\n" // 20 bytes
	host := "Host: a\r\n"            // 9 bytes
	chunks := post + "Transfer-Encoding: chunked\r\n\r\n"
	cases := []struct {
		name string
		lim  Limits
		in   string
		err  *Error
	}{
		{"line fits", Limits{Line: 20}, line + host + "\r\n", nil},
		{"line too long", Limits{Line: 19}, line + host + "\r\n", errLineLimit},
		{"line too long, its end never comes", Limits{Line: 20}, "GET /" + strings.Repeat("a", 15), errLineLimit},
		{"line that can still end in time", Limits{Line: 20}, "GET /" + strings.Repeat("a", 14), nil},
		{"wrong line too long: the limit goes first", Limits{Line: 19}, "GET /123\x00 HTTP/1.1\r\n", errLineLimit},
		{"wrong line that just fits", Limits{Line: 20}, "GET /123\x00 HTTP/1.1\r\n", errRequestLine},
		{"field fits", Limits{Field: 9}, line + host + "\r\n", nil},
		{"field too long", Limits{Field: 8}, line + host + "\r\n", errFieldLimit},
		{"field too long, its end never comes", Limits{Field: 9}, line + "Host: aaa", errFieldLimit},
		{"wrong field too long", Limits{Field: 8}, line + "Host : a\r\n", errFieldLimit},
		{"fields fit", Limits{Fields: 2}, line + host + "X: y\r\n\r\n", nil},
		{"too many fields", Limits{Fields: 2}, line + host + "X: y\r\nX: y\r\n\r\n", errFieldsLimit},
		{"too many fields, seen before the head ends", Limits{Fields: 1}, line + host + "X: y\r\n", errFieldsLimit},
		{"head fits", Limits{Head: 31}, line + host + "\r\n", nil},
		{"head too large by its last line", Limits{Head: 30}, line + host + "\r\n", errHeadLimit},
		{"head too large by a field", Limits{Head: 28}, line + host + "\r\n", errHeadLimit},
		{"head too large, no end in sight", Limits{Head: 30}, line + "Host: aaaa", errHeadLimit},
		{"request line beyond the head", Limits{Head: 19}, line + host + "\r\n", errHeadLimit},
		{"body fits", Limits{Body: 3}, post + "Content-Length: 3\r\n\r\nabc", nil},
		{"body too large, seen before it comes", Limits{Body: 3}, post + "Content-Length: 4\r\n\r\n", errBodyLimit},
		{"chunks fit", Limits{Body: 3}, chunks + "2\r\nab\r\n1\r\nc\r\n0\r\n\r\n", nil},
		{"chunks too large in all", Limits{Body: 3}, chunks + "2\r\nab\r\n2", errBodyLimit},
		{"chunk too large", Limits{Body: 15}, chunks + "10", errBodyLimit},
		{"extensions and trailers fit", Limits{Head: 70}, chunks + "1;23456789012345678\r\na\r\n0\r\n" + strings.Repeat("A:aaaaaaa\r\n", 4) + "A:aaaa\r\n\r\n", nil}, // 18 and 52 bytes
		{"extensions and trailers one too long", Limits{Head: 69}, chunks + "1;23456789012345678\r\na\r\n0\r\n" + strings.Repeat("A:aaaaaaa\r\n", 4) + "A:aaaa\r\n\r\n", errChunkLimit},
		{"extension too long", Limits{Head: 70}, chunks + "1;" + strings.Repeat("a", 70), errChunkLimit},
		{"leading zeros without end", Limits{Head: 70}, chunks + strings.Repeat("0", 72), errChunkLimit},
		{"trailers without end", Limits{Head: 70}, chunks + "0\r\n" + strings.Repeat("A:\r\n", 18), errChunkLimit},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			s := requests(c.lim)
			got := run(t, s, false, []string{c.in})
			if c.err != nil {
				if want := fmt.Sprintf("%d %s", c.err.Status, c.err.Reason); got != want {
					t.Fatalf("got %s, want %s", got, want)
				}
			} else if !strings.HasSuffix(got, "idle") && !strings.HasSuffix(got, "partial") {
				t.Fatalf("refused: %s", got)
			}
			everyCut(t, func() stream { return requests(c.lim) }, c.in, got)
		})
	}
}

func TestResponseLimits(t *testing.T) {
	cases := []struct {
		name string
		lim  Limits
		in   string
		want string
	}{
		{"status line too long", Limits{Line: 16}, ok + "Content-Length: 0\r\n\r\n", "502 " + errLineLimit.Reason},
		{"body until close fits", Limits{Body: 3}, ok + "\r\nabc", "200 1.1 close body=\"abc\"\nidle"},
		{"body until close too large", Limits{Body: 3}, ok + "\r\nabcd", "502 " + errBodyLimit.Reason},
		{"body too large", Limits{Body: 3}, ok + "Content-Length: 4\r\n\r\n", "502 " + errBodyLimit.Reason},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			everyCut(t, func() stream { return responses("GET", c.lim) }, c.in, c.want)
		})
	}
}

// A limit of zero is the default, which is what the servers' contract says.
func TestDefaultLimits(t *testing.T) {
	if got, want := (Limits{}).pack(), DefaultLimits.pack(); got != want {
		t.Errorf("zero packs to %+v, want %+v", got, want)
	}
	field := "X: " + strings.Repeat("a", 8<<10-5) + "\r\n"
	if got := run(t, requests(Limits{}), false, []string{"GET / HTTP/1.1\r\nHost: a\r\n" + field + "\r\n"}); !strings.HasSuffix(got, "idle") {
		t.Errorf("a field of 8 KiB is refused: %s", got[:60])
	}
	for name, in := range map[string]string{
		"414": "GET /" + strings.Repeat("a", 8<<10) + " HTTP/1.1\r\nHost: a\r\n\r\n",
		"431": "GET / HTTP/1.1\r\nHost: a\r\n" + strings.Repeat("X:\r\n", 64) + "\r\n",
		"413": post + "Content-Length: 1048577\r\n\r\n",
	} {
		if got := run(t, requests(Limits{}), false, []string{in}); !strings.HasPrefix(got, name) {
			t.Errorf("got %s, want %s", got, name)
		}
	}
}
