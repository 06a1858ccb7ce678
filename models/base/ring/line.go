package ring

import "golang.org/x/sys/unix"

// line is what the engine knows of one descriptor. Its number is free for the next
// only when nothing is in flight on it any more.
type line struct {
	tag   uint32 // the loop's generation of it, 0 until it is in the loop
	life  uint32 // how often the number was opened: completions of an earlier one are dropped
	kind  kind
	state state
	errno unix.Errno // what ended it, or the accept
	out   int32      // slot being sent, 0: none
	in    int32      // slot being received into, without provided buffers
	kept  *kept      // nil as a rule
}

// kept is what came and was not taken at once.
type kept struct {
	in       []byte // bytes, taken up to off
	off      int
	accepted []int32
}

type kind uint8

const (
	closed   kind = iota
	polled        // anything: told of readiness
	stream        // a connection
	dialing       // a connection to be
	listener      // accepts
)

type state uint16

const (
	armed    state = 1 << iota // an operation that gets something is in flight
	stopping                   // and was asked to end
	paused                     // nobody takes what comes: nothing is to be received
	ended                      // the peer's end was received
	blocked                    // Write was refused: its owner is told when there is room
	shutting                   // shut the write side when what is in flight is sent
	closing                    // the owner has closed it
	aborted                    // and the send in flight was asked to end
	gone                       // and the kernel was asked to
)

func (l *line) is(s state) bool { return l.state&s != 0 }
func (l *line) set(s state)     { l.state |= s }
func (l *line) unset(s state)   { l.state &^= s }

// lines finds the line of a descriptor; it grows by chunks, which do not move.
type lines struct{ chunks []*[chunk]line }

const chunk = 512

// at gives the line of an open descriptor, or nil.
func (t *lines) at(fd int32) *line {
	if c := int(fd / chunk); fd >= 0 && c < len(t.chunks) && t.chunks[c] != nil {
		if l := &t.chunks[c][fd%chunk]; l.kind != closed {
			return l
		}
	}
	return nil
}

// open begins a new life of the number fd.
func (t *lines) open(fd int32, k kind) *line {
	c := int(fd / chunk)
	for c >= len(t.chunks) {
		t.chunks = append(t.chunks, nil)
	}
	if t.chunks[c] == nil {
		t.chunks[c] = new([chunk]line)
	}
	l := &t.chunks[c][fd%chunk]
	*l = line{life: (l.life + 1) & lifeMask, kind: k}
	return l
}

// each calls f for every open descriptor.
func (t *lines) each(f func(fd int32, l *line)) {
	for c, all := range t.chunks {
		for i := range all {
			if all[i].kind != closed {
				f(int32(c*chunk+i), &all[i])
			}
		}
	}
}

// What an operation was travels with it, in 64 bits: kind of operation, life of
// the descriptor, descriptor.
const (
	lifeBits = 24
	lifeMask = 1<<lifeBits - 1
)

type op uint8

const (
	opQuiet op = iota // of whose end nobody wants to know
	opPoll
	opAccept
	opReceive
	opSend
	opConnect
	opClose
)

func (l *line) user(o op, fd int32) uint64 {
	return uint64(o)<<(32+lifeBits) | uint64(l.life)<<32 | uint64(uint32(fd))
}

func userOf(u uint64) (o op, life uint32, fd int32) {
	return op(u >> (32 + lifeBits)), uint32(u>>32) & lifeMask, int32(uint32(u))
}
