package workload

import (
	"bytes"
	"fmt"
	"math"
	"strconv"
)

// Pick draws a uniform number in [0, 1) for request n of a sequence. Use tells
// draws for the same request apart.
func Pick(seed, n uint64, use int) float64 {
	return float64(Mix(Mix(Mix(seed)+uint64(use))^n)>>11) / (1 << 53)
}

// Exponential turns a uniform u in [0, 1) into an exponential of mean 1.
func Exponential(u float64) float64 { return -math.Log1p(-u) }

// Sums are the results of Work for the 16 seeds that requests use, so that
// checking an answer computes nothing.
type Sums struct {
	rounds int
	sum    [16]uint64
}

// NewSums computes them; zero rounds mean no work and no text.
func NewSums(rounds int) *Sums {
	s := &Sums{rounds: rounds}
	if rounds > 0 {
		for i := range s.sum {
			s.sum[i] = Work(uint64(i), rounds)
		}
	}
	return s
}

// Append appends what an answer to request n ends with: a space and the sum in
// hexadecimal, or nothing.
func (s *Sums) Append(dst []byte, n uint64) []byte {
	if s.rounds == 0 {
		return dst
	}
	return AppendSum(dst, s.sum[n%16])
}

// AppendSum appends a space and sum in hexadecimal.
func AppendSum(dst []byte, sum uint64) []byte {
	return strconv.AppendUint(append(dst, ' '), sum, 16)
}

// AppendWork does the work of request n and appends its sum as AppendSum does;
// nothing when rounds is zero.
func AppendWork(dst []byte, n uint64, rounds int) []byte {
	if rounds == 0 {
		return dst
	}
	return AppendSum(dst, Work(n%16, rounds))
}

// Match compares an answer with the right one, and says what differs.
func Match(a *Ask, status, wantStatus int, body, want []byte) error {
	if status != wantStatus {
		return fmt.Errorf("%s %.80s: status %d %.80q, want %d", a.Method, a.Target, status, body, wantStatus)
	}
	if !bytes.Equal(body, want) {
		return fmt.Errorf("%s %.80s: %d bytes %.80q, want %d bytes %.80q",
			a.Method, a.Target, len(body), body, len(want), want)
	}
	return nil
}

// MatchStatus is Match for an answer whose body is the server's own affair.
func MatchStatus(a *Ask, status, want int, body []byte) error {
	return Match(a, status, want, body, body)
}
