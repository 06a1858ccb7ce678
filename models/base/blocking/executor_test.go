package blocking

import (
	"testing"

	"golang.org/x/sys/unix"
)

// An executor has its size of threads and its queue of room, refuses beyond, and what
// nobody has begun when it is closed is never run.
func TestExecutorBounds(t *testing.T) {
	threads := NewThreads(2)
	e, err := NewExecutor(threads, 2, 3)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := NewExecutor(threads, 1, 1); err == nil {
		t.Error("an executor has more threads than there may be")
	}
	hold, ids := make(chan struct{}), make(chan int, 8)
	for range 2 {
		for !e.Execute(func() { ids <- unix.Gettid(); <-hold }) {
		}
	}
	if a, b := <-ids, <-ids; a == b {
		t.Error("two functions run on one thread at a time")
	}
	for i := range 3 {
		if !e.Execute(func() { ids <- 0 }) {
			t.Errorf("refused with %d in a queue of 3", i)
		}
	}
	if e.Execute(func() { ids <- 0 }) {
		t.Error("a fourth function fitted into the queue")
	}
	e.Close()
	if e.Execute(func() { ids <- 0 }) {
		t.Error("a closed executor took a function")
	}
	close(hold)
	threads.Wait()
	if len(ids) > 0 {
		t.Error("a closed executor ran what had not begun")
	}
}
