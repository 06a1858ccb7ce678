package http1

import (
	"bytes"
	"slices"
)

// fieldLine reads the field line at b[i:] with its CRLF into f and returns the
// index behind it: 0 with an error when the line is wrong or b ends before it
// does, which broken tells apart.
func fieldLine(b []byte, i int, f *Field) (next int, err *Error) {
	start := i
	for i < len(b) && class[b[i]]&isToken != 0 {
		i++
	}
	if i == len(b) || b[i] != ':' || i == start {
		return 0, nameError(b[start:])
	}
	f.Name = b[start:i]
	i++
	for i < len(b) && isSpace(b[i]) {
		i++
	}
	end := control(b, i)
	if end+1 >= len(b) || b[end] != '\r' || b[end+1] != '\n' {
		if end < len(b) && b[end] == '\n' {
			return 0, errLF
		}
		return 0, errFieldValue
	}
	next = end + 2
	for end > i && isSpace(b[end-1]) {
		end--
	}
	f.Value = b[i:end]
	return next, nil
}

// nameError is the refusal of a line that does not start with a field's name.
func nameError(line []byte) *Error {
	switch {
	case len(line) > 0 && line[0] == '\n':
		return errLF
	case len(line) > 0 && isSpace(line[0]):
		return errFold
	}
	return errFieldName
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

// broken is the verdict on the line at b[pos:], which is not whole or is wrong as
// err says. The limit goes first, and a wrong line is judged only when it is
// whole, so that the answer does not hang on how the bytes were cut.
func broken(b []byte, pos int, lim *limits, err *Error) *Error {
	end := bytes.IndexByte(b[pos:], '\n')
	if end < 0 {
		return lim.room(pos, len(b)-pos+1)
	}
	if over := lim.room(pos, end+1); over != nil {
		return over
	}
	return err
}
