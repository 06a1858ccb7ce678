package http1

// State is what a reader knows after a Feed.
type State uint8

const (
	// More: the message is not whole; feed further bytes.
	More State = iota
	// Continue: the head is whole and no byte of the body is there, because the
	// client waits for "100 Continue" before it sends one. Reported at most once a
	// message; Feed goes on afterwards. A ResponseReader reports it for a 1xx
	// answer after which the final one is still to come.
	Continue
	// Done: one whole message is in hand.
	Done
)

func (s State) String() string {
	return [...]string{"More", "Continue", "Done"}[s]
}

// Field is one header field, its value without the white space around it; both
// slices alias the reader's or the fed memory.
type Field struct{ Name, Value []byte }

// Request is one decoded request. See the package comment for how long its
// slices live. A reader overwrites all of it and reuses the memory of Fields.
type Request struct {
	Method    []byte
	Target    []byte // as sent
	Path      []byte // Target up to '?'; of an absolute-form target, its path
	Query     []byte // after '?', undecoded; nil when there is none
	Fields    []Field
	Body      []byte // decoded (unchunked)
	Minor     int    // HTTP/1.Minor
	KeepAlive bool   // the client wants the connection kept (version and Connection field)
}

// Reset empties the request and keeps the memory of its fields.
func (m *Request) Reset() { *m = Request{Fields: m.Fields[:0]} }

// Header returns the value of the first field of that name, in any case of
// letters, and nil when there is none.
func (m *Request) Header(name string) []byte { return find(m.Fields, name) }

// Response is one decoded response.
type Response struct {
	Status    int
	Fields    []Field
	Body      []byte // decoded (unchunked)
	Minor     int    // HTTP/1.Minor
	KeepAlive bool   // the server keeps the connection
}

// Reset empties the response and keeps the memory of its fields.
func (m *Response) Reset() { *m = Response{Fields: m.Fields[:0]} }

// Header returns the value of the first field of that name, in any case of
// letters, and nil when there is none.
func (m *Response) Header(name string) []byte { return find(m.Fields, name) }

func find(fields []Field, name string) []byte {
	for i := range fields {
		if f := &fields[i]; len(f.Name) == len(name) && equalFold(f.Name, name) {
			return f.Value
		}
	}
	return nil
}
