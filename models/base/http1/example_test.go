package http1_test

import (
	"fmt"

	"assay/models/base/http1"
)

// A server reads what the network gives it, in whatever pieces, and answers each
// request when it is whole.
func Example() {
	var r http1.RequestReader
	var m http1.Request
	r.Init(http1.Limits{Body: 1 << 10})
	var out []byte
	for _, in := range []string{"GET /a?b=c HT", "TP/1.1\r\nHost: x\r\n\r\nPOST /d HTTP/1.1\r\nHost: x\r\nContent-Length: 2\r\n\r\nh", "i"} {
		for b := []byte(in); len(b) > 0; {
			n, st, err := r.Feed(b, &m)
			if err != nil {
				out = http1.AppendResponse(out, err.(*http1.Error).Status, "text/plain", []byte(err.Error()), false)
				break
			}
			if b = b[n:]; st == http1.Done {
				fmt.Printf("%s %s %q %q\n", m.Method, m.Path, m.Query, m.Body)
				out = http1.AppendResponse(out, 200, "text/plain", m.Body, m.KeepAlive)
			}
		}
	}
	fmt.Printf("%d bytes to send\n", len(out))
	// Output:
	// GET /a "b=c" ""
	// POST /d "" "hi"
	// 130 bytes to send
}

// A client is told where the stream ends, because a response may end with it.
func ExampleResponseReader() {
	var r http1.ResponseReader
	var m http1.Response
	r.Init(http1.Limits{})
	_, st, err := r.Feed([]byte("HTTP/1.0 200 OK\r\n\r\nhello"), &m)
	fmt.Println(st, err)
	st, err = r.EOF(&m)
	fmt.Println(st, err, m.Status, string(m.Body), m.KeepAlive)
	// Output:
	// More <nil>
	// Done <nil> 200 hello false
}
