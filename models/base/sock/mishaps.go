package sock

import (
	"fmt"
	"io"
	"time"
)

// Mishaps is a Backoff that tells the log of each series of failures once, not
// of each rest. The zero value is ready.
type Mishaps struct {
	back Backoff
	last error // of the series under way
}

// After is Backoff's.
func (m *Mishaps) After(err error, log io.Writer) (rest time.Duration, again bool) {
	rest, again = m.back.After(err)
	if rest > 0 && err != m.last {
		fmt.Fprintf(log, "accept: %v: resting until it mends\n", err)
		m.last = err
	}
	return rest, again
}

// Over is told of every success.
func (m *Mishaps) Over() { *m = Mishaps{} }
