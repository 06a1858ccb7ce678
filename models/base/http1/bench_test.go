package http1

import (
	"bufio"
	"bytes"
	"io"
	"testing"

	"github.com/valyala/fasthttp"
)

// The benchmarks read from memory, the same bytes again and again, so both
// parsers pay for parsing alone. fasthttp's stand beside ours to be compared.

var (
	smallRequest = []byte("GET /echo?bytes=13 HTTP/1.1\r\nHost: 127.0.0.1:8080\r\n\r\n")
	smallPost    = []byte("POST /echo HTTP/1.1\r\nHost: 127.0.0.1:8080\r\nContent-Length: 13\r\n\r\nabcdefghijklm")
	chunkedPost  = []byte("POST /echo HTTP/1.1\r\nHost: 127.0.0.1:8080\r\nTransfer-Encoding: chunked\r\n\r\n" +
		"d\r\nabcdefghijklm\r\n0\r\n\r\n")
	browserRequest = []byte("GET /shop/items/list?category=shoes&page=2&sort=price HTTP/1.1\r\n" +
		"Host: www.example.com\r\n" +
		"User-Agent: Mozilla/5.0 (X11; Linux x86_64; rv:128.0) Gecko/20100101 Firefox/128.0\r\n" +
		"Accept: text/html,application/xhtml+xml,application/xml;q=0.9,image/avif,image/webp,*/*;q=0.8\r\n" +
		"Accept-Language: en-US,en;q=0.5\r\n" +
		"Accept-Encoding: gzip, deflate, br, zstd\r\n" +
		"Referer: https://www.example.com/shop/items/list?category=shoes&page=1\r\n" +
		"Connection: keep-alive\r\n" +
		"Cookie: session=0123456789abcdef0123456789abcdef; theme=dark; consent=yes\r\n" +
		"Upgrade-Insecure-Requests: 1\r\n" +
		"Sec-Fetch-Mode: navigate\r\n\r\n")
	smallResponse = []byte("HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nContent-Length: 13\r\n\r\nabcdefghijklm")
)

func BenchmarkParseRequest(b *testing.B) {
	for _, in := range []struct {
		name string
		data []byte
	}{{"small", smallRequest}, {"post", smallPost}, {"chunked", chunkedPost}, {"browser", browserRequest}} {
		b.Run(in.name+"/http1", func(b *testing.B) { benchRequest(b, in.data) })
		b.Run(in.name+"/fasthttp", func(b *testing.B) {
			var req fasthttp.Request
			benchReader(b, in.data, func(br *bufio.Reader) error { return req.Read(br) })
		})
	}
	b.Run("small/http1-split", func(b *testing.B) { benchSplit(b, smallRequest) })
}

func BenchmarkParseResponse(b *testing.B) {
	b.Run("small/http1", func(b *testing.B) {
		var r ResponseReader
		var m Response
		r.Init(Limits{})
		b.SetBytes(int64(len(smallResponse)))
		b.ReportAllocs()
		for b.Loop() {
			if n, st, err := r.Feed(smallResponse, &m); st != Done || err != nil || n != len(smallResponse) {
				b.Fatal(n, st, err)
			}
		}
	})
	b.Run("small/fasthttp", func(b *testing.B) {
		var resp fasthttp.Response
		benchReader(b, smallResponse, func(br *bufio.Reader) error { return resp.Read(br) })
	})
}

func benchRequest(b *testing.B, data []byte) {
	var r RequestReader
	var m Request
	r.Init(Limits{})
	b.SetBytes(int64(len(data)))
	b.ReportAllocs()
	for b.Loop() {
		if n, st, err := r.Feed(data, &m); st != Done || err != nil || n != len(data) {
			b.Fatal(n, st, err)
		}
	}
}

func benchSplit(b *testing.B, data []byte) {
	var r RequestReader
	var m Request
	r.Init(Limits{})
	b.SetBytes(int64(len(data)))
	b.ReportAllocs()
	half := len(data) / 2
	for b.Loop() {
		if _, st, err := r.Feed(data[:half], &m); st != More || err != nil {
			b.Fatal(st, err)
		}
		if _, st, err := r.Feed(data[half:], &m); st != Done || err != nil {
			b.Fatal(st, err)
		}
	}
}

// benchReader gives a parser that wants a bufio.Reader one that starts over
// when it is drained.
func benchReader(b *testing.B, data []byte, read func(*bufio.Reader) error) {
	many := bytes.Repeat(data, 1+(32<<10)/len(data))
	src := bytes.NewReader(many)
	br := bufio.NewReaderSize(src, 64<<10)
	b.SetBytes(int64(len(data)))
	b.ReportAllocs()
	for b.Loop() {
		if br.Buffered() == 0 && src.Len() == 0 {
			_, _ = src.Seek(0, io.SeekStart)
			br.Reset(src)
		}
		if err := read(br); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkEncode(b *testing.B) {
	body := []byte("abcdefghijklm")
	target := []byte("/echo?bytes=13")
	buf := make([]byte, 0, 4096)
	b.Run("response/http1", func(b *testing.B) {
		b.ReportAllocs()
		for b.Loop() {
			buf = AppendResponse(buf[:0], 200, "text/plain", body, true)
		}
	})
	b.Run("request/http1", func(b *testing.B) {
		b.ReportAllocs()
		for b.Loop() {
			buf = AppendRequest(buf[:0], "GET", target, "127.0.0.1:8080", nil)
		}
	})
	w := bufio.NewWriterSize(io.Discard, 4096)
	b.Run("response/fasthttp", func(b *testing.B) {
		var resp fasthttp.Response
		resp.Header.SetNoDefaultContentType(true)
		b.ReportAllocs()
		for b.Loop() {
			resp.Reset()
			resp.SetStatusCode(200)
			resp.Header.SetContentType("text/plain")
			resp.SetBodyRaw(body)
			if err := resp.Write(w); err != nil {
				b.Fatal(err)
			}
		}
	})
	b.Run("request/fasthttp", func(b *testing.B) {
		var req fasthttp.Request
		b.ReportAllocs()
		for b.Loop() {
			req.Reset()
			req.Header.SetMethod("GET")
			req.SetRequestURIBytes(target)
			req.Header.SetHost("127.0.0.1:8080")
			if err := req.Write(w); err != nil {
				b.Fatal(err)
			}
		}
	})
}
