package load

import (
	"net"
	"runtime"
	"testing"
	"time"

	"assay/bench/workload"
)

// newNullServer answers whatever it reads with a fixed answer and allocates nothing,
// so that a test in its process can count the generator's allocations.
func newNullServer(t testing.TB) string {
	t.Helper()
	ln, err := net.Listen("tcp4", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { ln.Close() })
	go func() {
		for {
			c, err := ln.Accept()
			if err != nil {
				return
			}
			go func() {
				defer c.Close()
				in, out := make([]byte, 4096), []byte("HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nContent-Length: 13\r\n\r\nabcdefghijklm")
				for {
					if _, err := c.Read(in); err != nil {
						return
					}
					if _, err := c.Write(out); err != nil {
						return
					}
				}
			}()
		}
	}()
	return ln.Addr().String()
}

// A slice costs some allocations, a request none: a longer slice has no more than a
// shorter one, but for the odd one of the runtime's own.
func TestNoAllocationPerRequest(t *testing.T) {
	for name, rate := range map[string]float64{"open": 4000, "closed": 0} {
		t.Run(name, func(t *testing.T) {
			g := newTestGenerator(t, 1)
			do(t, g, Command{Op: OpOpen, Arm: "a", Addr: newNullServer(t), Conns: 16, URLPath: "/"})
			measure := func(d time.Duration) (mallocs, requests uint64) {
				var before, after runtime.MemStats
				runtime.ReadMemStats(&before)
				r := do(t, g, Command{Op: OpSlice, Arm: "a", Rate: rate, Duration: int64(d), Drain: int64(20 * time.Second), Discard: true})
				runtime.ReadMemStats(&after)
				return after.Mallocs - before.Mallocs, r.Load.Requests
			}
			measure(50 * time.Millisecond) // buffers grow to their size
			short, few := measure(50 * time.Millisecond)
			long, many := measure(500 * time.Millisecond)
			t.Logf("%d allocations in a slice of %d requests, %d in one of %d", short, few, long, many)
			if many < few+500 {
				t.Fatalf("%d and %d requests: too few to tell", few, many)
			}
			if long > short+(many-few)/50 {
				t.Errorf("%d allocations for %d requests, %d for %d: want no more for more requests", long, many, short, few)
			}
		})
	}
}

func TestRecordingAllocatesNothing(t *testing.T) {
	r := NewRecorder()
	at := &Times{Intended: 1000, Sent: 2000, First: 30_000, Done: 40_000}
	p := newPacer(mustSchedule(t, Poisson, 100_000, time.Second, 1, 0).Times, 0, 0, 1)
	p.advance(int64(time.Second))
	free := fullPicker(64, 1)
	if n := testing.AllocsPerRun(1000, func() {
		p.take()
		c, _ := free.take()
		free.put(c)
		r.Answer(workload.Ordinary, at)
		r.Censor(workload.Disturber, at, 1e9)
	}); n != 0 {
		t.Errorf("%g allocations a request, want 0", n)
	}
}

// BenchmarkRecord is all that is noted of a request: its times in three histograms, and its place in
// the slice's course for the gates.
func BenchmarkRecord(b *testing.B) {
	r, k := NewRecorder(), newCourse(0, 250_000_000)
	at := &Times{Intended: 1000, Sent: 2000, First: 30_000}
	b.ReportAllocs()
	for i := range b.N {
		at.Done = 40_000 + int64(i&0xffff)*64
		k.due[k.at(at.Intended)]++
		k.answer(at, 70)
		r.Answer(workload.Ordinary, at)
	}
}

func BenchmarkFigures(b *testing.B) {
	r := NewRecorder()
	for i := range int64(5000) {
		r.Answer(workload.Ordinary, &Times{Intended: 0, Sent: i, First: 30_000, Done: 20_000_000 + i*i})
	}
	for b.Loop() {
		f, err := r.Figures()
		if err != nil {
			b.Fatal(err)
		}
		b.ReportMetric(float64(len(f[0].Response)), "bytes")
	}
}

// BenchmarkClosedLoop is one request of a closed loop of 64 connections against a server in this
// process: a rough figure, since both share its processors.
func BenchmarkClosedLoop(b *testing.B) {
	g := newTestGenerator(b, 1)
	do(b, g, Command{Op: OpOpen, Arm: "a", Addr: newNullServer(b), Conns: 64, URLPath: "/"})
	for requests := 0; requests < b.N; {
		r := do(b, g, Command{Op: OpSlice, Arm: "a", Duration: int64(200 * time.Millisecond), Discard: true})
		requests += int(r.Load.Requests)
		b.ReportMetric(r.Load.Achieved, "req/s")
		b.ReportMetric(float64(r.CPU)/float64(max(r.Load.Requests, 1)), "cpu-ns/req")
	}
}
