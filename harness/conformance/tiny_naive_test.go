package conformance

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"net"
	"os"
	"strconv"
	"strings"
	"sync"
	"time"
)

// naiveConn is a kept connection to a backend, of a client that believes what it reads.
type naiveConn struct {
	net.Conn
	r *bufio.Reader
}

var (
	naiveMu   sync.Mutex
	naivePool = map[string][]*naiveConn{}
)

// naive asks a backend. It knows Content-Length alone, keeps every connection
// whatever happened on it, and never tries again. If hasty, it takes the first read
// for all there is.
func naive(addr, path string, within time.Duration, hasty bool) (uint64, error) {
	c := naiveTake(addr)
	if c == nil {
		tcp, err := net.Dial("tcp", addr)
		if err != nil {
			return 0, err
		}
		c = &naiveConn{tcp, bufio.NewReader(tcp)}
	}
	defer func() {
		naiveMu.Lock()
		naivePool[addr] = append(naivePool[addr], c)
		naiveMu.Unlock()
	}()
	c.SetDeadline(time.Now().Add(within))
	fmt.Fprintf(c, "GET %s HTTP/1.1\r\nHost: b\r\n\r\n", path)
	if hasty {
		some := make([]byte, 1000)
		n, _ := c.r.Read(some)
		_, body, _ := strings.Cut(string(some[:n]), "\r\n\r\n")
		return strconv.ParseUint(body, 10, 64)
	}
	length := 0
	for {
		line, err := c.r.ReadString('\n')
		if os.IsTimeout(err) {
			return 0, context.DeadlineExceeded
		}
		if err != nil {
			return 0, err
		}
		if value, ok := strings.CutPrefix(line, "Content-Length: "); ok {
			length, _ = strconv.Atoi(strings.TrimSpace(value))
		}
		if line == "\r\n" {
			break
		}
	}
	body := make([]byte, length)
	if _, err := io.ReadFull(c.r, body); err != nil {
		return 0, err
	}
	return strconv.ParseUint(string(body), 10, 64)
}

func naiveTake(addr string) *naiveConn {
	naiveMu.Lock()
	defer naiveMu.Unlock()
	all := naivePool[addr]
	if len(all) == 0 {
		return nil
	}
	naivePool[addr] = all[:len(all)-1]
	return all[len(all)-1]
}
