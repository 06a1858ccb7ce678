package hybrid

import (
	"encoding/binary"
	"errors"

	"assay/models/base/style"
)

// Parent and child are one executable, so they agree on the computations: a task names
// one by its place among those of the routes. Both directions are packets, whole or not at all.

// named are the computations that the routes name, each once.
func named(routes []style.Route) []*style.Pure {
	var all []*style.Pure
	seen := map[string]bool{}
	for _, r := range routes {
		for _, p := range r.Pure {
			if !seen[p.Name] {
				seen[p.Name] = true
				all = append(all, p)
			}
		}
	}
	return all
}

const (
	taskSize   = 24       // which, a, b: 8 bytes each
	resultSize = 8        // the result; what follows is the text of a fault
	mostResult = 64 << 10 // of a fault's text and stack more is cut off
)

func appendTask(dst []byte, which int, a, b uint64) []byte {
	dst = binary.LittleEndian.AppendUint64(dst, uint64(which))
	dst = binary.LittleEndian.AppendUint64(dst, a)
	return binary.LittleEndian.AppendUint64(dst, b)
}

// do does the task of a frame, and appends the frame of its result.
func do(dst []byte, all []*style.Pure, frame []byte) []byte {
	word := func(i int) uint64 { return binary.LittleEndian.Uint64(frame[8*i:]) }
	result, fault := try(all[word(0)], word(1), word(2))
	dst = binary.LittleEndian.AppendUint64(dst, result)
	if fault != nil {
		dst = append(append(append(dst, fault.text...), 0), fault.stack...)
	}
	return dst[:min(len(dst), mostResult)]
}

// outcome reads the frame of a result.
func outcome(frame []byte) (result uint64, err error) {
	if len(frame) < resultSize {
		return 0, errors.New("a worker process answered with less than a result")
	}
	if text := frame[resultSize:]; len(text) > 0 {
		return 0, faultOf(text)
	}
	return binary.LittleEndian.Uint64(frame), nil
}
