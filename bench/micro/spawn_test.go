package micro

import (
	"iter"
	"sync"
	"sync/atomic"
	"testing"
)

// spawns start something that could wait, and wait for its end.
var spawns = []mechanism{
	{name: "what=callback", run: spawnCallback},
	{name: "what=coroutine", run: spawnCoroutine},
	{name: "what=goroutine", run: spawnGoroutine},
	{name: "what=thread/lang=go", run: spawnThread},
	inC("pthread", 1, "what=thread/lang=c/cpus=1"),
	inC("pthread", 2, "what=thread/lang=c/cpus=2"),
	inC("fork", 1, "what=process/lang=c/cpus=1"),
	inC("fork", 2, "what=process/lang=c/cpus=2"),
}

func BenchmarkSpawn(b *testing.B) { measure(b, spawns) }
func TestSpawn(t *testing.T)      { verify(t, spawns) }

// spawnCallback makes a continuation with state of its own, and the loop runs it.
func spawnCallback(c clock, n int) (int, error) {
	var s chain
	c.ResetTimer()
	for i := range n {
		s.add(s.step(i))
		s.turn()
	}
	return s.seen, nil
}

// spawnCoroutine makes a coroutine and runs it to its end.
func spawnCoroutine(c clock, n int) (int, error) {
	seen := 0
	c.ResetTimer()
	for range n {
		next, stop := iter.Pull(func(func(struct{}) bool) { seen++ })
		next()
		stop()
	}
	return seen, nil
}

func spawnGoroutine(c clock, n int) (int, error) {
	var seen atomic.Int64
	var wg sync.WaitGroup
	f := func() { seen.Add(1) }
	c.ResetTimer()
	for range n {
		wg.Go(f)
		wg.Wait()
	}
	return int(seen.Load()), nil
}

// spawnThread has the runtime make a thread each time, because a goroutine that ends
// locked takes its thread with it.
func spawnThread(c clock, n int) (int, error) {
	seen := 0
	f := func() error { seen++; return nil }
	c.ResetTimer()
	for range n {
		<-onThread(-1, f)
	}
	return seen, nil
}
