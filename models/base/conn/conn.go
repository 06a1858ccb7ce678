package conn

import (
	"math"

	"assay/models/base/http1"
	"assay/models/base/style"
)

// Turn is what a connection needs while it has a request in hand: the decoder's
// state, the exchange, and the answers not yet sent. An idle connection has none where
// somebody is told that bytes have come before they are decoded: in a readiness loop or
// set, and in a goroutine. A thread of its own keeps one: beside its stack it is nothing.
type Turn struct {
	reader   http1.RequestReader
	exchange style.Exchange
	out      []byte
	sent     int
}

// NewTurn makes a turn for connections of s.
func NewTurn(s *Service) *Turn {
	t := &Turn{}
	t.reader.Init(s.Limits)
	t.exchange.Reset()
	return t
}

// Conn is one client connection, sans I/O. Its owner gives it a Turn before Feed.
// The zero value with Service set is a fresh connection.
type Conn struct {
	Service *Service
	Route   *style.Route // of the exchange in hand
	turn    *Turn
	inHand  bool // a handler has the exchange
	more    bool // bytes after the request in hand have already come
	closing bool // no further request will be read
	linger  bool // the peer may still be sending: do not reset it
	looked  bool // owed is known
	eof     bool // the peer will send nothing more
	// owed is how many bytes had come and were not read when a drain first looked.
	// There may be requests among them, so no answer is the last while it is above 0.
	owed int32
}

// Take gives the connection a turn if it has none; Idle gives it back.
func (c *Conn) Take(t *Turn) { c.turn = t }

// HasTurn reports whether the connection holds a turn.
func (c *Conn) HasTurn() bool { return c.turn != nil }

// Idle takes the turn from a connection that has nothing in hand, so that it
// can serve another; nil if there is something in hand.
func (c *Conn) Idle() *Turn {
	t := c.turn
	if t == nil || c.inHand || t.reader.Partial() || len(c.Out()) > 0 {
		return nil
	}
	c.turn = nil
	return t
}

// Feed takes received bytes and returns how many it took, and the exchange that a
// handler must now answer. With a nil exchange all of in was taken and more is
// needed (or Closing). What needs no handler is answered here. It must not be
// called while an exchange is in hand. The exchange's request may alias in:
// an owner who must reuse in before the answer calls Detach.
func (c *Conn) Feed(in []byte) (n int, x *style.Exchange) {
	t := c.turn
	for n < len(in) && !c.closing {
		k, state, err := t.reader.Feed(in[n:], &t.exchange.Request)
		n += k
		if err != nil {
			c.refuse(err)
			break
		}
		switch state {
		case http1.Continue:
			if n == len(in) { // a client that already sends the body needs no leave
				t.out = http1.AppendContinue(t.out)
			}
		case http1.Done:
			c.more = n < len(in)
			if c.route() {
				c.inHand = true
				return n, &t.exchange
			}
		}
	}
	return len(in), nil
}

// Unreader knows how many bytes have come that nobody has read. It does not wait.
type Unreader interface{ Unread() int }

// Look is called before Feed and Answer. While the server drains, it lets the connection
// find out, once, what its peer had sent before it could know: a request whose last byte came
// before the drain is owed its answer wherever that byte is. What comes later is owed
// nothing, or a peer that never stops could hold up the drain.
func (c *Conn) Look(at Unreader) {
	if !c.looked && c.Service.Draining() {
		c.looked, c.owed = true, int32(min(at.Unread(), math.MaxInt32))
	}
}

// Took is told of every n bytes that are read.
func (c *Conn) Took(n int) { c.owed = int32(max(int(c.owed)-n, 0)) }

// Detach copies what the request in hand aliases of the bytes last fed.
func (c *Conn) Detach() { c.turn.reader.Detach(&c.turn.exchange.Request) }

// Answer ends the exchange in hand with what its handler made of it.
func (c *Conn) Answer(err error) {
	c.Service.requests.Add(1)
	c.inHand, c.Route = false, nil
	x := &c.turn.exchange
	if err != nil {
		c.reply(style.StatusOf(err), "", err.Error()+"\n")
		return
	}
	c.finish(x.Status, x.Body)
}

// EOF says that the peer will send nothing more; all it sent was fed.
func (c *Conn) EOF() { c.eof = true }

// Expire refuses a request that did not become whole within RequestTimeout.
func (c *Conn) Expire() {
	if c.turn != nil && !c.inHand {
		c.refuse(&http1.Error{Status: 408, Reason: "request not received in time"})
	}
}

// Refuse answers the exchange in hand with 503 without a handler: the model has
// no room for it.
func (c *Conn) Refuse() { c.Answer(style.ErrRefused) }

// Out is what must be sent now; valid until the next call that adds to it.
func (c *Conn) Out() []byte {
	if c.turn == nil {
		return nil
	}
	return c.turn.out[c.turn.sent:]
}

// Sent says that the first n bytes of Out were sent.
func (c *Conn) Sent(n int) {
	t := c.turn
	t.sent += n
	if t.sent == len(t.out) {
		t.sent, t.out = 0, t.out[:0]
		if cap(t.out) > OutBound { // one huge answer must not stay with the connection
			t.out = nil
		}
	}
}

// InHand reports whether a handler has the exchange.
func (c *Conn) InHand() bool { return c.inHand }

// Partial reports that a request has begun and is not whole: its deadline runs.
func (c *Conn) Partial() bool {
	return c.turn != nil && !c.inHand && c.turn.reader.Partial()
}

// Closing reports that no further request will be taken: once Out is empty
// the connection is to be closed, with lingering if Lingers.
func (c *Conn) Closing() bool { return c.closing || c.eof && !c.inHand }

// Lingers reports that the peer may still be sending what nobody will read:
// shut the write side, discard within LingerTime and LingerBytes, then close.
func (c *Conn) Lingers() bool { return c.linger && !c.eof }
