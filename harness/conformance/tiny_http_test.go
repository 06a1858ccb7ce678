package conformance

import (
	"bufio"
	"fmt"
	"io"
	"math"
	"os"
	"regexp"
	"strconv"
	"strings"
)

type tinyRequest struct {
	method, path, query string
	minor               int
	fields              map[string][]string // names in lower case
	body                string
	keep                bool
	left                func() bool // whether its client has gone
}

// refused is the status that a bad request is answered with.
type refused int

func (r refused) Error() string { return fmt.Sprint("refused with ", int(r)) }

var (
	tokenOnly   = regexp.MustCompile("^[!#$%&'*+.^_`|~0-9A-Za-z-]+$")
	targetOnly  = regexp.MustCompile(`^(http://[^/]*)?(/[!-~]*)$`)
	versionOnly = regexp.MustCompile(`^HTTP/1\.[01]$`)
	valueOnly   = regexp.MustCompile(`^[\t -~\x80-\xff]*$`)
	hostOnly    = regexp.MustCompile(`^[!-~]*$`)
	digitsOnly  = regexp.MustCompile(`^[0-9]+$`)
	hexOnly     = regexp.MustCompile(`^[0-9A-Fa-f]+$`)
)

// line reads a line of at most 8 KiB that ends with CRLF; status is for longer ones.
func (c *tinyConn) line(status int) (string, error) {
	b, err := c.r.ReadSlice('\n')
	switch {
	case err == bufio.ErrBufferFull, err == nil && len(b) > 8<<10:
		return "", refused(status)
	case err != nil:
		return "", err
	case len(b) < 2 || b[len(b)-2] != '\r':
		return "", refused(400)
	}
	return string(b[:len(b)-2]), nil
}

func (c *tinyConn) request() (*tinyRequest, error) {
	line, err := c.line(414)
	if err == nil && line == "" && !c.s.has("no-empty-line") {
		line, err = c.line(414)
	}
	if err != nil {
		return nil, err
	}
	words := strings.Split(line, " ")
	if len(words) != 3 || !tokenOnly.MatchString(words[0]) {
		return nil, refused(400)
	}
	target := targetOnly.FindStringSubmatch(words[1])
	if target == nil || target[1] != "" && c.s.has("no-absolute-form") {
		return nil, refused(400)
	}
	if !versionOnly.MatchString(words[2]) {
		return nil, refused(505)
	}
	q := &tinyRequest{method: words[0], minor: int(words[2][7] - '0'), fields: map[string][]string{}}
	q.path, q.query, _ = strings.Cut(target[2], "?")
	if err := c.fields(q); err != nil {
		return nil, err
	}
	return q, c.body(q)
}

func (c *tinyConn) fields(q *tinyRequest) error {
	total := 0
	for count := 0; ; count++ {
		line, err := c.line(431)
		if err != nil {
			return err
		}
		if line == "" {
			break
		}
		if total += len(line); count >= 64 || total > 16<<10 || c.s.has("small-heads") && total > 4<<10 {
			return refused(431)
		}
		name, value, ok := strings.Cut(line, ":")
		if !ok || !tokenOnly.MatchString(name) || !valueOnly.MatchString(value) {
			return refused(400)
		}
		if !c.s.has("minds-the-case") {
			name = strings.ToLower(name)
		}
		q.fields[name] = append(q.fields[name], strings.Trim(value, " \t"))
	}
	host := q.fields["host"]
	if c.s.has("minds-the-case") {
		host = q.fields["Host"]
	}
	if len(host) > 1 || len(host) == 0 && (q.minor == 1 || c.s.has("host-for-all")) || len(host) == 1 && !hostOnly.MatchString(host[0]) {
		return refused(400)
	}
	list := strings.Join(q.fields["connection"], ",")
	q.keep = q.minor == 1 && !hasToken(list, "close") || q.minor == 0 && hasToken(list, "keep-alive")
	if c.s.has("lone-close") {
		q.keep = list != "close"
	}
	return nil
}

func (c *tinyConn) body(q *tinyRequest) error {
	lengths, codings := q.fields["content-length"], q.fields["transfer-encoding"]
	switch {
	case len(codings) > 0:
		if len(codings) > 1 || len(lengths) > 0 || q.minor == 0 || !strings.EqualFold(codings[0], "chunked") || c.s.has("no-chunks") {
			return refused(400)
		}
		if err := c.leave(q, 1); err != nil {
			return err
		}
		return c.chunks(q)
	case len(lengths) == 0:
		if c.s.has("waits-for-a-body") && q.method == "POST" {
			_, err := c.r.Peek(1 << 15)
			return err
		}
		return nil
	case len(lengths) > 1 || !digitsOnly.MatchString(lengths[0]):
		return refused(400)
	case c.s.has("no-body-to-get") && q.method == "GET":
		return nil
	}
	n, err := strconv.ParseUint(lengths[0], 10, 64)
	most := c.mostBody()
	if err != nil || n > most {
		return refused(413)
	}
	if err := c.leave(q, n); err != nil {
		return err
	}
	b := make([]byte, n)
	_, err = io.ReadFull(c.r, b)
	q.body = string(b)
	return err
}

func (c *tinyConn) mostBody() uint64 {
	switch {
	case c.s.has("small-bodies"):
		return 60_000
	case c.s.has("boundless"):
		return math.MaxInt32
	}
	return uint64(c.s.number("max-body"))
}

// leave tells a client that waits for it to send its body.
func (c *tinyConn) leave(q *tinyRequest, length uint64) error {
	expects := hasToken(strings.Join(q.fields["expect"], ","), "100-continue") && length > 0
	if expects && c.s.has("refuses-expectations") {
		return refused(417)
	}
	if expects && (q.minor == 1 && c.r.Buffered() == 0 && !c.s.has("no-continue") || c.s.has("continue-to-all")) {
		_, err := io.WriteString(c, "HTTP/1.1 100 Continue\r\n\r\n")
		return err
	}
	return nil
}

func (c *tinyConn) chunks(q *tinyRequest) error {
	var body strings.Builder
	for {
		line, err := c.line(400)
		if err != nil {
			return err
		}
		size, extension, _ := strings.Cut(line, ";")
		n, err := strconv.ParseUint(size, 16, 64)
		if !hexOnly.MatchString(size) || strings.Contains(extension, "\r") {
			return refused(400)
		}
		if err != nil || uint64(body.Len())+n > c.mostBody() {
			return refused(413)
		}
		if n == 0 {
			break
		}
		b := make([]byte, n+2)
		if _, err := io.ReadFull(c.r, b); err != nil {
			return err
		}
		if string(b[n:]) != "\r\n" {
			return refused(400)
		}
		body.Write(b[:n])
		if c.s.has("dies-of-small-chunks") && body.Len() > 100_000 {
			os.Exit(3)
		}
	}
	q.body = body.String()
	return c.trailers()
}

func (c *tinyConn) trailers() error {
	for count := 0; ; count++ {
		line, err := c.line(431)
		name, _, ok := strings.Cut(line, ":")
		switch {
		case err != nil:
			return err
		case line == "":
			return nil
		case count > 64:
			return refused(431)
		case !ok || !tokenOnly.MatchString(name):
			return refused(400)
		}
	}
}
