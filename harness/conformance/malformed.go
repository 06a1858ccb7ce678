package conformance

import "strings"

// malformedCases are requests that are none: each is sent alone, and must be
// answered with 400 (or what is listed) and the end of the connection.
var malformedCases = []Case{
	malformed("no-words", "a request line of one word", "nonsense\r\n\r\n"),
	malformed("no-version", "HTTP/0.9: a request line without version", "GET /echo\r\n\r\n"),
	malformed("no-target", "a request line without target", "GET  HTTP/1.1\r\nHost: check\r\n\r\n"),
	malformed("four-words", "a request line of four words", "GET /echo /echo HTTP/1.1\r\nHost: check\r\n\r\n"),
	malformed("blank-before-method", "a blank before the method", " GET /echo HTTP/1.1\r\nHost: check\r\n\r\n"),
	malformed("tabs-in-line", "tabs between the words", "GET\t/echo\tHTTP/1.1\r\nHost: check\r\n\r\n"),
	malformed("method-no-token", "a method that is no token", "GE(T /echo HTTP/1.1\r\nHost: check\r\n\r\n"),
	malformed("target-control", "a control character in the target", "GET /echo\x01 HTTP/1.1\r\nHost: check\r\n\r\n"),
	malformed("target-relative", "a target that is no path", "GET echo HTTP/1.1\r\nHost: check\r\n\r\n"),
	malformed("version-2", "HTTP/2.0", "GET /echo HTTP/2.0\r\nHost: check\r\n\r\n", 505),
	malformed("version-lower-case", "http/1.1", "GET /echo http/1.1\r\nHost: check\r\n\r\n", 505),
	malformed("version-long", "HTTP/1.10", "GET /echo HTTP/1.10\r\nHost: check\r\n\r\n", 505),
	malformed("tls", "a TLS client hello", "\x16\x03\x01\x00\xa5\x01\x00\x00\xa1\x03\x03\r\n\r\n"),
	malformed("no-host", "HTTP/1.1 without Host", "GET /echo HTTP/1.1\r\nX: y\r\n\r\n"),
	malformed("two-hosts", "two Hosts", "GET /echo HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n"),
	malformed("bad-host", "a Host that cannot be", "GET /echo HTTP/1.1\r\nHost: a b\r\n\r\n"),
	malformed("name-empty", "a field without a name", withField(": value")),
	malformed("name-blank", "a blank inside a field name", withField("X Y: value")),
	malformed("name-no-token", "a field name that is no token", withField("X(Y): value")),
	malformed("blank-before-colon", "a blank before the colon (RFC 9112 5.1)", withField("X : value")),
	malformed("no-colon", "a field without a colon", withField("X value")),
	malformed("folded", "a folded field (RFC 9112 5.2)", withField("X: one\r\n two")),
	malformed("blank-first-field", "a blank before the first field (RFC 9112 2.2)", "GET /echo HTTP/1.1\r\n Host: check\r\n\r\n"),
	malformed("value-nul", "a NUL in a field value", withField("X: a\x00b")),
	malformed("value-bare-cr", "a CR inside a field value", withField("X: a\rb")),
	malformed("value-control", "a control character in a field value", withField("X: a\x7fb")),
	{"malformed/behind-good", "a good request before a bad one is answered first", Needs{}, behindGood},
	{"malformed/byte-at-a-time", "bad input is refused however it is cut", Needs{}, malformedDribble},
	{"malformed/server-lives", "a hundred bad clients leave no trace", Needs{Conns: 2}, badClients},
}

// withField is a request with one more field line.
func withField(line string) string {
	return "GET /echo HTTP/1.1\r\nHost: check\r\n" + line + "\r\n\r\n"
}

// malformed makes a case of a request that must be refused with 400 or one of more.
func malformed(name, doc, text string, more ...int) Case {
	return Case{"malformed/" + name, doc, Needs{}, func(t *T) {
		c := t.Dial()
		c.Send(text)
		c.WantRefused(append([]int{400}, more...)...)
	}}
}

func bareLF(t *T) {
	c := t.Dial()
	c.Send("GET /echo?bytes=3 HTTP/1.1\nHost: check\n\n")
	a, err := c.TryRead("GET", t.patience)
	switch {
	case err != nil:
		t.Fatalf("no answer: %v", err)
	case a.Status == 200 && a.Body == "abc":
		c.Alive()
	case a.Status == 400 || a.Status == 408:
		c.WantEnd()
	default:
		t.Fatalf("answer %d %s, want 400 or 408, or 200 abc", a.Status, brief(a.Body))
	}
}

func behindGood(t *T) {
	c := t.Dial()
	c.Send(get("/echo?bytes=3") + post("/echo", "hello") + withField("X : y") + get("/echo"))
	c.Want(200, "abc")
	c.Want(200, "hello")
	c.WantRefused(400)
}

func malformedDribble(t *T) {
	for _, text := range []string{withField("X : y"), withField("X y"), "GET /echo HTTP/1.1\r\n\r\n"} {
		c := t.Dial()
		c.Dribble(text, 1, tick/5)
		c.WantRefused(400)
	}
}

func badClients(t *T) {
	good := t.Dial()
	good.Alive()
	for i := range 100 {
		c := t.Dial()
		c.Send(strings.Repeat("\x00", i+1) + "\r\n\r\n")
		c.WantStatus(400)
		if i%2 == 0 {
			c.Reset()
		} else {
			c.Close()
		}
		if i%10 == 0 {
			good.Alive()
		}
	}
}
