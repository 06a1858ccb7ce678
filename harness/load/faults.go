package load

import "fmt"

// fault is a way in which a request gets no right answer, or a connection
// says what nobody asked for.
type fault uint8

const (
	connectFailed fault = iota // refused, or no port or descriptor left
	timedOut                   // no whole answer by the time-out or the end of the drain
	reset                      // the connection broke
	ended                      // the server closed before the answer was whole
	unparsed                   // not HTTP
	wrong                      // a 2xx answer other than the right one
	unsent                     // no connection came free until the end of the drain
	unsolicited                // bytes that answer no request: not a request of its own
	faults
)

// faultNames are the keys of LoadFigures.Errors; "status-NNN" joins them for an
// answer that is not 2xx and should be.
var faultNames = [faults]string{"connect", "timeout", "reset", "eof", "parse", "wrong", "unsent", "unsolicited"}

// tally counts faults. It holds no map, because counting must not allocate.
type tally struct {
	by       [faults]uint64
	status   [1000]uint64
	reopened uint64
	firstBad string // the first answer that was not right, in words
}

func (t *tally) add(f fault) { t.by[f]++ }

// bad counts an answer that the check refused.
func (t *tally) bad(status int, err error) {
	if status/100 == 2 {
		t.by[wrong]++
	} else {
		t.status[status%1000]++
	}
	if t.firstBad == "" {
		t.firstBad = err.Error()
	}
}

// merge adds o to t.
func (t *tally) merge(o *tally) {
	for i, n := range o.by {
		t.by[i] += n
	}
	for i, n := range o.status {
		t.status[i] += n
	}
	t.reopened += o.reopened
	if t.firstBad == "" {
		t.firstBad = o.firstBad
	}
}

// errors gives the counts that are not zero, by name.
func (t *tally) errors() map[string]uint64 {
	m := map[string]uint64{}
	for f, n := range t.by {
		if n > 0 {
			m[faultNames[f]] = n
		}
	}
	for code, n := range t.status {
		if n > 0 {
			m[fmt.Sprintf("status-%d", code)] = n
		}
	}
	return m
}
