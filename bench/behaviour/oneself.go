package behaviour

import (
	"fmt"
	"io"
	"net"
	"os"
	"strings"
	"time"

	"assay/models/base/style"
)

// leafBlocks is how long the inner of two nested jobs holds its thread.
const leafBlocks = 5 * time.Millisecond

// askOneself asks the first of the server's backends for a leaf that offloads, as a
// driver that blocks does: the thread waits. The cases make the server its own
// backend, so that a job of its executor waits for another job of it.
func askOneself(within time.Duration) error {
	addr, _, _ := strings.Cut(os.Getenv("ASSAY_BACKENDS"), ",")
	c, err := net.DialTimeout("tcp", addr, within)
	if err != nil {
		return fmt.Errorf("%w: %w", style.ErrBackend, err)
	}
	defer c.Close()
	if err := c.SetDeadline(time.Now().Add(within)); err != nil {
		return fmt.Errorf("%w: %w", style.ErrBackend, err)
	}
	if _, err := io.WriteString(c, "GET /behaviour/leaf?via=offload HTTP/1.1\r\nHost: oneself\r\nConnection: close\r\n\r\n"); err != nil {
		return fmt.Errorf("%w: %w", style.ErrBackend, err)
	}
	answer, err := io.ReadAll(io.LimitReader(c, 4096))
	switch {
	case os.IsTimeout(err):
		return style.ErrDeadline
	case err != nil:
		return fmt.Errorf("%w: %w", style.ErrBackend, err)
	case !strings.HasPrefix(string(answer), "HTTP/1.1 200 "):
		return fmt.Errorf("%w: %.60q", style.ErrBackend, firstLine(answer))
	}
	return nil
}
