package goroutine

import (
	"net/netip"
	"runtime"
	"testing"

	"assay/models/base/model/modeltest"
	"assay/models/base/sock"

	"golang.org/x/sys/unix"
)

// An idle connection that has had a request holds its goroutine, a stack of 2 KiB,
// its buffer, and little else. A deeper wait would double the stack.
func TestIdleMemory(t *testing.T) {
	if modeltest.RaceDetector {
		t.Skip("the race detector keeps memory of its own for each goroutine")
	}
	s := modeltest.Start(t, Model, modeltest.Config{Routes: modeltest.Routes()})
	at := netip.MustParseAddrPort(s.Addr)
	request, answer := []byte(modeltest.Request("/hello")), make([]byte, 512)
	open := func(n int) {
		for range n {
			fd, err := sock.Dial(at, modeltest.Patience) // a client that takes no heap
			if err != nil {
				t.Fatal(err)
			}
			t.Cleanup(func() { unix.Close(fd) })
			unix.Write(fd, request)
			if n, err := unix.Read(fd, answer); n <= 0 || err != nil {
				t.Fatalf("no answer: %v", err)
			}
		}
	}
	held := func() uint64 {
		runtime.GC()
		runtime.GC()
		var m runtime.MemStats
		runtime.ReadMemStats(&m)
		return m.HeapInuse + m.StackInuse
	}
	open(100)
	before := held()
	const n = 1000
	open(n)
	if each := int(held()-before) / n; each > 7500 {
		t.Errorf("%d bytes of heap and stack for an idle connection", each)
	}
}
