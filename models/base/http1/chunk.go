package http1

// chunks decodes a chunked body (RFC 9112 7.1) from b into the store. Nothing but
// data is kept: sizes add up in left, extensions and trailers are checked and
// dropped. Each byte is looked at once; data is moved whole.
func (r *reader) chunks(b []byte) (n int, done bool, err *Error) {
	for n < len(b) {
		if r.phase == inChunkData {
			some := int(min(r.left, int64(len(b)-n)))
			r.keep(b[n : n+some])
			n += some
			if r.left -= int64(some); r.left == 0 {
				r.phase = inChunkDataCR
			}
			continue
		}
		last := r.phase == inLastLF
		if err := r.chunkByte(b[n]); err != nil {
			return 0, false, err
		}
		n++
		if last {
			return n, true, nil
		}
	}
	return n, false, nil
}

// chunkByte takes one byte that is not chunk data.
func (r *reader) chunkByte(c byte) *Error {
	switch r.phase {
	case inChunk, inChunkSize, inChunkPad, inChunkExtension, inChunkLF:
		return r.sizeByte(c)
	case inChunkDataCR:
		return r.expect(c, '\r', inChunkDataLF, errChunkEnd)
	case inChunkDataLF:
		return r.expect(c, '\n', inChunk, errChunkEnd)
	default:
		return r.trailerByte(c)
	}
}

func (r *reader) expect(c, want byte, next phase, err *Error) *Error {
	if c != want {
		return err
	}
	r.phase = next
	return nil
}

// spend counts a byte that carries nothing.
func (r *reader) spend() *Error {
	if r.extra++; r.extra > r.lim.head {
		return errChunkLimit
	}
	return nil
}

// sizeByte takes a byte of a chunk's first line.
func (r *reader) sizeByte(c byte) *Error {
	switch {
	case r.phase == inChunkLF:
		next := inChunkData
		if r.left == 0 {
			next = inTrailer
		}
		return r.expect(c, '\n', next, errChunkLine)
	case r.phase == inChunk:
		if class[c]&isHex == 0 {
			return errChunkSize
		}
		r.left, r.phase = unhex(c), inChunkSize
		return r.within()
	case r.phase == inChunkSize && class[c]&isHex != 0:
		if r.left == 0 {
			if err := r.spend(); err != nil { // leading zeros
				return err
			}
		}
		r.left = r.left<<4 | unhex(c)
		return r.within()
	case c == '\r' && r.phase != inChunkPad:
		r.phase = inChunkLF
		return nil
	case c == ';' && r.phase != inChunkExtension:
		r.phase = inChunkExtension
	case isSpace(c) && r.phase != inChunkExtension:
		r.phase = inChunkPad // BWS, only before an extension
	case r.phase == inChunkSize:
		return errChunkSize
	case r.phase == inChunkPad || class[c]&isText == 0:
		return errChunkLine
	}
	return r.spend()
}

// within holds the body to its limit as soon as a chunk's size says so.
func (r *reader) within() *Error {
	if r.left > r.lim.body-r.decoded() {
		return errBodyLimit
	}
	return nil
}

// trailerByte takes a byte of the trailer section.
func (r *reader) trailerByte(c byte) *Error {
	switch r.phase {
	case inTrailer:
		if c == '\r' {
			r.phase = inLastLF
			return nil
		}
		if class[c]&isToken == 0 {
			return errTrailer
		}
		r.phase = inTrailerName
	case inTrailerName:
		if c == ':' {
			r.phase = inTrailerValue
		} else if class[c]&isToken == 0 {
			return errTrailer
		}
	case inTrailerValue:
		if c == '\r' {
			r.phase = inTrailerLF
		} else if class[c]&isText == 0 {
			return errTrailer
		}
	case inTrailerLF:
		if c != '\n' {
			return errTrailer
		}
		r.phase = inTrailer
	case inLastLF:
		return r.expect(c, '\n', idle, errTrailer)
	}
	return r.spend()
}

func unhex(c byte) int64 {
	if c <= '9' {
		return int64(c - '0')
	}
	return int64(c|0x20-'a') + 10
}
