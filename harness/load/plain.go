package load

import (
	"fmt"
	"strings"

	"assay/bench/workload"
)

// plain asks for one path again and again and takes any 2xx for right: the body of an
// unknown server's answer cannot be checked.
type plain struct{ target string }

var _ workload.Source = plain{}

// newPlain refuses a path that would break out of the request line.
func newPlain(path string) (plain, error) {
	if !strings.HasPrefix(path, "/") || strings.ContainsFunc(path, func(r rune) bool { return r <= ' ' || r >= 0x7f }) {
		return plain{}, fmt.Errorf("URL path %q: want a path that starts with / and has no blanks or characters beyond ASCII (percent-encode them)", path)
	}
	return plain{target: path}, nil
}

// Draw implements workload.Source.
func (p plain) Draw(_, n uint64, a *workload.Ask) {
	*a = workload.Ask{N: n, Method: "GET", Target: append(a.Target[:0], p.target...), Body: nil}
}

// Check implements workload.Source.
func (p plain) Check(a *workload.Ask, status int, body []byte) error {
	if status/100 != 2 {
		return fmt.Errorf("GET %.80s: status %d %.80q", a.Target, status, body)
	}
	return nil
}

// Backends implements workload.Source.
func (p plain) Backends() int { return 0 }

// BackendCalls implements workload.Source.
func (p plain) BackendCalls() float64 { return 0 }
