package conformance

import "fmt"

var expectCases = []Case{
	{"expect/continue", "a client that waits for 100 Continue gets it, then its answer", Needs{}, expectContinue},
	{"expect/body-at-once", "a client that does not wait gets its answer all the same", Needs{}, expectAtOnce},
	{"expect/too-large", "a body beyond the limit is refused instead of asked for", Needs{Options: "max-body=1000,request-timeout=500ms"}, expectTooLarge},
	{"expect/http10", "an HTTP/1.0 client is sent no 100 (RFC 9110 10.1.1)", Needs{}, expectHTTP10},
}

func expectHead(length int) string {
	return fmt.Sprintf("POST /echo HTTP/1.1\r\nHost: check\r\nExpect: 100-continue\r\nContent-Length: %d\r\n\r\n", length)
}

func expectContinue(t *T) {
	c := t.Dial()
	for range 2 {
		c.Send(expectHead(5))
		c.WantStatus(100)
		c.Send("hello")
		c.Want(200, "hello")
	}
	c.Alive()
}

func expectChunked(t *T) {
	c := t.Dial()
	c.Send("POST /echo HTTP/1.1\r\nHost: check\r\nexpect: 100-CONTINUE\r\nTransfer-Encoding: chunked\r\n\r\n")
	c.WantStatus(100)
	c.Send("5\r\nhello\r\n0\r\n\r\n")
	c.Want(200, "hello")
	c.Alive()
}

func expectAtOnce(t *T) {
	c := t.Dial()
	c.Send(expectHead(5) + "hello")
	a := c.WantStatus(100, 200)
	if a.Status == 100 {
		a = c.Read()
	}
	if a.Status != 200 || a.Body != "hello" {
		t.Fatalf("answer %d %s, want 200 hello", a.Status, brief(a.Body))
	}
	c.Alive()
}

func expectTooLarge(t *T) {
	c := t.Dial()
	c.Send(expectHead(1001))
	c.WantRefused(413)
}

func expectHTTP10(t *T) {
	c := t.Dial()
	c.Send("POST /echo HTTP/1.0\r\nExpect: 100-continue\r\nContent-Length: 5\r\n\r\nhello")
	c.Want(200, "hello")
	c.WantEnd()
}
