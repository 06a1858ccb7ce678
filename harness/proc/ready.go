package proc

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/netip"
	"os"
	"strings"
	"time"
)

// Listening waits for a contract server's first line, "listening HOST:PORT", and
// gives the address. The error says what came instead, or how the server ended.
// From then on its stdout is read and thrown away.
func (p *Proc) Listening(ctx context.Context) (addr string, err error) {
	line, err := p.FirstLine(ctx)
	if err != nil {
		return "", err
	}
	addr, ok := strings.CutPrefix(line, "listening ")
	if _, bad := netip.ParseAddrPort(addr); !ok || bad != nil {
		return "", fmt.Errorf("%s: its first line is %.80q, want \"listening HOST:PORT\"; a server with its own port option is named with {port} in its command", p.Name, line)
	}
	go io.Copy(io.Discard, p.Stdout) // ends when Stop closes the pipe
	return addr, nil
}

// FirstLine waits for the first line of the child's stdout, without its end. The
// error says how the child ended, or that it said nothing in time.
func (p *Proc) FirstLine(ctx context.Context) (string, error) {
	stop := context.AfterFunc(ctx, func() { p.stdout.SetReadDeadline(time.Unix(1, 0)) })
	defer stop()
	line, err := p.Stdout.ReadSlice('\n') // bounded by the reader's buffer, as a server may write without end
	switch {
	case err == nil:
		return strings.TrimRight(string(line), "\r\n"), nil
	case errors.Is(err, bufio.ErrBufferFull):
		return "", fmt.Errorf("%s: its first line is longer than %d bytes and begins with %.40q", p.Name, len(line), line)
	case errors.Is(err, os.ErrDeadlineExceeded):
		return "", fmt.Errorf("%s: not ready in time: it has not said where it listens (a line \"listening HOST:PORT\" on stdout): %w", p.Name, context.Cause(ctx))
	}
	select {
	case <-p.done:
		return "", fmt.Errorf("%s: ended before it was ready: %s", p.Name, p.Exit())
	case <-ctx.Done():
		return "", fmt.Errorf("%s: closed its stdout without saying where it listens: %w", p.Name, context.Cause(ctx))
	}
}

// Answering waits until probe succeeds against addr, for a server that says nothing
// of itself. The error is the last one of probe, or how the server ended.
func (p *Proc) Answering(ctx context.Context, probe func(ctx context.Context) error) error {
	go io.Copy(io.Discard, p.Stdout)
	for pause := 2 * time.Millisecond; ; pause = min(2*pause, 100*time.Millisecond) {
		err := probe(ctx)
		if err == nil {
			return nil
		}
		select {
		case <-p.done:
			return fmt.Errorf("%s: ended before it was ready: %s", p.Name, p.Exit())
		case <-ctx.Done():
			return fmt.Errorf("%s: not ready in time: %w", p.Name, err)
		case <-time.After(pause):
		}
	}
}

// FreePort is a loopback port that nobody listens on now. Somebody else may take
// it before its user does; then OwnsListener tells.
func FreePort() (int, error) {
	l, err := net.Listen("tcp4", "127.0.0.1:0")
	if err != nil {
		return 0, fmt.Errorf("find a free port: %w", err)
	}
	defer l.Close()
	return l.Addr().(*net.TCPAddr).Port, nil
}
