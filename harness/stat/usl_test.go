package stat

import (
	"errors"
	"math"
	"testing"
)

func TestUSLFindsThePlantedLaw(t *testing.T) {
	ns := []float64{1, 2, 4, 8, 16, 32, 64}
	for _, law := range []USL{
		{Rate: 1000, Contention: .02, Coherence: .0005},
		{Rate: 1000, Contention: .1},
		{Rate: 1000, Coherence: .001},
		{Rate: 1000},
	} {
		xs := make([]float64, len(ns))
		for i, n := range ns {
			xs[i] = law.At(n)
		}
		got, err := FitUSL(ns, xs)
		if err != nil {
			t.Fatal(err)
		}
		if !near(got.Rate, law.Rate, 1e-6) || math.Abs(got.Contention-law.Contention) > 1e-6 || math.Abs(got.Coherence-law.Coherence) > 1e-8 || got.Misfit > 1e-6 {
			t.Errorf("got %+v, want %+v", got, law)
		}
	}
}

// Gunther's ray tracer (chapter 5): contention 0.05, coherence 5e-6.
func TestUSLAgainstTheBook(t *testing.T) {
	ns := []float64{1, 4, 8, 12, 16, 20, 24, 28, 32, 48, 64}
	xs := []float64{20, 78, 130, 170, 190, 200, 210, 230, 240, 260, 280}
	got, err := FitUSL(ns, xs)
	if err != nil {
		t.Fatal(err)
	}
	book := USL{Rate: 20, Contention: .05, Coherence: 5e-6}
	sum := 0.0
	for i, n := range ns {
		sum += math.Pow(xs[i]/book.At(n)-1, 2)
	}
	if limit := math.Sqrt(sum / float64(len(ns))); got.Misfit > limit || math.Abs(got.Contention-.05) > .006 {
		t.Errorf("got %+v, want contention near 0.05 and no worse a fit than the book's %g", got, limit)
	}
}

func TestUSLRefusals(t *testing.T) {
	five := []float64{1, 2, 4, 8, 16}
	if _, err := FitUSL(five, five); !errors.Is(err, ErrFewProcessors) {
		t.Errorf("five counts: got %v, want ErrFewProcessors", err)
	}
	if _, err := FitUSL(append(five, 16), append(five, 15)); !errors.Is(err, ErrFewProcessors) {
		t.Errorf("five counts, one of them twice: got %v, want ErrFewProcessors", err)
	}
	six := append(five, 32)
	for _, bad := range []float64{math.NaN(), math.Inf(1), 0, -1} {
		if _, err := FitUSL(six, []float64{1, 2, 3, 4, 5, bad}); err == nil {
			t.Errorf("a rate of %v: want an error", bad)
		}
	}
	if _, err := FitUSL(six, five); err == nil {
		t.Error("a rate short: want an error")
	}
}
