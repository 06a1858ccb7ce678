package conformance

import (
	"fmt"
	"strings"
)

var methodCases = []Case{
	{"method/missing-route", "a path that is not there: 404", Needs{}, missingRoute},
	{"method/wrong-method", "a method that the path does not take: 405 with Allow", Needs{}, wrongMethod},
	{"method/unknown", "a method that nobody knows: 405 or 501", Needs{}, unknownMethod},
	{"method/case", "methods are told apart by case", Needs{}, methodCase},
	{"method/head", "the answer to HEAD has no body", Needs{}, headHasNoBody},
	{"method/bad-parameter", "a parameter that cannot be: 400 and a sentence", Needs{}, badParameter},
	{"method/path-is-exact", "a path that only begins or ends like a route is not that route", Needs{}, pathIsExact},
	{"method/content-type", "answers are text/plain and say their length", Needs{}, contentType},
}

func missingRoute(t *T) {
	c := t.Dial()
	c.Send(get("/nowhere"))
	c.WantStatus(404)
	c.Send(post("/nowhere", "with a body"))
	c.WantStatus(404)
	c.Alive()
}

func wrongMethod(t *T) {
	c := t.Dial()
	for _, method := range []string{"DELETE", "PUT", "PATCH", "OPTIONS"} {
		c.Send(method + " /echo HTTP/1.1\r\nHost: check\r\nContent-Length: 3\r\n\r\nabc")
		a := c.WantStatus(405)
		if allow := strings.Join(a.Header.Values("Allow"), ","); !strings.Contains(allow, "GET") || !strings.Contains(allow, "POST") {
			t.Fatalf("%s: Allow is %q, want GET and POST (RFC 9110 15.5.6)", method, allow)
		}
	}
	c.Alive()
}

func unknownMethod(t *T) {
	c := t.Dial()
	c.Send("BREW /echo HTTP/1.1\r\nHost: check\r\n\r\n")
	if a := c.WantStatus(405, 501); a.Close {
		c = t.Dial()
	}
	c.Alive()
}

func methodCase(t *T) {
	c := t.Dial()
	c.Send("get /echo HTTP/1.1\r\nHost: check\r\n\r\n")
	c.WantStatus(400, 405, 501)
}

func headHasNoBody(t *T) {
	c := t.Dial()
	for _, path := range []string{"/echo?bytes=9", "/nowhere"} {
		c.Send("HEAD " + path + " HTTP/1.1\r\nHost: check\r\n\r\n" + get("/echo?bytes=3"))
		if a := c.read("HEAD"); a.Status != 200 && a.Status != 405 && a.Status != 404 && a.Status != 501 {
			t.Fatalf("HEAD %s: answer %d", path, a.Status)
		}
		c.Want(200, "abc")
	}
}

func badParameter(t *T) {
	c := t.Dial()
	for _, value := range []string{"-1", "", "x", "1e3", "99999999999999999999", "16777217"} {
		a := c.Get("/echo?bytes=" + value)
		if a.Status != 400 || len(a.Body) < 10 {
			t.Fatalf("bytes=%s: answer %d %s, want 400 and a sentence", value, a.Status, brief(a.Body))
		}
	}
	c.Alive()
}

func pathIsExact(t *T) {
	c := t.Dial()
	for _, path := range []string{"/", "/ech", "/echo/", "/echo2", "/Echo", "/-/", "/-/ids", "/-/id/"} {
		if a := c.Get(path); a.Status != 404 {
			t.Fatalf("%s: answer %d %s, want 404", path, a.Status, brief(a.Body))
		}
	}
}

func contentType(t *T) {
	c := t.Dial()
	for _, path := range []string{"/echo", "/echo?bytes=0", "/echo?bytes=100000"} {
		a := c.Get(path)
		if got := a.Header.Get("Content-Type"); got != "text/plain" {
			t.Fatalf("%s: Content-Type is %q, want text/plain", path, got)
		}
		if got := a.Header.Get("Content-Length"); got != fmt.Sprint(len(a.Body)) {
			t.Fatalf("%s: Content-Length is %q, the body has %d bytes", path, got, len(a.Body))
		}
	}
}
