package model

import (
	"os"
	"slices"
	"strings"

	"assay/models/base/conn"
	"assay/models/base/http1"
	"assay/models/base/sock"
)

// config is what the environment asks of the process.
type config struct {
	listen   string
	workload Workload
	options  Values
	service  *conn.Service
}

// configure reads and checks ASSAY_*. All errors are *BadInput.
func (p *Program) configure(m *Model, getenv func(string) string) (*config, error) {
	w, err := p.workload(m, getenv("ASSAY_WORKLOAD"))
	if err != nil {
		return nil, err
	}
	options, err := m.Parse(getenv("ASSAY_OPTIONS"))
	if err != nil {
		return nil, err
	}
	backends, err := addresses(getenv("ASSAY_BACKENDS"))
	if err != nil {
		return nil, err
	}
	listen := getenv("ASSAY_LISTEN")
	if listen == "" {
		listen = "127.0.0.1:0"
	}
	s := NewService(options)
	s.Routes, s.Backends, s.Nonce = w.Routes, backends, getenv("ASSAY_NONCE")
	return &config{listen, w, options, s}, nil
}

// NewService makes the service that the common options describe, without
// routes, backends and nonce.
func NewService(o Values) *conn.Service {
	return &conn.Service{
		Limits:         http1.Limits{Body: o.Int("max-body")},
		RequestTimeout: o.Span("request-timeout"),
		BackendTimeout: o.Span("backend-timeout"),
		WriteTimeout:   o.Span("write-timeout"),
		PID:            os.Getpid(),
		Stats:          Stats,
	}
}

// workload finds the workload to serve among those that the model can.
func (p *Program) workload(m *Model, name string) (Workload, error) {
	var names []string
	for _, w := range p.Workloads {
		if m.Workloads != nil && !slices.Contains(m.Workloads, w.Name) {
			continue
		}
		if w.Name == name {
			return w, nil
		}
		names = append(names, w.Name)
	}
	if name == "" {
		return Workload{}, bad("ASSAY_WORKLOAD is not set: want one of %s", strings.Join(names, ", "))
	}
	return Workload{}, bad("ASSAY_WORKLOAD=%s: model %s has no such workload; did you mean %q? It serves %s",
		name, m.Name, nearest(name, names), strings.Join(names, ", "))
}

// addresses splits host:port,… and checks each.
func addresses(text string) ([]string, error) {
	if text == "" {
		return nil, nil
	}
	all := strings.Split(text, ",")
	for _, a := range all {
		if _, err := sock.Parse(a); err != nil {
			return nil, bad("ASSAY_BACKENDS: %w", err)
		}
	}
	return all, nil
}
