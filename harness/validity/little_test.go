package validity

import (
	"math"
	"math/rand/v2"
	"testing"
	"time"

	"github.com/HdrHistogram/hdrhistogram-go"

	"assay/harness/trial"
)

// saturated is a slice in which n connections, always in use, wait for one server: who asks is
// served by turns (fair) or by the draw, in a time with the mean given, ns. The slice's last request may be much
// later than its end.
func saturated(n int, mean float64, length time.Duration, fair bool, seed uint64) trial.Slice {
	random := rand.New(rand.NewPCG(seed, 1))
	h := hdrhistogram.New(1, 60_000_000_000, 3)
	waiting := make([]float64, n) // since when
	now, requests := 0.0, uint64(0)
	for len(waiting) > 0 {
		next := 0
		if !fair {
			next = random.IntN(len(waiting))
		}
		since := waiting[next]
		waiting = append(waiting[:next], waiting[next+1:]...)
		now += random.ExpFloat64() * mean
		if err := h.RecordValue(int64(now - since)); err != nil {
			panic(err)
		}
		requests++
		if now < float64(length) {
			waiting = append(waiting, now)
		}
	}
	b, err := h.Encode(hdrhistogram.V2CompressedEncodingCookieBase)
	if err != nil {
		panic(err)
	}
	return trial.Slice{Length: int64(now), Load: trial.LoadFigures{
		Requests: requests, Answers: requests,
		Classes: []trial.ClassFigures{{Service: string(b), Slip: histogram(int(requests), 0)}},
	}}
}

// Connections that never stand idle are all accounted for, however long the drain of their slices.
func TestLittleAllowsForTheDrain(t *testing.T) {
	const n, length = 200, 250 * time.Millisecond
	for _, fair := range []bool{true, false} {
		tr := &trial.Trial{}
		for i := range 4 {
			tr.Slices = append(tr.Slices, saturated(n, 100_000, length, fair, uint64(i)))
		}
		c := Context{Conns: n, Slice: length}
		if off, what, ok := little(gather(tr, c)); !ok || off > .02 {
			t.Errorf("by turns %v: %s", fair, what)
		}
		c.Slice = 0
		if off, what, _ := little(gather(tr, c)); off < .02 {
			t.Errorf("by turns %v: the drain is too short to show anything: %s", fair, what)
		}
		c.Slice, c.Conns = length, n*108/100
		if off, what, _ := little(gather(tr, c)); math.Abs(off-.08/1.08) > .02 {
			t.Errorf("by turns %v: 8 %% more connections, all idle: %s", fair, what)
		}
	}
}
