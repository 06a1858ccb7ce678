package conformance

import (
	"bufio"
	"fmt"
	"io"
	"net"
	"net/http"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"assay/bench/workload"
)

// script is backends that answer as the request's number says: each line of
// scripted is a way to answer that HTTP/1.1 allows, or forbids, to a server.
type script struct {
	addrs     []string
	listeners []net.Listener
	wg        sync.WaitGroup
	mu        sync.Mutex
	conns     map[net.Conn]bool
	endless   atomic.Int64 // bytes of huge bodies that were taken
}

// reply is one way to answer: what is sent for a right value, in pieces with a
// pause between them, and whether the connection is closed behind it.
type reply struct {
	pieces []string // %s is the value, %d its length
	closes bool
}

// The requests' numbers that ask for something out of the ordinary; all others
// get an ordinary answer. They are far from what else the suite asks.
const (
	chunked    = 9_000_000 + iota // in chunks of one digit, with an extension and a trailer
	closing                       // says Connection: close, and closes
	interim                       // 100 and 103 before the answer
	inPieces                      // a byte at a time
	untilEnd                      // no length: the connection's end is the body's
	lowerCase                     // fields in lower case, with and without blanks
	surplus                       // a second answer that nobody asked for, right behind
	twoSizes                      // two Content-Lengths that differ
	bothSizes                     // Content-Length and chunked
	foldedHead                    // a folded field
	hugeHead                      // a head of 100 KB
	hugeBody                      // a body of 100 MB is announced, and sent
	noValue                       // 200 and something that is no number
	redirect                      // 302
	eofAtOnce                     // closes without a byte
	httpTwo                       // HTTP/2.0 200
	badStatus                     // a status of four digits
)

var scripted = map[uint64]reply{
	chunked:    {pieces: []string{"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n", "CHUNKS"}},
	closing:    {pieces: []string{"HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: %d\r\n\r\n%s"}, closes: true},
	interim:    {pieces: []string{"HTTP/1.1 100 Continue\r\n\r\n", "HTTP/1.1 103 Early Hints\r\nLink: x\r\n\r\n", ordinary}},
	inPieces:   {pieces: []string{"BYTES"}},
	untilEnd:   {pieces: []string{"HTTP/1.0 200 OK\r\n\r\n", "%s"}, closes: true},
	lowerCase:  {pieces: []string{"HTTP/1.1 200 OK\r\ncontent-type:text/plain\r\ncontent-length: \t %d \t\r\n\r\n%s"}},
	surplus:    {pieces: []string{ordinary + "HTTP/1.1 200 OK\r\nContent-Length: 6\r\n\r\n999999"}},
	twoSizes:   {pieces: []string{"HTTP/1.1 200 OK\r\nContent-Length: %d\r\nContent-Length: 1\r\n\r\n%s"}},
	bothSizes:  {pieces: []string{"HTTP/1.1 200 OK\r\nContent-Length: %d\r\nTransfer-Encoding: chunked\r\n\r\n%s"}, closes: true},
	foldedHead: {pieces: []string{"HTTP/1.1 200 OK\r\nX: a\r\n b\r\nContent-Length: %d\r\n\r\n%s"}},
	hugeHead:   {pieces: []string{"HTTP/1.1 200 OK\r\nX: " + strings.Repeat("a", 100_000) + "\r\nContent-Length: %d\r\n\r\n%s"}},
	hugeBody:   {pieces: []string{"HTTP/1.1 200 OK\r\nContent-Length: 100000000\r\n\r\n", "ENDLESS"}, closes: true},
	noValue:    {pieces: []string{"HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello"}},
	redirect:   {pieces: []string{"HTTP/1.1 302 Found\r\nLocation: /other\r\nContent-Length: %d\r\n\r\n%s"}},
	eofAtOnce:  {closes: true},
	httpTwo:    {pieces: []string{"HTTP/2.0 200 OK\r\nContent-Length: %d\r\n\r\n%s"}},
	badStatus:  {pieces: []string{"HTTP/1.1 2000 OK\r\nContent-Length: %d\r\n\r\n%s"}},
}

const ordinary = "HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nContent-Length: %d\r\n\r\n%s"

func newScript(n int) (*script, error) {
	s := &script{conns: make(map[net.Conn]bool)}
	for range n {
		ln, err := net.Listen("tcp", "127.0.0.1:0")
		if err != nil {
			s.close()
			return nil, fmt.Errorf("scripted backend: %w", err)
		}
		s.listeners = append(s.listeners, ln)
		s.addrs = append(s.addrs, ln.Addr().String())
		s.wg.Go(func() { s.accept(ln) })
	}
	return s, nil
}

func (s *script) close() {
	for _, ln := range s.listeners {
		ln.Close()
	}
	s.mu.Lock()
	for c := range s.conns {
		c.Close()
	}
	s.mu.Unlock()
	s.wg.Wait()
}

func (s *script) accept(ln net.Listener) {
	for {
		c, err := ln.Accept()
		if err != nil {
			return
		}
		s.mu.Lock()
		s.conns[c] = true
		s.mu.Unlock()
		s.wg.Go(func() { s.serve(c) })
	}
}

func (s *script) serve(c net.Conn) {
	defer func() {
		c.Close()
		s.mu.Lock()
		delete(s.conns, c)
		s.mu.Unlock()
	}()
	r := bufio.NewReader(c)
	for {
		request, err := http.ReadRequest(r)
		if err != nil {
			return
		}
		q := request.URL.Query()
		n, _ := strconv.ParseUint(q.Get("n"), 10, 64)
		i, _ := strconv.Atoi(q.Get("i"))
		how, special := scripted[n]
		if !special {
			how = reply{pieces: []string{ordinary}}
		}
		if err := s.send(c, how, fmt.Sprint(workload.Value(n, i))); err != nil || how.closes {
			return
		}
	}
}

func (s *script) send(c net.Conn, how reply, value string) error {
	for k, piece := range how.pieces {
		if k > 0 {
			time.Sleep(2 * time.Millisecond) // so that the pieces arrive apart
		}
		if err := s.sendPiece(c, piece, value); err != nil {
			return err
		}
	}
	return nil
}

func (s *script) sendPiece(c net.Conn, piece, value string) error {
	switch piece {
	case "CHUNKS":
		for _, digit := range value {
			if _, err := fmt.Fprintf(c, "1;half=one\r\n%c\r\n", digit); err != nil {
				return err
			}
		}
		_, err := io.WriteString(c, "0\r\nX-Sum: 1\r\n\r\n")
		return err
	case "BYTES":
		for _, b := range []byte(fill(ordinary, value)) {
			if _, err := c.Write([]byte{b}); err != nil {
				return err
			}
			time.Sleep(200 * time.Microsecond)
		}
		return nil
	case "ENDLESS":
		block := make([]byte, 64<<10)
		for range 100_000_000 / len(block) {
			n, err := c.Write(block)
			s.endless.Add(int64(n))
			if err != nil {
				return err
			}
		}
		return nil
	}
	_, err := io.WriteString(c, fill(piece, value))
	return err
}

func fill(piece, value string) string {
	return strings.NewReplacer("%d", strconv.Itoa(len(value)), "%s", value).Replace(piece)
}
