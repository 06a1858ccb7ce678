package workload

import (
	"bytes"
	"math"
	"time"

	"assay/models/base/style"
)

// What a server accepts in a request. They bound what one request can cost.
const (
	MaxBytes = 16 << 20         // of an echo, bytes
	MaxCalls = 64               // backend calls of a request
	MaxDelay = 60 * time.Second // of one backend call, and of one block
	MaxWork  = 100_000_000      // rounds of Work
)

// NextParam splits the first parameter off a query. Names and values are taken
// as they stand: the workloads' parameters need no percent-encoding.
func NextParam(query []byte) (name, value, rest []byte) {
	name, rest, _ = bytes.Cut(query, []byte{'&'})
	name, value, _ = bytes.Cut(name, []byte{'='})
	return name, value, rest
}

// Uint reads parameter name from its value: a decimal number of at most limit.
// The error is a style.BadRequest that names both.
func Uint(name string, value []byte, limit uint64) (uint64, error) {
	n, ok := Decimal(value)
	if !ok || n > limit {
		return 0, style.Badf("%s=%.40q: want a decimal number from 0 to %d", name, value, limit)
	}
	return n, nil
}

// Micros reads parameter name as a duration in microseconds of at most MaxDelay.
func Micros(name string, value []byte) (time.Duration, error) {
	n, err := Uint(name, value, uint64(MaxDelay/time.Microsecond))
	return time.Duration(n) * time.Microsecond, err
}

// Decimal reads an unsigned decimal number that fills text; ok is false for
// anything else, a sign, a blank or an overflow included.
func Decimal(text []byte) (n uint64, ok bool) {
	if len(text) == 0 {
		return 0, false
	}
	for _, c := range text {
		if c < '0' || c > '9' {
			return 0, false
		}
		d := uint64(c - '0')
		if n > (math.MaxUint64-d)/10 {
			return 0, false
		}
		n = n*10 + d
	}
	return n, true
}

// HandlerFault obeys the fault that a request asks of the handler itself:
// "panic" does not return. The error, for an unknown fault, is a style.BadRequest.
func HandlerFault(kind []byte) error {
	if string(kind) == "panic" {
		panic("the request asked for a fault in the handler")
	}
	return style.Badf("fault=%.40q: want panic", kind)
}
