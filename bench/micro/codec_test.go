package micro

import (
	"bufio"
	"bytes"
	"io"
	"net/http"
	"testing"

	"assay/models/base/http1"
)

const request = "GET /fanout?n=12345&d=20000,20000,20000 HTTP/1.1\r\nHost: 127.0.0.1:8080\r\n\r\n"

// BenchmarkDecode reads one request.
func BenchmarkDecode(b *testing.B) {
	b.Run("codec=ours", func(b *testing.B) {
		b.ReportAllocs()
		var r http1.RequestReader
		var m http1.Request
		r.Init(http1.Limits{})
		in := []byte(request)
		for b.Loop() {
			if _, state, err := r.Feed(in, &m); state != http1.Done || err != nil {
				b.Fatal(state, err)
			}
		}
	})
	b.Run("codec=nethttp", func(b *testing.B) {
		b.ReportAllocs()
		in := bytes.NewReader(nil)
		r := bufio.NewReader(in)
		for b.Loop() {
			in.Reset([]byte(request))
			r.Reset(in)
			if _, err := http.ReadRequest(r); err != nil {
				b.Fatal(err)
			}
		}
	})
}

// BenchmarkEncode writes one answer.
func BenchmarkEncode(b *testing.B) {
	body := []byte("466768")
	b.Run("codec=ours", func(b *testing.B) {
		b.ReportAllocs()
		var out []byte
		for b.Loop() {
			out = http1.AppendResponse(out[:0], 200, "text/plain", body, true)
		}
	})
	b.Run("codec=nethttp", func(b *testing.B) {
		b.ReportAllocs()
		a := http.Response{
			StatusCode: 200, ProtoMajor: 1, ProtoMinor: 1, ContentLength: int64(len(body)),
			Header: http.Header{"Content-Type": {"text/plain"}},
		}
		for b.Loop() {
			a.Body = io.NopCloser(bytes.NewReader(body))
			if err := a.Write(io.Discard); err != nil {
				b.Fatal(err)
			}
		}
	})
}
