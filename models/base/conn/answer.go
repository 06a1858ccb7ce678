package conn

import (
	"bytes"
	"fmt"
	"strconv"

	"assay/models/base/http1"
)

const textPlain = "text/plain"

// route finds the handler for a whole request. False: answered here.
func (c *Conn) route() bool {
	rq := &c.turn.exchange.Request
	allow := ""
	for i := range c.Service.Routes {
		r := &c.Service.Routes[i]
		if string(rq.Path) != r.Path {
			continue
		}
		if string(rq.Method) == r.Method {
			c.Route = r
			return true
		}
		if allow != "" {
			allow += ", "
		}
		allow += r.Method
	}
	switch {
	case allow != "":
		c.reply(405, "Allow: "+allow+"\r\n", "this path takes "+allow+"\n")
	case bytes.HasPrefix(rq.Path, []byte("/-/")):
		c.own(string(rq.Path))
	default:
		c.reply(404, "", "no such path\n")
	}
	return false
}

// own answers what every server of the suite offers beside its workload.
func (c *Conn) own(path string) {
	rq, s := &c.turn.exchange.Request, c.Service
	known := path == "/-/id" && s.Nonce != "" || path == "/-/stats" && s.Stats != nil
	switch {
	case !known:
		c.reply(404, "", "no such path\n")
	case string(rq.Method) != "GET":
		c.reply(405, "Allow: GET\r\n", "this path takes GET\n")
	case path == "/-/id":
		c.reply(200, "", fmt.Sprintf("{\"nonce\":%s,\"pid\":%d}\n", strconv.Quote(s.Nonce), s.PID))
	default:
		c.reply(200, "", string(s.Stats(nil, s.Requests(), string(rq.Query) == "gc=1")))
	}
}

// refuse answers input that is no request and ends the connection. What the
// peer still sends is discarded, lest a reset overtake the answer.
func (c *Conn) refuse(err error) {
	status := 400
	if e, ok := err.(*http1.Error); ok {
		status = e.Status
	}
	c.closing, c.linger = true, true
	c.turn.out = http1.AppendResponse(c.turn.out, status, textPlain, []byte(err.Error()+"\n"), false)
	c.next()
}

// reply answers with a line of text and an optional extra header field, which
// ends in CRLF.
func (c *Conn) reply(status int, field, text string) {
	t := c.turn
	head := string(t.exchange.Request.Method) == "HEAD"
	t.out = http1.AppendAnswerHead(t.out, status, textPlain, len(text), c.persistence())
	if field != "" { // before the empty line that ends the head
		t.out = append(append(t.out[:len(t.out)-2], field...), "\r\n"...)
	}
	if !head {
		t.out = append(t.out, text...)
	}
	c.next()
}

// finish answers with a handler's own body.
func (c *Conn) finish(status int, body []byte) {
	t := c.turn
	t.out = append(http1.AppendAnswerHead(t.out, status, textPlain, len(body), c.persistence()), body...)
	c.next()
}

// persistence decides whether the connection outlives the answer being made.
func (c *Conn) persistence() http1.Persistence {
	p := c.turn.exchange.Request.Persistence()
	if c.Service.Draining() && !c.more && c.owed == 0 {
		p = http1.Close
	}
	if p == http1.Close {
		c.closing, c.linger = true, c.more
	}
	return p
}

// next makes the turn ready for the next request. What a huge request or answer has made
// it grow to is given back: it must not stay with the connection, nor with the turn.
func (c *Conn) next() {
	t := c.turn
	if cap(t.exchange.Body) > OutBound {
		t.exchange.Body = nil
	}
	t.exchange.Reset()
	t.reader.Reset()
	if t.reader.Held() > OutBound {
		t.reader.Release()
	}
}
