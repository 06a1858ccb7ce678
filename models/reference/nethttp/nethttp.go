// Package nethttp is Go's own server and client behind the server contract.
package nethttp

import (
	"errors"
	"fmt"
	"io"
	"log"
	"net/http"
	"strconv"
	"unsafe"

	"assay/models/base/conn"
	"assay/models/base/model"
	"assay/models/base/style"
	"assay/models/reference/site"
)

// Model is this reference. Levelled with our models: the limits, the deadlines, the
// processors, no Date field, idle connections kept for ever, backend connections kept
// without bound. Its own: everything else.
var Model = model.Model{
	Name:  "nethttp",
	Doc:   "net/http: a goroutine per connection; http.Client, a goroutine per call",
	Kind:  model.Reference,
	Style: "direct",
	Options: []model.Option{
		{Name: "deadlines", Default: "on", Doc: "on: request-timeout and write-timeout hold; off: none, as net/http comes", Check: model.OneOf("on", "off")},
	},
	Limits: model.Limits{Isolation: true},
	Run:    run,
}

// headLimit is MaxHeaderBytes for heads of 16 KiB: net/http adds 4 KiB of its own.
const headLimit = 12 << 10

func run(env *model.Env) error {
	ln, err := site.Listen(env)
	if err != nil {
		return fmt.Errorf("nethttp: %w", err)
	}
	s := newServer(env)
	drained, err := ln.DrainOn(env.Stop, s.Shutdown)
	if err != nil {
		return fmt.Errorf("nethttp: %w", err)
	}
	if err := s.Serve(ln); !errors.Is(err, http.ErrServerClosed) {
		return fmt.Errorf("nethttp: %w", err)
	}
	return <-drained
}

func newServer(env *model.Env) *http.Server {
	h := &handler{
		site:    &site.Site{Service: env.Service},
		client:  newClient(env.Service),
		maxBody: int64(env.Options.Int("max-body")),
	}
	h.wait.Ask = h.ask
	s := &http.Server{
		Handler:        h,
		MaxHeaderBytes: headLimit,
		IdleTimeout:    -1, // for ever
		ErrorLog:       log.New(env.Log, "nethttp: ", 0),
	}
	if env.Options.Text("deadlines") == "on" {
		s.ReadTimeout, s.WriteTimeout = env.Service.RequestTimeout, env.Service.WriteTimeout
	}
	return s
}

type handler struct {
	site    *site.Site
	wait    site.Waiter
	client  *http.Client
	maxBody int64
}

// noDate keeps net/http from adding a Date field, which our models do not send.
var (
	noDate    []string
	textPlain = []string{"text/plain"}
)

// ServeHTTP implements http.Handler.
func (h *handler) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	x := h.site.Take()
	defer h.site.Give(x)
	x.Request.Method = readOnly(r.Method)
	x.Request.Path = readOnly(r.URL.EscapedPath())
	x.Request.Query = readOnly(r.URL.RawQuery)
	header := w.Header()
	header["Date"], header["Content-Type"] = noDate, textPlain
	if h.readBody(w, r, x) {
		if allow := h.site.Answer(&h.wait, x); allow != "" {
			header.Set("Allow", allow)
		}
	}
	if h.site.Service.Draining() {
		header.Set("Connection", "close")
	}
	header.Set("Content-Length", strconv.Itoa(len(x.Body)))
	w.WriteHeader(x.Status)
	w.Write(x.Body) // a client that is gone is no concern of the handler's
}

// readOnly is the text's own memory, because no handler writes to its request and a
// copy would burden net/http with what it does not need.
func readOnly(text string) []byte { return unsafe.Slice(unsafe.StringData(text), len(text)) }

// readBody reads the request's body whole. False: the answer is made.
func (h *handler) readBody(w http.ResponseWriter, r *http.Request, x *style.Exchange) bool {
	if r.ContentLength == 0 {
		return true
	}
	var body []byte
	large := &http.MaxBytesError{Limit: h.maxBody}
	err := error(large)
	if r.ContentLength <= h.maxBody {
		body, err = io.ReadAll(http.MaxBytesReader(w, r.Body, h.maxBody))
	}
	switch {
	case errors.As(err, &large):
		x.Status, x.Body = http.StatusRequestEntityTooLarge, append(x.Body, "body too large\n"...)
	case timeout(err):
		x.Status, x.Body = http.StatusRequestTimeout, append(x.Body, "request not received in time\n"...)
	case err != nil:
		x.Status, x.Body = http.StatusBadRequest, append(x.Body, "bad body\n"...)
	}
	if err != nil {
		w.Header().Set("Connection", "close")
	}
	x.Request.Body = body
	return err == nil
}

func newClient(s *conn.Service) *http.Client {
	return &http.Client{
		Timeout: s.BackendTimeout,
		// A redirect is an answer that is not 200, as for our models.
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
		Transport: &http.Transport{
			DisableCompression:  true,
			MaxIdleConnsPerHost: 1 << 20, // without bound, as our models
		},
	}
}
