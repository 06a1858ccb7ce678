package http1

import "math"

// Limits bounds what a reader accepts, in bytes but for Fields (a count). Lines
// are counted with their CRLF. A zero field means its value in DefaultLimits.
type Limits struct {
	Line   int // request line or status line; beyond it 414 (request)
	Field  int // one field line; beyond it 431
	Fields int // number of field lines; beyond it 431
	Head   int // the head in all, and chunk extensions and trailers in all; beyond it 431
	Body   int // decoded body; beyond it 413
}

// DefaultLimits are the limits of all servers here: 8 KiB a line or field, 64
// fields, 16 KiB of head, 1 MiB of body.
var DefaultLimits = Limits{Line: 8 << 10, Field: 8 << 10, Fields: 64, Head: 16 << 10, Body: 1 << 20}

// limits is Limits, packed because every reader holds one.
type limits struct {
	body                      int64
	line, field, fields, head int32
}

func (l Limits) pack() limits {
	d := DefaultLimits
	return limits{
		body:   most(l.Body, d.Body, 1<<58), // so that sums with it cannot overflow
		line:   int32(most(l.Line, d.Line, math.MaxInt32)),
		field:  int32(most(l.Field, d.Field, math.MaxInt32)),
		fields: int32(most(l.Fields, d.Fields, math.MaxInt32)),
		head:   int32(most(l.Head, d.Head, math.MaxInt32)),
	}
}

// most is the limit v, or its default, within what the reader can count.
func most(v, def int, top int64) int64 {
	if v <= 0 {
		v = def
	}
	return min(int64(v), top)
}

// room says whether a line that starts at pos of the head and is n bytes long
// with its CRLF may be accepted, and else which limit it breaks.
func (l *limits) room(pos, n int) *Error {
	most, err := int(l.field), errFieldLimit
	if pos == 0 {
		most, err = int(l.line), errLineLimit
	}
	if left := int(l.head) - pos; left < most {
		most, err = left, errHeadLimit
	}
	if n > most {
		return err
	}
	return nil
}
