package conformance

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"slices"
	"strings"
	"syscall"
	"time"
)

// Conn is a client's connection, raw.
type Conn struct {
	*net.TCPConn
	t *T
	r *bufio.Reader
}

// dying is how long after its connections a process may take to be gone.
const dying = 50 * time.Millisecond

// Answer is one answer, as net/http reads it.
type Answer struct {
	Status int
	Header http.Header
	Body   string
	Close  bool // it says that it is the connection's last
	Minor  int  // HTTP/1.Minor
}

// Dial opens a connection to the server; it is closed when the case is over.
func (t *T) Dial() *Conn { return t.dial(0) }

// dial is Dial with a receive buffer of so many bytes; 0 leaves the kernel's.
func (t *T) dial(window int) *Conn {
	d := net.Dialer{Timeout: t.patience}
	if window > 0 {
		d.Control = func(_, _ string, raw syscall.RawConn) error {
			var failed error
			err := raw.Control(func(fd uintptr) {
				failed = syscall.SetsockoptInt(int(fd), syscall.SOL_SOCKET, syscall.SO_RCVBUF, window)
			})
			return errors.Join(err, failed)
		}
	}
	c, err := d.Dial("tcp", t.server.addr)
	if err != nil {
		t.Fatalf("connect: %v%s", err, t.server.obituary(dying))
	}
	conn := &Conn{c.(*net.TCPConn), t, bufio.NewReader(c)}
	t.run.track(conn)
	return conn
}

// Send writes text. A connection that broke meanwhile is left for Read to find.
func (c *Conn) Send(text string) {
	if err := c.TrySend(text); err != nil && !broken(err) {
		c.t.Fatalf("send %s: %v", brief(text), err)
	}
}

// SendBehind sends text while the case goes on; what goes wrong, Read finds.
func (c *Conn) SendBehind(text string) { go func() { _ = c.TrySend(text) }() }

// TrySend writes text and returns what went wrong.
func (c *Conn) TrySend(text string) error {
	c.SetWriteDeadline(time.Now().Add(c.t.patience))
	_, err := io.WriteString(c.TCPConn, text)
	return err
}

// Dribble sends text in pieces of n bytes, with pauses in which the server can read each.
func (c *Conn) Dribble(text string, n int, pause time.Duration) {
	for piece := range slices.Chunk([]byte(text), n) {
		c.Send(string(piece))
		time.Sleep(pause)
	}
}

// Read reads the next answer, to a GET or a POST.
func (c *Conn) Read() Answer { return c.read("GET") }

func (c *Conn) read(method string) Answer {
	a, err := c.TryRead(method, c.t.patience)
	if err != nil {
		c.t.Fatalf("no answer: %v%s", err, c.t.server.obituary(dying))
	}
	return a
}

// TryRead reads the next answer to method and returns what went wrong.
func (c *Conn) TryRead(method string, within time.Duration) (Answer, error) {
	c.SetReadDeadline(time.Now().Add(within))
	if _, err := c.r.Peek(1); err != nil {
		return Answer{}, err // which ReadResponse would call an unexpected end
	}
	r, err := http.ReadResponse(c.r, &http.Request{Method: method})
	if err != nil {
		return Answer{}, err
	}
	body, err := io.ReadAll(r.Body)
	return Answer{r.StatusCode, r.Header, string(body), r.Close, r.ProtoMinor}, err
}

// Want reads an answer and compares it.
func (c *Conn) Want(status int, body string) Answer {
	a := c.Read()
	if a.Status != status || a.Body != body {
		c.t.Fatalf("answer %d %s, want %d %s", a.Status, brief(a.Body), status, brief(body))
	}
	return a
}

// WantStatus reads an answer, whose status must be one of those.
func (c *Conn) WantStatus(statuses ...int) Answer {
	a := c.Read()
	if !slices.Contains(statuses, a.Status) {
		c.t.Fatalf("answer %d %s, want status %s", a.Status, brief(a.Body), words(statuses))
	}
	return a
}

func words(statuses []int) string {
	text := strings.Trim(fmt.Sprint(statuses), "[]")
	return strings.ReplaceAll(text, " ", " or ")
}

// WantEnd waits until the server has closed the connection without another byte.
func (c *Conn) WantEnd() {
	c.SetReadDeadline(time.Now().Add(c.t.patience))
	b, err := c.r.ReadByte()
	switch {
	case err == nil:
		rest, _ := c.r.Peek(c.r.Buffered())
		c.t.Fatalf("more bytes came: %s", brief(string(b)+string(rest)))
	case errors.Is(err, os.ErrDeadlineExceeded):
		c.t.Fatalf("the connection stays open")
	}
}

// WantRefused reads the answer to input that is no request: one of those
// statuses, and then the end of the connection without a further answer.
func (c *Conn) WantRefused(statuses ...int) {
	c.WantStatus(statuses...)
	c.WantEnd()
}

// Get asks for a path and reads the answer.
func (c *Conn) Get(path string) Answer {
	c.Send(get(path))
	return c.Read()
}

// Alive proves that the connection serves on.
func (c *Conn) Alive() {
	c.Send(get("/echo?bytes=5"))
	c.Want(200, "abcde")
}

// Reset closes the connection with a RST.
func (c *Conn) Reset() {
	c.SetLinger(0)
	c.Close()
}

// broken says that the peer ended the connection.
func broken(err error) bool {
	return errors.Is(err, syscall.EPIPE) || errors.Is(err, syscall.ECONNRESET) || errors.Is(err, io.EOF)
}

func get(path string) string { return "GET " + path + " HTTP/1.1\r\nHost: check\r\n\r\n" }

func post(path, body string) string {
	return fmt.Sprintf("POST %s HTTP/1.1\r\nHost: check\r\nContent-Length: %d\r\n\r\n%s", path, len(body), body)
}

// letters are what GET /echo?bytes=n answers.
func letters(n int) string {
	const alphabet = "abcdefghijklmnopqrstuvwxyz"
	return strings.Repeat(alphabet, n/26+1)[:n]
}
