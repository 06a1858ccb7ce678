package blocking

import (
	"os"
	"path/filepath"
	"runtime"
	"strconv"
	"testing"

	"golang.org/x/sys/unix"
)

func TestThreadsBound(t *testing.T) {
	threads := NewThreads(3)
	hold := make(chan struct{})
	ids := make(chan int, 3)
	serve := func(int) {
		ids <- unix.Gettid()
		<-hold
	}
	for i := range 3 {
		if !Start(threads, serve, i) {
			t.Fatalf("thread %d of 3 was refused", i)
		}
	}
	if Start(threads, serve, 3) {
		t.Error("a fourth thread was started")
	}
	if n := threads.Live(); n != 3 {
		t.Errorf("%d live, want 3", n)
	}
	seen := map[int]bool{}
	for range 3 {
		seen[<-ids] = true
	}
	if len(seen) != 3 {
		t.Errorf("3 threads are %d", len(seen))
	}
	close(hold)
	threads.Wait()
	if n := threads.Live(); n != 0 {
		t.Errorf("%d live after the end", n)
	}
	if !Start(threads, func(int) {}, 0) {
		t.Error("refused though there is room again")
	}
	threads.Wait()
	for id := range seen { // a thread ends with its function
		for {
			if _, err := os.Stat(filepath.Join("/proc/self/task", strconv.Itoa(id))); err != nil {
				break
			}
			runtime.Gosched()
		}
	}
}

// No thread ever waits for a processor of Go's scheduler.
func TestThreadsGrow(t *testing.T) {
	defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(1))
	threads := NewThreads(100)
	hold := make(chan struct{})
	for i := range 20 {
		Start(threads, func(int) { <-hold }, i)
		if procs := runtime.GOMAXPROCS(0); procs <= i+1 {
			t.Fatalf("GOMAXPROCS is %d with %d threads", procs, i+1)
		}
	}
	close(hold)
	threads.Wait()
}

func TestFill(t *testing.T) {
	threads := NewThreads(2)
	hold := make(chan struct{})
	if err := threads.Fill(3, func() { <-hold }); err == nil {
		t.Error("3 threads of 2 were started")
	}
	close(hold)
	threads.Wait()
}

// The system's bound is more than what it runs now, and is told by files that may
// hold no number.
func TestCeiling(t *testing.T) {
	if n := ceiling(); n < 100 {
		t.Errorf("ceiling %d: this machine can start more", n)
	}
	file := filepath.Join(t.TempDir(), "max")
	for text, want := range map[string]int{"12\n": 12, "max\n": -1, "": -1} {
		if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		n, err := number(file)
		if err != nil {
			n = -1
		}
		if n != want {
			t.Errorf("number of %q = %d, want %d", text, n, want)
		}
	}
	if n := tasks(); n < 1 {
		t.Errorf("%d tasks on this machine", n)
	}
}

func TestLatch(t *testing.T) {
	var l Latch
	threads := NewThreads(8)
	for range 200 { // used again and again
		l.Add(4)
		for range 4 {
			Start(threads, (*Latch).Done, &l)
		}
		l.Wait()
	}
	threads.Wait()
}
