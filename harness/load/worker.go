package load

import (
	"fmt"
	"sync/atomic"
	"time"

	"assay/bench/workload"
	"assay/models/base/http1"
	"assay/models/base/loop"
)

// DefaultSpin is how long before an intended time a slice's loop stops sleeping and
// polls. Waking a sleeping processor costs some 20–60 µs on a virtual machine, and
// more once in a hundred times. Polling costs at most the spin in processor time per arrival:
// with 50 µs up to half a processor at 10,000 arrivals a second, a tenth at 2,000.
// More would be taken from backends that share the processor.
const DefaultSpin = 50 * time.Microsecond

// AloneSpin is DefaultSpin for Run, which shares its processor with nobody it
// knows of: from some 1,000 arrivals a second up, the loop never sleeps.
const AloneSpin = time.Millisecond

// readBuffer is what one read may bring, bytes. All connections of a loop share it.
const readBuffer = 64 << 10

// worker is one event loop on its own thread, with its share of every arm's
// connections. All but post and published is used on that thread only.
type worker struct {
	loop      *loop.Loop
	buf       []byte         // what was read
	out       []byte         // the request being written
	resp      http1.Response // the answer being read
	rec       *Recorder      // of the running slice: one runs at a time
	published struct{ requests, answers, faults, queued atomic.Uint64 }
	ended     chan error // the loop's end
}

func newWorker() (*worker, error) {
	l, err := loop.New()
	if err != nil {
		return nil, fmt.Errorf("generator: %w", err)
	}
	w := &worker{loop: l, buf: make([]byte, readBuffer), rec: NewRecorder(), ended: make(chan error, 1)}
	go func() { w.ended <- l.Run() }()
	return w, nil
}

// stop ends the loop; its memory and descriptors stay.
func (w *worker) stop() error {
	w.loop.Stop()
	return <-w.ended
}

// encode makes the request for a; it is valid until the next.
func (w *worker) encode(t *target, a *workload.Ask) []byte {
	w.out = http1.AppendRequest(w.out[:0], a.Method, a.Target, t.host, a.Body)
	if t.fresh {
		w.out = sayClose(w.out, len(a.Body))
	}
	return w.out
}

// sayClose puts "Connection: close" at the end of the head of request b, whose
// body is the last body bytes.
func sayClose(b []byte, body int) []byte {
	const field = "Connection: close\r\n"
	at := len(b) - body - len("\r\n")
	b = append(b, field...)
	copy(b[at+len(field):], b[at:])
	copy(b[at:], field)
	return b
}
