package modeltest

import (
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"testing"
	"time"
)

// Backend answers the calls of a test's server: GET /NAME gives NAME, after what
// its prefix says.
//
//	/hold-NAME   waits for Release
//	/wait-NAME   waits 50 ms
//	/fail-NAME   answers 500
//	/cut-NAME    closes without an answer
type Backend struct {
	Addr string
	Held atomic.Int32 // calls that wait for Release
	gate chan struct{}
}

// NewBackend starts a backend that lives as long as the test.
func NewBackend(t testing.TB) *Backend {
	b := &Backend{gate: make(chan struct{})}
	s := httptest.NewServer(b)
	b.Addr = strings.TrimPrefix(s.URL, "http://")
	t.Cleanup(func() {
		b.Release()
		s.CloseClientConnections()
		s.Close()
	})
	return b
}

// Release lets all held calls go on, and those that come later pass.
func (b *Backend) Release() {
	select {
	case <-b.gate:
	default:
		close(b.gate)
	}
}

func (b *Backend) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	name := strings.TrimPrefix(r.URL.Path, "/")
	kind, _, _ := strings.Cut(name, "-")
	switch kind {
	case "hold":
		b.Held.Add(1)
		select {
		case <-b.gate:
		case <-r.Context().Done():
		}
	case "wait":
		time.Sleep(50 * time.Millisecond)
	case "fail":
		w.WriteHeader(500)
	case "cut":
		panic(http.ErrAbortHandler)
	}
	io.WriteString(w, name)
}

// Until waits for a condition that another thread will bring about.
func Until(t testing.TB, what string, is func() bool) {
	t.Helper()
	for end := time.Now().Add(Patience); !is(); time.Sleep(time.Millisecond) {
		if time.Now().After(end) {
			t.Fatalf("waited %v for %s", Patience, what)
		}
	}
}
