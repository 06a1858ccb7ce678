package model

import (
	"fmt"
	"runtime"
	"runtime/debug"
	"runtime/metrics"

	"golang.org/x/sys/unix"
)

// Stats appends what /-/stats answers. It does not stop the world, unless
// collect asks for a collection, after which the process has given back to the
// system what it could. Allocations are exact after a collection; otherwise each
// processor's last few kilobytes may be missing.
func Stats(dst []byte, requests uint64, collect bool) []byte {
	if collect {
		debug.FreeOSMemory()
	}
	heap := []metrics.Sample{{Name: "/gc/heap/allocs:objects"}, {Name: "/gc/heap/tiny/allocs:objects"}, {Name: "/gc/heap/allocs:bytes"}}
	metrics.Read(heap)
	var gc debug.GCStats
	debug.ReadGCStats(&gc)
	return fmt.Appendf(dst,
		`{"requests":%d,"mallocs":%d,"bytes":%d,"collections":%d,"pause_total":%d,"goroutines":%d,"threads":%d}`+"\n",
		requests, heap[0].Value.Uint64()+heap[1].Value.Uint64(), heap[2].Value.Uint64(),
		gc.NumGC, gc.PauseTotal.Nanoseconds(), runtime.NumGoroutine(), Threads())
}

// Threads is how many threads the process has; -1 where /proc does not say.
func Threads() int {
	var st unix.Stat_t
	if err := unix.Stat("/proc/self/task", &st); err != nil {
		return -1
	}
	return int(st.Nlink) - 2 // a folder's links: one each for itself, its name and its subfolders
}
