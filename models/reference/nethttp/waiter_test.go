package nethttp

import (
	"errors"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"assay/models/base/conn"
	"assay/models/base/style"
	"assay/models/reference/site"
)

// An answer above the limit is a failure of the backend, as for the models, not one that was cut.
func TestBackendsAnswerIsLimited(t *testing.T) {
	backend := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.Write([]byte(strings.Repeat("7", 100)))
	}))
	defer backend.Close()
	s := &conn.Service{Backends: []string{backend.Listener.Addr().String()}, BackendTimeout: time.Minute}
	h := &handler{site: &site.Site{Service: s}, client: newClient(s), maxBody: 100}
	c := style.Call{Target: []byte("/value")}
	if err := h.ask(&c); err != nil || len(c.Body) != 100 {
		t.Errorf("an answer of the limit: %d bytes, %v", len(c.Body), err)
	}
	h.maxBody--
	if err := h.ask(&c); !errors.Is(err, style.ErrBackend) {
		t.Errorf("an answer above the limit: %v, want %v", err, style.ErrBackend)
	}
	h.client.CloseIdleConnections()
}
