package behaviour

import (
	"bytes"
	"compress/gzip"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
)

// sample is a stack that the profiler saw, innermost first, and how often.
type sample struct {
	names []string
	count int64
}

// readProfile reads what runtime/pprof writes: a gzipped message Profile of
// pprof's profile.proto, of which four fields are looked at.
func readProfile(zipped []byte) ([]sample, error) {
	r, err := gzip.NewReader(bytes.NewReader(zipped))
	if err != nil {
		return nil, err
	}
	raw, err := io.ReadAll(r)
	if err != nil {
		return nil, err
	}
	p := profile{lines: map[uint64][]uint64{}, names: map[uint64]uint64{}}
	err = fields(raw, func(number uint64, _ uint64, b []byte) error {
		switch number {
		case 2:
			return p.sample(b)
		case 4:
			return p.location(b)
		case 5:
			return p.function(b)
		case 6:
			p.strings = append(p.strings, string(b))
		}
		return nil
	})
	if err != nil {
		return nil, err
	}
	return p.resolve(), nil
}

// profile is the message, its references not yet followed.
type profile struct {
	stacks  [][]uint64 // of each sample, locations
	counts  []int64
	lines   map[uint64][]uint64 // of a location, functions: innermost first
	names   map[uint64]uint64   // of a function, index into strings
	strings []string
}

func (p *profile) sample(b []byte) error {
	var stack, values []uint64
	err := fields(b, func(number, v uint64, packed []byte) error {
		switch number {
		case 1:
			stack = append(stack, numbers(v, packed)...)
		case 2:
			values = append(values, numbers(v, packed)...)
		}
		return nil
	})
	if err != nil || len(values) == 0 {
		return errors.Join(err, errIf(len(values) == 0, "a sample without a value"))
	}
	p.stacks, p.counts = append(p.stacks, stack), append(p.counts, int64(values[0]))
	return nil
}

func (p *profile) location(b []byte) error {
	var id uint64
	var functions []uint64
	err := fields(b, func(number, v uint64, line []byte) error {
		switch number {
		case 1:
			id = v
		case 4:
			return fields(line, func(number, v uint64, _ []byte) error {
				if number == 1 {
					functions = append(functions, v)
				}
				return nil
			})
		}
		return nil
	})
	p.lines[id] = functions
	return err
}

func (p *profile) function(b []byte) error {
	var id, name uint64
	err := fields(b, func(number, v uint64, _ []byte) error {
		switch number {
		case 1:
			id = v
		case 2:
			name = v
		}
		return nil
	})
	p.names[id] = name
	return err
}

func (p *profile) resolve() (all []sample) {
	for i, stack := range p.stacks {
		s := sample{count: p.counts[i]}
		for _, location := range stack {
			for _, f := range p.lines[location] {
				if at := p.names[f]; at < uint64(len(p.strings)) {
					s.names = append(s.names, short(p.strings[at]))
				}
			}
		}
		all = append(all, s)
	}
	return all
}

// fields calls f for each field of a message: with its number, and its value or its bytes.
func fields(b []byte, f func(number, value uint64, bytes []byte) error) error {
	for len(b) > 0 {
		tag, n := binary.Uvarint(b)
		if n <= 0 {
			return errors.New("a tag is cut")
		}
		b = b[n:]
		v, n := binary.Uvarint(b)
		if n <= 0 {
			return errors.New("a field is cut")
		}
		b = b[n:]
		var content []byte
		switch tag & 7 {
		case 0:
		case 2:
			if v > uint64(len(b)) {
				return errors.New("a field is longer than its message")
			}
			content, b = b[:v], b[v:]
		default:
			return fmt.Errorf("wire type %d", tag&7)
		}
		if err := f(tag>>3, v, content); err != nil {
			return err
		}
	}
	return nil
}

// numbers are those of a repeated field, packed or one.
func numbers(v uint64, packed []byte) (all []uint64) {
	if packed == nil {
		return []uint64{v}
	}
	for len(packed) > 0 {
		u, n := binary.Uvarint(packed)
		if n <= 0 {
			return all
		}
		all, packed = append(all, u), packed[n:]
	}
	return all
}

func errIf(is bool, text string) error {
	if is {
		return errors.New(text)
	}
	return nil
}
