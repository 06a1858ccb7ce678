package model

import (
	"encoding/json"
	"runtime"
	"testing"
)

type figures struct {
	Requests, Mallocs, Bytes, Collections uint64
	PauseTotal                            uint64 `json:"pause_total"`
	Goroutines, Threads                   int
}

func stats(t *testing.T, requests uint64, collect bool) (f figures) {
	t.Helper()
	if err := json.Unmarshal(Stats(nil, requests, collect), &f); err != nil {
		t.Fatal(err)
	}
	return f
}

var sink [][]byte

func TestStats(t *testing.T) {
	before := stats(t, 5, true)
	const n, size = 10000, 64
	for range n {
		sink = append(sink, make([]byte, size))
	}
	after := stats(t, 7, true)
	if before.Requests != 5 || after.Requests != 7 {
		t.Errorf("requests %d then %d, want 5 then 7", before.Requests, after.Requests)
	}
	if d := after.Mallocs - before.Mallocs; d < n || d > n+2000 {
		t.Errorf("%d allocations counted, want %d and a few", d, n)
	}
	if d := after.Bytes - before.Bytes; d < n*size {
		t.Errorf("%d bytes counted, want at least %d", d, n*size)
	}
	if after.Collections <= before.Collections || after.PauseTotal < before.PauseTotal {
		t.Errorf("collections %d then %d, pauses %d then %d: want them to grow",
			before.Collections, after.Collections, before.PauseTotal, after.PauseTotal)
	}
	sink = nil
}

// Reading the figures must not disturb what is measured.
func TestStatsWithoutCollection(t *testing.T) {
	before := stats(t, 0, false)
	after := stats(t, 0, false)
	if after.Collections != before.Collections {
		t.Errorf("reading made %d collections", after.Collections-before.Collections)
	}
	if n := testing.AllocsPerRun(100, func() { Stats(nil, 0, false) }); n > 20 {
		t.Errorf("reading allocates %v objects", n)
	}
}

func TestThreads(t *testing.T) {
	before := Threads()
	hold, up := make(chan struct{}), make(chan struct{})
	const n = 5
	for range n {
		go func() {
			runtime.LockOSThread()
			up <- struct{}{}
			<-hold
		}()
	}
	for range n {
		<-up
	}
	if got := Threads(); got < n+1 || got < before {
		t.Errorf("%d threads, %d of them locked; %d before", got, n, before)
	}
	close(hold)
}
