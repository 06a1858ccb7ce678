// Package fasthttp is github.com/valyala/fasthttp, server and client, behind the
// server contract.
package fasthttp

import (
	"errors"
	"fmt"
	"time"

	"assay/models/base/model"
	"assay/models/reference/site"

	"github.com/valyala/fasthttp"
)

// Model is this reference. Levelled with our models: body limit, deadlines,
// processors, no Server, Date or default Content-Type field, idle connections kept for
// ever, backend connections without bound. Its own: everything else, such as its read
// buffer of 4 KiB, which bounds heads.
var Model = model.Model{
	Name:  "fasthttp",
	Doc:   "fasthttp: a pooled goroutine per connection; HostClient, a goroutine per call",
	Kind:  model.Reference,
	Style: "direct",
	Options: []model.Option{
		{Name: "deadlines", Default: "on", Doc: "on: request-timeout and write-timeout hold; off: none, as fasthttp comes", Check: model.OneOf("on", "off")},
		{Name: "reduce-memory", Default: "off", Doc: "ReduceMemoryUsage: idle connections hold no buffers", Check: model.OneOf("on", "off")},
	},
	Limits: model.Limits{Isolation: true},
	Run:    run,
}

// forever is as long as an idle connection may stay: fasthttp reads zero as the
// request's deadline.
const forever = 365 * 24 * time.Hour

func run(env *model.Env) error {
	ln, err := site.Listen(env)
	if err != nil {
		return fmt.Errorf("fasthttp: %w", err)
	}
	s := newServer(env)
	drained, err := ln.DrainOn(env.Stop, s.ShutdownWithContext)
	if err != nil {
		return fmt.Errorf("fasthttp: %w", err)
	}
	if err := s.Serve(ln); err != nil {
		return fmt.Errorf("fasthttp: %w", err)
	}
	return <-drained
}

type logger struct{ env *model.Env }

// Printf implements fasthttp.Logger.
func (l logger) Printf(format string, args ...any) { fmt.Fprintf(l.env.Log, format+"\n", args...) }

func newServer(env *model.Env) *fasthttp.Server {
	h := &handler{site: &site.Site{Service: env.Service}, clients: newClients(env)}
	h.wait.Ask = h.ask
	s := &fasthttp.Server{
		Handler:                      h.serve,
		ErrorHandler:                 refuse,
		Logger:                       logger{env},
		MaxRequestBodySize:           env.Options.Int("max-body"),
		ReduceMemoryUsage:            env.Options.Text("reduce-memory") == "on",
		NoDefaultServerHeader:        true,
		NoDefaultDate:                true,
		NoDefaultContentType:         true,
		CloseOnShutdown:              true,
		DisablePreParseMultipartForm: true, // bodies are taken as they stand
	}
	if env.Options.Text("deadlines") == "on" {
		s.ReadTimeout, s.WriteTimeout = env.Service.RequestTimeout, env.Service.WriteTimeout
		s.IdleTimeout = forever
	}
	return s
}

type handler struct {
	site    *site.Site
	wait    site.Waiter
	clients []*fasthttp.HostClient
}

func (h *handler) serve(ctx *fasthttp.RequestCtx) {
	x := h.site.Take()
	defer h.site.Give(x)
	uri := ctx.URI()
	x.Request.Method = ctx.Method()
	x.Request.Path = uri.PathOriginal()
	x.Request.Query = uri.QueryString()
	x.Request.Body = ctx.PostBody()
	if allow := h.site.Answer(&h.wait, x); allow != "" {
		ctx.Response.Header.Set("Allow", allow)
	}
	ctx.SetStatusCode(x.Status)
	ctx.SetContentType("text/plain")
	ctx.SetBody(x.Body)
	if h.site.Service.Draining() {
		ctx.SetConnectionClose()
	}
}

// refuse answers what fasthttp cannot read.
func refuse(ctx *fasthttp.RequestCtx, err error) {
	var small *fasthttp.ErrSmallBuffer
	status := fasthttp.StatusBadRequest
	switch {
	case errors.As(err, &small):
		status = fasthttp.StatusRequestHeaderFieldsTooLarge
	case errors.Is(err, fasthttp.ErrBodyTooLarge):
		status = fasthttp.StatusRequestEntityTooLarge
	case timeout(err):
		status = fasthttp.StatusRequestTimeout
	}
	ctx.SetStatusCode(status)
	ctx.SetContentType("text/plain")
	ctx.SetBodyString(err.Error() + "\n")
	ctx.SetConnectionClose()
}
