package http1

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strconv"
	"strings"

	"github.com/valyala/fasthttp"
)

// reading is what a parser makes of the first message of a stream that ends.
type reading struct {
	refused bool   // or else accepted, or short
	short   bool   // the stream ended before the message did
	err     error  // why refused or short
	line    string // method and target, or status
	body    string
	fields  map[string][]string // by lower-case name, without those that frame
	rest    int                 // bytes behind the message
}

func (r reading) String() string {
	switch {
	case r.refused:
		return fmt.Sprintf("refused: %v", r.err)
	case r.short:
		return fmt.Sprintf("short: %v", r.err)
	}
	return fmt.Sprintf("%q body %q fields %q rest %d", r.line, r.body, r.fields, r.rest)
}

// framing fields are dropped or rewritten by the oracles.
var framing = map[string]bool{
	"host": true, "content-length": true, "transfer-encoding": true, "connection": true, "trailer": true, "expect": true,
}

func (r *reading) add(name, value string) {
	name = strings.ToLower(name)
	if framing[name] {
		return
	}
	if r.fields == nil {
		r.fields = map[string][]string{}
	}
	r.fields[name] = append(r.fields[name], value)
}

// Nothing but the body's limit can be met by what the fuzzers feed.
var oracleLimits = Limits{Line: 1 << 20, Field: 1 << 20, Fields: 1 << 20, Head: 1 << 20, Body: 1 << 20}

func oursRequest(data []byte) reading {
	var r RequestReader
	var m Request
	r.Init(oracleLimits)
	n, st, err := r.Feed(data, &m)
	if err != nil {
		return reading{refused: true, err: err}
	}
	if st != Done {
		return reading{short: true}
	}
	out := reading{line: string(m.Method) + " " + string(m.Target), body: string(m.Body), rest: len(data) - n}
	for _, f := range m.Fields {
		out.add(string(f.Name), string(f.Value))
	}
	return out
}

func oursResponse(data []byte, method string) reading {
	var r ResponseReader
	var m Response
	r.Init(oracleLimits)
	r.Reset(method)
	n, st, err := r.Feed(data, &m)
	if st != Done && err == nil {
		if st, err = r.EOF(&m); st != Done {
			return reading{short: true, err: err}
		}
	}
	if err != nil {
		return reading{refused: true, err: err}
	}
	out := reading{line: strconv.Itoa(m.Status), body: string(m.Body), rest: len(data) - n}
	for _, f := range m.Fields {
		out.add(string(f.Name), string(f.Value))
	}
	return out
}

func failed(err error) reading {
	short := errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF)
	return reading{refused: !short, short: short, err: err}
}

func netRequest(data []byte) reading {
	src := bytes.NewReader(data)
	br := bufio.NewReader(src)
	req, err := http.ReadRequest(br)
	if err != nil {
		return failed(err)
	}
	body, err := io.ReadAll(req.Body)
	if err != nil {
		return failed(err)
	}
	out := reading{line: req.Method + " " + req.RequestURI, body: string(body), rest: br.Buffered() + src.Len()}
	for name, values := range req.Header {
		for _, v := range values {
			out.add(name, v)
		}
	}
	return out
}

func netResponse(data []byte, method string) reading {
	src := bytes.NewReader(data)
	br := bufio.NewReader(src)
	for {
		resp, err := http.ReadResponse(br, &http.Request{Method: method})
		if err != nil {
			return failed(err)
		}
		body, err := io.ReadAll(resp.Body)
		if err != nil {
			return failed(err)
		}
		if resp.StatusCode < 200 && resp.StatusCode != 101 {
			continue
		}
		out := reading{line: strconv.Itoa(resp.StatusCode), body: string(body), rest: br.Buffered() + src.Len()}
		for name, values := range resp.Header {
			for _, v := range values {
				out.add(name, v)
			}
		}
		return out
	}
}

func fastRequest(data []byte) reading {
	src := bytes.NewReader(data)
	br := bufio.NewReader(src)
	var req fasthttp.Request
	req.Header.DisableNormalizing()
	if err := req.ReadLimitBody(br, 1<<20); err != nil {
		return failed(err)
	}
	if req.MayContinue() {
		if err := req.ContinueReadBody(br, 1<<20); err != nil {
			return failed(err)
		}
	}
	out := reading{line: string(req.Header.Method()) + " " + string(req.Header.RequestURI()), body: string(req.Body()), rest: br.Buffered() + src.Len()}
	for k, v := range req.Header.All() {
		out.add(string(k), string(v))
	}
	return out
}

func fastResponse(data []byte, method string) reading {
	src := bytes.NewReader(data)
	br := bufio.NewReader(src)
	var resp fasthttp.Response
	resp.Header.DisableNormalizing()
	resp.Header.SetNoDefaultContentType(true)
	resp.SkipBody = method == "HEAD"
	if err := resp.ReadLimitBody(br, 1<<20); err != nil {
		return failed(err)
	}
	out := reading{line: strconv.Itoa(resp.StatusCode()), body: string(resp.Body()), rest: br.Buffered() + src.Len()}
	for k, v := range resp.Header.All() {
		out.add(string(k), string(v))
	}
	return out
}
