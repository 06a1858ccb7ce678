package http1

import (
	"bytes"
	"slices"
)

// fieldLine reads the field line at b[i:] with its CRLF into f and returns the
// index behind it: 0 with a nil error when b ends before the line does.
func fieldLine(b []byte, i int, f *Field) (next int, err *Error) {
	start := i
	for i < len(b) && class[b[i]]&isToken != 0 {
		i++
	}
	if i == len(b) {
		return 0, nil
	}
	if b[i] != ':' || i == start {
		if b[start] == ' ' || b[start] == '\t' {
			return 0, errFold
		}
		return 0, errFieldName
	}
	f.Name = b[start:i]
	i++
	for i < len(b) && (b[i] == ' ' || b[i] == '\t') {
		i++
	}
	end := control(b, i)
	if end+1 >= len(b) && (end == len(b) || b[end] == '\r') {
		return 0, nil
	}
	if b[end] != '\r' || b[end+1] != '\n' {
		if b[end] == '\n' {
			return 0, errLF
		}
		return 0, errFieldValue
	}
	next = end + 2
	for end > i && (b[end-1] == ' ' || b[end-1] == '\t') {
		end--
	}
	f.Value = b[i:end]
	return next, nil
}

// parseFields reads field lines from b[pos:] to the empty line that ends the head
// and returns the index behind it. When b ends before, whole is false and the
// index is that of the line not whole.
func parseFields(b []byte, pos int, lim *limits, fields []Field, h *head) (_ []Field, _ int, whole bool, _ *Error) {
	for {
		if pos+2 <= len(b) && b[pos] == '\r' && b[pos+1] == '\n' {
			if err := lim.room(pos, 2); err != nil {
				return fields, pos, false, err
			}
			return fields, pos + 2, true, nil
		}
		if pos+1 >= len(b) && (pos == len(b) || b[pos] == '\r') {
			return fields, pos, false, unfinished(b, pos, lim)
		}
		if len(fields) == cap(fields) {
			fields = slices.Grow(fields, 8)
		}
		f := &fields[:len(fields)+1][len(fields)]
		next, err := fieldLine(b, pos, f)
		if next == 0 {
			return fields, pos, false, broken(b, pos, lim, err)
		}
		if err := lim.room(pos, next-pos); err != nil {
			return fields, pos, false, err
		}
		if len(fields) >= int(lim.fields) {
			return fields, pos, false, errFieldsLimit
		}
		fields = fields[:len(fields)+1]
		h.note(f)
		pos = next
	}
}

// unfinished is the verdict on a line of which only b[pos:] is there: none as
// long as it can still be right.
func unfinished(b []byte, pos int, lim *limits) *Error {
	return lim.room(pos, len(b)-pos+1)
}

// broken is the verdict on the line at b[pos:], which is unfinished (err is nil)
// or wrong. The limit goes first and a wrong line is judged when it is whole,
// so that the answer does not hang on how it was cut.
func broken(b []byte, pos int, lim *limits, err *Error) *Error {
	end := bytes.IndexByte(b[pos:], '\n')
	if end < 0 {
		return unfinished(b, pos, lim)
	}
	if over := lim.room(pos, end+1); over != nil {
		return over
	}
	return err
}
