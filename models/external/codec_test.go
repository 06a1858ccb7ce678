package external

import (
	"bufio"
	"bytes"
	"fmt"
	"io"
	"math/rand/v2"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"assay/models/base/http1"
)

// compile builds C sources with the sanitizers, which end the program at its first
// mistake with memory. Without a C compiler there is no thread-c to test.
func compile(t *testing.T, sanitize string, sources ...string) string {
	t.Helper()
	cc, err := exec.LookPath("cc")
	if err != nil {
		t.Skip("no C compiler: thread-c is not built here, and not tested")
	}
	out := filepath.Join(t.TempDir(), "program")
	args := []string{"-std=c11", "-D_GNU_SOURCE", "-O1", "-g", "-Wall", "-Wextra", "-Werror", "-pthread", "-o", out}
	if sanitize != "" {
		args = append(args, "-fsanitize="+sanitize, "-fno-sanitize-recover=all")
	}
	if msg, err := exec.Command(cc, append(args, sources...)...).CombinedOutput(); err != nil {
		t.Fatalf("cc: %v\n%s", err, msg)
	}
	return out
}

// sanitizers that can be linked here; a compiler may come without their library.
func sanitizers(t *testing.T, want string) string {
	t.Helper()
	probe := exec.Command("cc", "-fsanitize="+want, "-x", "c", "-", "-o", "/dev/null")
	probe.Stdin = strings.NewReader("int main(void){return 0;}")
	if probe.Run() != nil {
		t.Logf("this compiler has no -fsanitize=%s: tested without", want)
		return ""
	}
	return want
}

// codec is the codec in C on a pipe.
type codec struct {
	in  io.Writer
	out *bufio.Reader
}

func startCodec(t *testing.T) *codec {
	t.Helper()
	parts := []string{"c/probe/codec.c"}
	for _, name := range []string{"buf", "chunk", "head", "reader", "start", "table"} {
		parts = append(parts, "c/"+name+".c")
	}
	cmd := exec.Command(compile(t, sanitizers(t, "address,undefined"), parts...))
	in, err := cmd.StdinPipe()
	if err != nil {
		t.Fatal(err)
	}
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	var stderr bytes.Buffer
	cmd.Stderr = &stderr
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		in.Close()
		if err := cmd.Wait(); err != nil {
			t.Errorf("the codec in C ended with %v\n%s", err, stderr.String())
		}
	})
	return &codec{in, bufio.NewReader(out)}
}

// say feeds bytes to the codec in C and returns what it said.
func (c *codec) say(t *testing.T, kind string, piece int, msg string) string {
	t.Helper()
	go fmt.Fprintf(c.in, "%s %d %d\n%s", kind, piece, len(msg), msg)
	var said strings.Builder
	for {
		line, err := c.out.ReadString('\n')
		if err != nil {
			t.Fatalf("%s %q in pieces of %d: the codec in C ended: %v", kind, msg, piece, err)
		}
		if line == ".\n" {
			return said.String()
		}
		said.WriteString(line)
	}
}

var limits = http1.Limits{Body: 4096}

// sayRequest is what the codec in Go says of the same.
func sayRequest(piece int, msg string) string {
	var said strings.Builder
	var r http1.RequestReader
	var m http1.Request
	r.Init(limits)
	for at := 0; at < len(msg); at += piece {
		part := []byte(msg[at:min(at+piece, len(msg))])
		for len(part) > 0 {
			n, state, err := r.Feed(part, &m)
			part = part[n:]
			switch {
			case err != nil:
				fmt.Fprintf(&said, "bad %d\n", err.(*http1.Error).Status)
				return said.String()
			case state == http1.Continue && len(part) == 0:
				said.WriteString("continue\n")
			case state == http1.Done:
				fmt.Fprintf(&said, "done %d %d %x|%x|%x|%x|\n", m.Minor, number(m.KeepAlive), m.Method, m.Path, m.Query, m.Body)
			}
		}
	}
	fmt.Fprintf(&said, "partial %d\n", number(r.Partial()))
	return said.String()
}

func sayResponse(piece int, msg string) string {
	var said strings.Builder
	var r http1.ResponseReader
	var m http1.Response
	r.Init(limits)
	done := func() {
		fmt.Fprintf(&said, "done %d %d %d %x|\n", m.Minor, number(m.KeepAlive), m.Status, m.Body)
	}
	for at := 0; at < len(msg); at += piece {
		part := []byte(msg[at:min(at+piece, len(msg))])
		for len(part) > 0 {
			n, state, err := r.Feed(part, &m)
			part = part[n:]
			if err != nil {
				fmt.Fprintf(&said, "bad %d\n", err.(*http1.Error).Status)
				return said.String()
			}
			if state == http1.Done {
				done()
			}
		}
	}
	if state, err := r.EOF(&m); err == nil && state == http1.Done {
		done()
		return said.String()
	}
	fmt.Fprintf(&said, "partial %d\n", number(r.Partial()))
	return said.String()
}

func number(b bool) int {
	if b {
		return 1
	}
	return 0
}

const host = "Host: h\r\n"

var requests = []string{
	"GET / HTTP/1.1\r\n" + host + "\r\n",
	"\r\nGET /a?b=c&d HTTP/1.1\r\n" + host + "\r\nGET /next HTTP/1.0\r\nConnection: Keep-Alive\r\n\r\nGET /la",
	"\r\n\r\nGET / HTTP/1.1\r\n" + host + "\r\n",
	"POST / HTTP/1.1\r\n" + host + "Content-Length: 5\r\n\r\nhelloGET / HTTP/1.0\r\n\r\n",
	"POST / HTTP/1.1\r\n" + host + "Content-Length: 5\r\nExpect: 100-continue\r\n\r\nhello",
	"POST / HTTP/1.1\r\n" + host + "Transfer-Encoding: chunked\r\nExpect: 100-Continue\r\n\r\n5\r\nhello\r\n0A;x=\"y\"\r\n0123456789\r\n000\r\nTrailer: x\r\n\r\nGET / HTTP/1.0\r\n\r\n",
	"POST / HTTP/1.1\r\n" + host + "Transfer-Encoding: , chunked ,\r\n\r\n5 ;a\r\nhello\r\n0\r\n\r\n",
	"GET http://h:80/p?q HTTP/1.1\r\n" + host + "\r\nOPTIONS * HTTP/1.1\r\n" + host + "\r\nCONNECT h:443 HTTP/1.1\r\nHost: h:443\r\n\r\n",
	"GET / HTTP/1.1\r\nHost:\t[::1]:80 \t\r\nConnection: a, close\r\n\r\nGET",
	"GET /%41%zz HTTP/1.1\r\n" + host + "\r\n",
	"GET /a b HTTP/1.1\r\n" + host + "\r\n",
	"GET / HTTP/2.0\r\n\r\n", "GET / HTTP/1.x\r\n\r\n", "GET /\r\n\r\n", "G@T / HTTP/1.1\r\n\r\n",
	"GET / HTTP/1.1\r\n\r\n", "GET / HTTP/1.1\r\n" + host + host + "\r\n", "GET / HTTP/1.1\r\nHost: a b\r\n\r\n",
	"GET / HTTP/1.1\r\n" + host + "A: b\r\n c\r\n\r\n", "GET / HTTP/1.1\r\n" + host + "A : b\r\n\r\n",
	"GET / HTTP/1.1\n" + host + "\r\n", "GET / HTTP/1.1\r\n" + host + "A: b\rc\r\n\r\n", "GET / HTTP/1.1\r\n" + host + "A: b\x00\r\n\r\n",
	"POST / HTTP/1.1\r\n" + host + "Content-Length: 5\r\nContent-Length: 5\r\n\r\nhello",
	"POST / HTTP/1.1\r\n" + host + "Content-Length: 5, 5\r\n\r\nhello", "POST / HTTP/1.1\r\n" + host + "Content-Length: -5\r\n\r\n",
	"POST / HTTP/1.1\r\n" + host + "Content-Length: 99999999999999999999\r\n\r\n", "POST / HTTP/1.1\r\n" + host + "Content-Length: 4097\r\n\r\n",
	"POST / HTTP/1.1\r\n" + host + "Content-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n",
	"POST / HTTP/1.0\r\nTransfer-Encoding: chunked\r\n\r\n", "POST / HTTP/1.1\r\n" + host + "Transfer-Encoding: gzip, chunked\r\n\r\n",
	"POST / HTTP/1.1\r\n" + host + "Transfer-Encoding: chunked, chunked\r\n\r\n",
	"POST / HTTP/1.1\r\n" + host + "Transfer-Encoding: chunked\r\n\r\n1001\r\n", "POST / HTTP/1.1\r\n" + host + "Transfer-Encoding: chunked\r\n\r\n5\r\nhelloX\r\n",
	"POST / HTTP/1.1\r\n" + host + "Transfer-Encoding: chunked\r\n\r\nx\r\n", "\x16\x03\x01", "GET / HTTP/1.1\r\n: x\r\n\r\n",
	"GET /" + strings.Repeat("a", 8<<10) + " HTTP/1.1\r\n" + host + "\r\n",
	"GET / HTTP/1.1\r\n" + host + "A: " + strings.Repeat("a", 8<<10) + "\r\n\r\n",
	"GET / HTTP/1.1\r\n" + host + strings.Repeat("A: b\r\n", 63) + "\r\n", "GET / HTTP/1.1\r\n" + host + strings.Repeat("A: b\r\n", 64) + "\r\n",
	"GET / HTTP/1.1\r\n" + host + strings.Repeat("A: "+strings.Repeat("b", 1000)+"\r\n", 17) + "\r\n",
	"POST / HTTP/1.1\r\n" + host + "Transfer-Encoding: chunked\r\n\r\n" + strings.Repeat("1;"+strings.Repeat("e", 300)+"\r\nx\r\n", 60) + "0\r\n\r\n",
}

var responses = []string{
	"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n42HTTP/1.1 500\r\nContent-Length: 0\r\n\r\n",
	"HTTP/1.1 200 OK\r\n\r\nuntil the end", "HTTP/1.0 200 OK\r\nConnection: keep-alive\r\nContent-Length: 1\r\n\r\nx",
	"HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 Hints\r\nA: b\r\n\r\nHTTP/1.1 204 No Content\r\nContent-Length: 9\r\n\r\nHTTP/1.1 304 x\r\n\r\n",
	"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\n42\r\n0\r\n\r\n", "HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\n12",
	"garbage\r\n\r\n", "HTTP/1.1 20 OK\r\n\r\n", "HTTP/1.1 099 OK\r\n\r\n", "HTTP/2.0 200 OK\r\n\r\n", "HTTP/1.1 101 Switch\r\n\r\n",
	strings.Repeat("HTTP/1.1 100 Continue\r\n\r\n", 33), "HTTP/1.1 200 OK\r\n\r\n" + strings.Repeat("x", 5000),
	"HTTP/1.1 200 OK\r\nContent-Length: 1\r\nContent-Length: 1\r\n\r\nx",
}

// TestCodecsAgree feeds both codecs the same bytes, at once, in pieces, and with
// random changes, and wants the same messages and the same refusals.
func TestCodecsAgree(t *testing.T) {
	c := startCodec(t)
	random := rand.New(rand.NewPCG(1, 2))
	for _, side := range []struct {
		kind   string
		corpus []string
		say    func(piece int, msg string) string
	}{{"request", requests, sayRequest}, {"response", responses, sayResponse}} {
		agree := func(piece int, msg string) {
			if got, want := c.say(t, side.kind, piece, msg), side.say(piece, msg); got != want {
				t.Errorf("%s %.300q in pieces of %d:\nC says  %sGo says %s", side.kind, msg, piece, got, want)
			}
		}
		for _, msg := range side.corpus {
			for _, piece := range []int{1, 2, 3, 7, 1024, 1 << 20} {
				agree(piece, msg)
			}
		}
		for range 20_000 {
			agree([]int{1, 5, 1 << 20}[random.IntN(3)], mutate(random, side.corpus))
		}
	}
}

// mutate changes a message of the corpus in a few places.
func mutate(random *rand.Rand, corpus []string) string {
	const odd = "\r\n\r\n \t:;,0123456789abcfghGET/?%HTTP/1.1\x00\x7f\x80"
	msg := []byte(corpus[random.IntN(len(corpus))])
	if len(msg) > 600 { // what is long is so for a limit: a few changes would not meet anything
		msg = msg[:600]
	}
	for range 1 + random.IntN(4) {
		at := random.IntN(len(msg))
		switch random.IntN(4) {
		case 0:
			msg[at] = odd[random.IntN(len(odd))]
		case 1:
			msg = append(msg[:at], msg[at+1:]...)
		case 2:
			msg = append(msg[:at:at], append([]byte{odd[random.IntN(len(odd))]}, msg[at:]...)...)
		default:
			other := corpus[random.IntN(len(corpus))]
			msg = append(msg[:at:at], other[random.IntN(len(other)):]...)
		}
		if len(msg) == 0 {
			return "\r\n"
		}
	}
	return string(msg)
}
