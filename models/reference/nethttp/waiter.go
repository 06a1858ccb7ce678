package nethttp

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"

	"assay/models/base/style"
)

// ask makes one backend call: what site.Waiter asks for.
func (h *handler) ask(c *style.Call) error {
	backends := h.site.Service.Backends
	if len(backends) == 0 {
		return fmt.Errorf("%w: ASSAY_BACKENDS is empty", style.ErrBackend)
	}
	r, err := http.NewRequest(http.MethodGet, "http://"+backends[c.Backend%len(backends)]+string(c.Target), nil)
	if err != nil {
		return fmt.Errorf("%w: %w", style.ErrBackend, err)
	}
	r.Header["User-Agent"] = nil // our models send none
	answer, err := h.client.Do(r)
	if err != nil {
		return failed(err)
	}
	defer answer.Body.Close()
	body, err := io.ReadAll(io.LimitReader(answer.Body, h.maxBody+1))
	if err != nil {
		return failed(err)
	}
	if int64(len(body)) > h.maxBody { // cut off, it would pass for whole
		return fmt.Errorf("%w: unreadable answer: body too large", style.ErrBackend)
	}
	c.Status, c.Body = answer.StatusCode, body
	if c.Status != http.StatusOK {
		return fmt.Errorf("%w: it answered %d", style.ErrBackend, c.Status)
	}
	return nil
}

func failed(err error) error {
	if timeout(err) {
		return fmt.Errorf("%w: %w", style.ErrDeadline, err)
	}
	return fmt.Errorf("%w: %w", style.ErrBackend, err)
}

func timeout(err error) bool {
	var late net.Error
	return errors.Is(err, context.DeadlineExceeded) || errors.As(err, &late) && late.Timeout()
}
