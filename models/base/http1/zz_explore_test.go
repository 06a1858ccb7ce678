package http1

import (
	"fmt"
	"math/rand"
	"os"
	"sort"
	"strconv"
	"testing"
)

func TestExplore(t *testing.T) {
	n, _ := strconv.Atoi(os.Getenv("EXPLORE"))
	if n == 0 {
		t.Skip()
	}
	seed, _ := strconv.ParseInt(os.Getenv("SEED"), 10, 64)
	rnd := rand.New(rand.NewSource(seed))
	var rq, rs []string
	for _, c := range goodRequests {
		rq = append(rq, c.in)
	}
	for _, c := range badRequests {
		rq = append(rq, c.in)
	}
	for _, c := range goodResponses {
		if c.method == "GET" {
			rs = append(rs, c.in)
		}
	}
	for _, c := range badResponses {
		rs = append(rs, c.in)
	}
	dict := []string{"\r\n", "\n", "\r", " ", "\t", ":", ";", ",", "0", "1", "chunked", "Content-Length: 1\r\n", "Transfer-Encoding: chunked\r\n", "Host: b\r\n", "Connection: close\r\n", "\x00", "\x80", "\x7f", "%", "%41", "[", "]", "/", "?", "#", "HTTP/1.0", "HTTP/1.1", "X: y\r\n", "Cookie: a=b\r\n", "Content-Type: c\r\n", "User-Agent: u\r\n", "Trailer: A\r\n", "Expect: 100-continue\r\n", "0\r\n\r\n", "5\r\nhello\r\n", "a", "-", "+", "_", "\"", "(", "HEAD ", "CONNECT ", "OPTIONS ", "http://", "*", "identity", "Set-Cookie: a=b\r\n", "Server: s\r\n", "204", "304", "100", "Content-Encoding: gzip\r\n", "Date: x\r\n"}
	mut := func(s string) string {
		b := []byte(s)
		for k := rnd.Intn(4) + 1; k > 0; k-- {
			i := rnd.Intn(len(b) + 1)
			switch rnd.Intn(4) {
			case 0:
				if i < len(b) {
					b[i] = byte(rnd.Intn(256))
				}
			case 1:
				d := dict[rnd.Intn(len(dict))]
				b = append(b[:i:i], append([]byte(d), b[i:]...)...)
			case 2:
				j := min(len(b), i+rnd.Intn(8))
				b = append(b[:i:i], b[j:]...)
			case 3:
				d := dict[rnd.Intn(len(dict))]
				j := min(len(b), i+len(d))
				b = append(b[:i:i], append([]byte(d), b[j:]...)...)
			}
		}
		return string(b)
	}
	found := map[string]string{}
	note := func(sd side, o oracle, how string, ours, theirs reading, in string) {
		te := fmt.Sprint(theirs.err)
		if len(te) > 60 {
			te = te[:60]
		}
		key := fmt.Sprint(sd, o, how, ours.err, te)
		if old, ok := found[key]; !ok || len(in) < len(old) {
			found[key] = in
		}
	}
	for range n {
		in := mut(rq[rnd.Intn(len(rq))])
		if rnd.Intn(3) > 0 {
			ours := oursRequest([]byte(in))
			for o, read := range map[oracle]func([]byte) reading{nethttp: netRequest, fast: fastRequest} {
				th := read([]byte(in))
				if how := compare(ours, th); how != "" && !explained(request, o, how, ours, []byte(in)) {
					note(request, o, how, ours, th, in)
				}
			}
			continue
		}
		in = mut(rs[rnd.Intn(len(rs))])
		head := rnd.Intn(4) == 0
		m := map[bool]string{true: "HEAD", false: "GET"}[head]
		ours := oursResponse([]byte(in), m)
		for o, read := range map[oracle]func([]byte, string) reading{nethttp: netResponse, fast: fastResponse} {
			th := read([]byte(in), m)
			if how := compare(ours, th); how != "" && !explained(response, o, how, ours, []byte(in)) {
				note(response, o, how+m, ours, th, in)
			}
		}
	}
	var keys []string
	for k := range found {
		keys = append(keys, k)
	}
	sort.Strings(keys)
	for _, k := range keys {
		fmt.Printf("%s\n     %q\n", k, found[k])
	}
}
