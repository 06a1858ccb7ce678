package fasthttp

import (
	"errors"
	"fmt"
	"net"
	"os"

	"assay/models/base/model"
	"assay/models/base/style"

	"github.com/valyala/fasthttp"
)

// newClients makes a client for each backend.
func newClients(env *model.Env) []*fasthttp.HostClient {
	clients := make([]*fasthttp.HostClient, len(env.Service.Backends))
	for i, addr := range env.Service.Backends {
		clients[i] = &fasthttp.HostClient{
			Addr:                      addr,
			NoDefaultUserAgentHeader:  true,
			MaxConns:                  1 << 20, // without bound, as our models
			MaxIdleConnDuration:       forever,
			MaxResponseBodySize:       env.Options.Int("max-body"),
			DisablePathNormalizing:    true,
			MaxIdemponentCallAttempts: 2, // once more on a stale connection
		}
	}
	return clients
}

// ask makes one backend call: what site.Waiter asks for.
func (h *handler) ask(c *style.Call) error {
	s := h.site.Service
	if len(s.Backends) == 0 {
		return fmt.Errorf("%w: ASSAY_BACKENDS is empty", style.ErrBackend)
	}
	i := c.Backend % len(s.Backends)
	rq, rs := fasthttp.AcquireRequest(), fasthttp.AcquireResponse()
	defer fasthttp.ReleaseRequest(rq)
	defer fasthttp.ReleaseResponse(rs)
	rq.SetRequestURIBytes(c.Target)
	rq.SetHost(s.Backends[i])
	err := h.clients[i].DoTimeout(rq, rs, s.BackendTimeout)
	switch {
	case timeout(err):
		return fmt.Errorf("%w: %w", style.ErrDeadline, err)
	case err != nil:
		return fmt.Errorf("%w: %w", style.ErrBackend, err)
	}
	c.Status, c.Body = rs.StatusCode(), append(c.Body[:0], rs.Body()...)
	if c.Status != fasthttp.StatusOK {
		return fmt.Errorf("%w: it answered %d", style.ErrBackend, c.Status)
	}
	return nil
}

func timeout(err error) bool {
	var late net.Error
	return errors.Is(err, fasthttp.ErrTimeout) || errors.Is(err, os.ErrDeadlineExceeded) ||
		errors.As(err, &late) && late.Timeout()
}
