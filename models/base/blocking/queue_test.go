package blocking

import (
	"runtime"
	"sync"
	"testing"
	"time"
)

func TestQueueBounds(t *testing.T) {
	q := NewQueue[int](3)
	for round := range 5 { // the ring turns
		for i := range 3 {
			if !q.Push(i) {
				t.Fatalf("round %d: Push(%d) refused", round, i)
			}
		}
		if q.Push(3) {
			t.Fatalf("round %d: a fourth item fitted", round)
		}
		for i := range 3 {
			if got, ok := q.Pop(); got != i || !ok {
				t.Fatalf("round %d: Pop = %d, %v, want %d", round, got, ok, i)
			}
		}
	}
}

func TestQueueClose(t *testing.T) {
	q := NewQueue[int](3)
	q.Push(1)
	q.Close()
	if q.Push(2) {
		t.Error("a closed queue took an item")
	}
	if got, ok := q.Pop(); got != 1 || !ok {
		t.Errorf("Pop = %d, %v, want what was there", got, ok)
	}
	if _, ok := q.Pop(); ok {
		t.Error("Pop gave more than was there")
	}
}

// Every item is taken once, and nobody sleeps while there is work: each round
// waits for its items to be taken, so a wake-up that is lost hangs the test.
func TestQueueWakes(t *testing.T) {
	defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(16))
	q := NewQueue[int](8)
	var takers sync.WaitGroup
	var mu sync.Mutex
	taken := map[int]int{}
	threads := NewThreads(64)
	var done Latch
	takers.Add(5)
	if err := threads.Fill(5, func() {
		defer takers.Done()
		for {
			item, ok := q.Pop()
			if !ok {
				return
			}
			mu.Lock()
			taken[item]++
			mu.Unlock()
			done.Done()
		}
	}); err != nil {
		t.Fatal(err)
	}
	const rounds = 2000
	for i := range rounds {
		n := 1 + i%8
		done.Add(n)
		for j := range n {
			if !q.Push(i*8 + j) {
				t.Fatal("an empty queue refused")
			}
		}
		done.Wait()
	}
	q.Close()
	takers.Wait()
	threads.Wait()
	want := 0
	for i := range rounds {
		want += 1 + i%8
	}
	if len(taken) != want {
		t.Errorf("%d items taken, want %d", len(taken), want)
	}
	for item, n := range taken {
		if n != 1 {
			t.Errorf("item %d was taken %d times", item, n)
		}
	}
}

// Threads that take long do not keep the others asleep: as many items as threads
// are in hand at once.
func TestQueueWakesAll(t *testing.T) {
	const n = 6
	q := NewQueue[int](n)
	threads := NewThreads(n)
	var all, out sync.WaitGroup
	all.Add(n)
	out.Add(n)
	if err := threads.Fill(n, func() {
		q.Pop()
		all.Done()
		all.Wait() // until all n have one
		out.Done()
	}); err != nil {
		t.Fatal(err)
	}
	time.Sleep(20 * time.Millisecond) // most are asleep by now
	for i := range n {
		q.Push(i)
	}
	out.Wait()
	threads.Wait()
}

func BenchmarkQueueHandOver(b *testing.B) {
	there, back := NewQueue[int](1), NewQueue[int](1)
	threads := NewThreads(2)
	Start(threads, func(struct{}) {
		for {
			item, ok := there.Pop()
			if !ok {
				return
			}
			back.Push(item)
		}
	}, struct{}{})
	runtime.LockOSThread()
	defer runtime.UnlockOSThread()
	for b.Loop() {
		there.Push(1)
		back.Pop()
	}
	there.Close()
	threads.Wait()
}
