package http1

import (
	"encoding/binary"
	"math/bits"
)

// Classes of bytes, a bit each.
const (
	isToken  = 1 << iota // tchar, RFC 9110 5.6.2
	isTarget             // pchar and '/', RFC 3986 3.3, but for '%'
	isHost               // of a reg-name, RFC 3986 3.2.2, but for '%'
	isText               // field-vchar, SP, HTAB: RFC 9110 5.5
	isHex
	isDigit
)

var class = func() (t [256]uint8) {
	mark := func(set string, bit uint8) {
		for i := range len(set) {
			t[set[i]] |= bit
		}
	}
	const (
		digit = "0123456789"
		alnum = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz" + digit
		host  = alnum + "-._~" + "!$&'()*+,;=" // unreserved and sub-delims
	)
	mark(alnum+"!#$%&'*+-.^_`|~", isToken)
	mark(host+":@/", isTarget)
	mark(host, isHost)
	mark(digit, isDigit)
	mark(digit+"abcdefABCDEF", isHex)
	for c := range 256 {
		if c >= 0x20 && c != 0x7f || c == '\t' {
			t[c] |= isText
		}
	}
	return t
}()

const (
	ones  = 0x0101010101010101
	highs = 0x8080808080808080
)

// control returns the index in b, from i, of the first byte that is not text (a
// control character other than HTAB), or len(b). It looks at eight bytes at a time.
func control(b []byte, i int) int {
	for ; i+8 <= len(b); i += 8 {
		x := binary.LittleEndian.Uint64(b[i:])
		del := x ^ 0x7f*ones
		// A byte's high bit is set when it is below 0x20 or is DEL. A borrow may
		// set further ones above the first, never below it.
		if hit := ((x - 0x20*ones) &^ x & highs) | ((del - ones) &^ del & highs); hit != 0 {
			i += bits.TrailingZeros64(hit) >> 3
			if b[i] != '\t' {
				return i
			}
			i -= 7 // go on behind the HTAB
		}
	}
	for ; i < len(b); i++ {
		if class[b[i]]&isText == 0 {
			return i
		}
	}
	return i
}

// isSpace says whether c is SP or HTAB: OWS and BWS are made of these.
func isSpace(c byte) bool { return c == ' ' || c == '\t' }

func lower(c byte) byte {
	if 'A' <= c && c <= 'Z' {
		return c | 0x20
	}
	return c
}

// equalFold says whether b is s in any case of ASCII letters; they have one length.
func equalFold(b []byte, s string) bool {
	for i, c := range b {
		if d := s[i]; c != d && lower(c) != lower(d) {
			return false
		}
	}
	return true
}

func is(b []byte, s string) bool { return len(b) == len(s) && equalFold(b, s) }
