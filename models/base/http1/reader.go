package http1

type phase uint8

const (
	idle       phase = iota // between messages: no byte of one in hand
	inHead                  // the store has the head so far
	inBody                  // Content-Length: left bytes are owed
	untilClose              // the body ends with the connection
	// Within a chunked body; chunk.go says what each takes.
	inChunk
	inChunkSize
	inChunkPad
	inChunkExtension
	inChunkLF
	inChunkData
	inChunkDataCR
	inChunkDataLF
	inTrailer
	inTrailerName
	inTrailerValue
	inTrailerLF
	inLastLF
)

// reader is what both readers share. An idle one is this struct and whatever
// store it was left; Release drops the store.
type reader struct {
	store  []byte // a message that straddles Feeds: its head as sent, then its body decoded
	err    *Error // what the stream was refused for
	lim    limits
	left   int64 // bytes the body or the chunk still owes
	line   int32 // in store, start of the line not yet whole
	head   int32 // length of the head in store, once it is whole
	extra  int32 // bytes of chunk lines and trailers that carry nothing
	fields int32 // field lines so far
	phase  phase
	blank  bool // the empty line that may precede a request has been skipped
	fed    bool // the message handed out aliases the fed bytes
}

// Init makes the reader ready for a stream, with these limits.
func (r *reader) Init(lim Limits) {
	*r = reader{lim: lim.pack(), store: r.store[:0]}
}

// Partial says whether some but not all of a message has been fed. The empty
// line that may precede a request is no part of it.
func (r *reader) Partial() bool { return r.phase != idle }

// Held is how many bytes of memory the reader keeps for messages that straddle Feeds.
func (r *reader) Held() int { return cap(r.store) }

// Release drops the memory of a reader that is between messages; a message that
// aliases it stays valid. While one is partly read it does nothing.
func (r *reader) Release() {
	if r.phase == idle {
		r.store = nil
	}
}

func (r *reader) restart() {
	r.phase, r.err, r.blank, r.fed = idle, nil, false, false
}

func (r *reader) fail(err *Error) (int, State, error) {
	r.err = err
	return 0, More, err
}

// keep appends to the store, which grows by what came, not by what was promised.
func (r *reader) keep(b []byte) { r.store = append(r.store, b...) }
