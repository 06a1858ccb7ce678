package micro

import (
	"runtime"
	"sync"
	"testing"
)

// BenchmarkSpawn starts something that could wait, and waits for its end.
func BenchmarkSpawn(b *testing.B) {
	b.Run("what=closure", func(b *testing.B) {
		b.ReportAllocs()
		n := 0
		var f func()
		for b.Loop() {
			m := n
			f = func() { n = m + 1 }
			f()
		}
	})
	b.Run("what=goroutine", func(b *testing.B) { spawn(b, func() {}) })
	// A goroutine that ends locked takes its thread with it: one is made each time.
	b.Run("what=thread", func(b *testing.B) { spawn(b, runtime.LockOSThread) })
}

func spawn(b *testing.B, f func()) {
	b.ReportAllocs()
	var wg sync.WaitGroup
	for b.Loop() {
		wg.Go(f)
		wg.Wait()
	}
}
