package ring

import "testing"

// A burst that finds no buffer, however often in a turn, leaves their number as it is:
// all of them would be touched in turn, for ever. Want that lasts has them made more.
func TestBuffersGrowByWantThatLasts(t *testing.T) {
	needsRing(t)
	e, err := New(Wish{Shots: "multi"}, 4096)
	if err != nil {
		t.Skip(err)
	}
	defer func() {
		if err := e.Release(); err != nil {
			t.Error(err)
		}
	}()
	b := e.bufs
	turn := func() {
		for range 100 {
			if err := b.ranOut(); err != nil {
				t.Fatal(err)
			}
		}
		b.noted = false
	}
	for range shortTurns - 1 {
		turn()
	}
	if b.count() != firstBuffers {
		t.Errorf("%d buffers after a burst, want %d", b.count(), firstBuffers)
	}
	turn()
	if b.count() != 2*firstBuffers {
		t.Errorf("%d buffers after %d turns without, want %d", b.count(), shortTurns, 2*firstBuffers)
	}
	for range 2 * shortTurns * mostBuffers / firstBuffers {
		turn()
	}
	if b.count() != mostBuffers {
		t.Errorf("%d buffers, want no more than %d", b.count(), mostBuffers)
	}
}
