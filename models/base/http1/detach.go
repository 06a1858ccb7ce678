package http1

import "slices"

// Detach copies what of m, the request of the last Done, aliases the fed bytes
// into the reader's memory. It is valid until the next Feed, Reset or Release.
func (r *RequestReader) Detach(m *Request) {
	if !r.fed {
		return
	}
	r.makeRoom(len(m.Method) + len(m.Target) + size(m.Fields) + len(m.Body))
	query := -1
	if m.Query != nil {
		query = len(m.Target) - len(m.Query) - 1
	}
	m.Method, m.Target = r.adopt(m.Method), r.adopt(m.Target)
	_ = m.split(query) // a target that was right stays so
	r.adoptFields(m.Fields)
	m.Body = r.adopt(m.Body)
}

// Detach copies what of m, the response of the last Done, aliases the fed bytes
// into the reader's memory. It is valid until the next Feed, Reset or Release.
func (r *ResponseReader) Detach(m *Response) {
	if !r.fed {
		return
	}
	r.makeRoom(size(m.Fields) + len(m.Body))
	r.adoptFields(m.Fields)
	m.Body = r.adopt(m.Body)
}

// makeRoom empties the store and gives it room for n bytes.
func (r *reader) makeRoom(n int) {
	r.fed = false
	r.store = slices.Grow(r.store[:0], n)
}

// adopt copies v to the end of the store, which has room for it.
func (r *reader) adopt(v []byte) []byte {
	from := len(r.store)
	r.keep(v)
	return r.store[from:len(r.store):len(r.store)]
}

func (r *reader) adoptFields(fields []Field) {
	for i := range fields {
		f := &fields[i]
		f.Name, f.Value = r.adopt(f.Name), r.adopt(f.Value)
	}
}

func size(fields []Field) (n int) {
	for i := range fields {
		n += len(fields[i].Name) + len(fields[i].Value)
	}
	return n
}
