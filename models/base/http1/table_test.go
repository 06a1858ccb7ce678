package http1

import (
	"fmt"
	"testing"
)

// Every byte at every place of a word, in each part of a head, is accepted just
// where the grammar says so.
func TestEveryByteEverywhere(t *testing.T) {
	for _, c := range []struct{ part, format, grammar string }{
		{"method", "%s / HTTP/1.1\r\nHost: a\r\n\r\n", `^` + method + `$`},
		{"target", "GET /%s HTTP/1.1\r\nHost: a\r\n\r\n", `^` + pchar + `*` + pathQuery + `$`},
		{"field name", "GET / HTTP/1.1\r\nHost: a\r\n%s: a\r\n\r\n", `^` + method + `$`},
		{"field value", "GET / HTTP/1.1\r\nHost: a\r\nX: %s\r\n\r\n", `^` + text + `$`},
		{"host", "GET / HTTP/1.1\r\nHost: %s\r\n\r\n", `^[ \t]*` + hostPort + `[ \t]*$`},
	} {
		for b := range 256 {
			for at := range 9 {
				s := []byte("aaaaaaaaa")
				s[at] = byte(b)
				want := matches(c.grammar, s)
				in := fmt.Sprintf(c.format, s)
				got := oursRequest([]byte(in))
				if b == ':' && c.part == "field name" && at > 0 {
					want = true // it ends the name
				}
				if b == ':' && c.part == "host" {
					want = at == 8 // letters are no port
				}
				if (got.err == nil && !got.short) != want {
					t.Errorf("%s with byte %#x at %d: %s, want accepted: %v", c.part, b, at, got, want)
				}
			}
		}
	}
}

// Letters are equal in both cases, and nothing else is equal to anything but itself.
func TestEqualFold(t *testing.T) {
	for a := range 256 {
		for b := range 256 {
			letter := 'a' <= a|0x20 && a|0x20 <= 'z'
			want := a == b || letter && a|0x20 == b|0x20 && a^b == 0x20
			if got := equalFold([]byte{byte(a)}, string([]byte{byte(b)})); got != want {
				t.Errorf("equalFold(%#x, %#x) = %v", a, b, got)
			}
		}
	}
}
