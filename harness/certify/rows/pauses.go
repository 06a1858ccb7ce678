package rows

import (
	"slices"
	"time"

	"assay/harness/certify"
	"assay/harness/load"
	"assay/harness/sentinel"
)

// sharp is how closely a certificate wants the processors watched: a pause that is shorter than a
// bound of the certificate moves no verdict. It costs each processor 1.6 %, some 20 µs at a time.
var sharp = sentinel.Sharp{Period: time.Millisecond, Bound: certify.DefaultBound.Time}

// watch has the generator's and the oracle's processors watched; nil if nobody does. Close ends it.
func (s *Session) watch() *sentinel.Client {
	if len(s.Sentinel) == 0 {
		return nil
	}
	cpus := slices.Concat(s.load, s.server)
	slices.Sort(cpus)
	c, err := sentinel.StartSharp(s.Sentinel, slices.Compact(cpus), sharp, s.Log)
	if err != nil {
		s.Say("nobody watches for pauses of the processors: %v", err)
		return nil
	}
	return c
}

// pauses are those of a slice; nil where nobody watched.
func (s *Session) pauses(watch *sentinel.Client, slice load.Reply) *certify.Pauses {
	if watch == nil {
		return nil
	}
	r, err := watch.Take()
	if err != nil {
		s.Say("nobody watched for pauses of the processors: %v", err)
		return nil
	}
	p := certify.PausesOf(s.noted(r.Hiccups), r.Policy == sentinel.FIFO, slice.Start, slice.Start+slice.Length)
	return &p
}

// noted are the pauses that wake-ups tell of which came late.
func (s *Session) noted(hiccups []sentinel.Hiccup) []certify.Pause {
	var seen []certify.Pause
	for _, h := range hiccups {
		// The processor ran when the sentinel began to sleep, and not from some time after that.
		seen = append(seen, certify.Pause{From: h.Due - int64(sharp.Period), To: h.Due + h.Late, Sends: slices.Contains(s.load, h.CPU)})
	}
	return seen
}
