package blocking

import (
	"errors"
	"os"
	"sync/atomic"
	"testing"
	"time"

	"assay/models/base/conn"
	"assay/models/base/style"
)

// silent is a connection to a backend that never answers.
type silent struct{ conn.Stream }

func (silent) Write(b []byte, _ time.Duration) (int, error) { return len(b), nil }
func (silent) Close() error                                 { return nil }

func (silent) Read(_ []byte, until time.Time) (int, error) {
	time.Sleep(time.Until(until))
	return 0, os.ErrDeadlineExceeded
}

// Several calls at once have one deadline, as in every model: who has waited for a thread until
// it is over is not asked, and does not begin another.
func TestCallsBehindOthersHaveTheSameDeadline(t *testing.T) {
	var dialled atomic.Int32
	up := &conn.Upstreams{
		Service: &conn.Service{Backends: []string{"a:1"}, BackendTimeout: 20 * time.Millisecond},
		Dial: func(string, time.Duration) (conn.Stream, error) {
			dialled.Add(1)
			return silent{}, nil
		},
	}
	threads := NewThreads(1)
	pool, err := NewPooling(threads, 1)
	if err != nil {
		t.Fatal(err)
	}
	calls := make([]style.Call, 6)
	err = NewWaiter(up, pool).CallAll(calls)
	pool.Close()
	threads.Wait()
	if !errors.Is(err, style.ErrDeadline) {
		t.Errorf("no answer came: %v, want the deadline", err)
	}
	// The one thread makes a call, and the handler another while it waits.
	if n := dialled.Load(); n > 2 {
		t.Errorf("%d calls of %d were begun by a thread and its handler, want 2 at most: the others came too late", n, len(calls))
	}
}
