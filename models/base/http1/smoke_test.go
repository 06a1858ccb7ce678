package http1

import "testing"

func TestSmoke(t *testing.T) {
	in := "\r\nPOST /a?b=c HTTP/1.1\r\nHost: x\r\nContent-Length: 3\r\n\r\nabcGET /q HTTP/1.1\r\nHost: y:80\r\nConnection: close\r\n\r\nPOST / HTTP/1.1\r\nHost: q\r\ntransfer-encoding: chunked\r\n\r\n3;x=y\r\nabc\r\n00\r\nA: b\r\n\r\n"
	for step := 1; step <= len(in); step++ {
		var r RequestReader
		var m Request
		r.Init(Limits{})
		got := ""
		for i := 0; i < len(in); {
			chunk := in[i:min(len(in), i+step)]
			n, st, err := r.Feed([]byte(chunk), &m)
			if err != nil {
				t.Fatal(step, i, err)
			}
			i += n
			if st == Done {
				r.Detach(&m)
				got += string(m.Method) + string(m.Path) + "|" + string(m.Query) + "|" + string(m.Body) + " "
			}
		}
		if got != "POST/a|b=c|abc GET/q|| POST/||abc " {
			t.Fatal(step, got)
		}
	}
	in = "HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\nabcHTTP/1.1 404\r\n\r\nrest"
	for step := 1; step <= len(in); step++ {
		var r ResponseReader
		var m Response
		r.Init(Limits{})
		got := ""
		for i := 0; i < len(in); {
			chunk := in[i:min(len(in), i+step)]
			n, st, err := r.Feed([]byte(chunk), &m)
			if err != nil {
				t.Fatal(step, i, err)
			}
			i += n
			if st == Done {
				r.Detach(&m)
				got += string(m.Body) + " "
			}
		}
		st, err := r.EOF(&m)
		if got += string(m.Body); st != Done || err != nil || got != "abc rest" {
			t.Fatal(step, got, err)
		}
	}
}
