package stat

import (
	"math"
	"testing"
)

// Student's sleep data taken as two independent groups, as the manual of R does.
func TestWelchAgainstTheManualOfR(t *testing.T) {
	old := []float64{.7, -1.6, -.2, -1.2, -.1, 3.4, 3.7, .8, 0, 2}
	fresh := []float64{1.9, .8, 1.1, .1, -.1, 4.4, 5.5, 1.6, 4.6, 3.4}
	s, err := Welch(old, fresh, .95)
	if err != nil {
		t.Fatal(err)
	}
	if !near(s.Dof, 17.776, 1e-4) || !near(s.Center, 1.58, 1e-9) || !near(s.Lo, -.2054832, 1e-5) || !near(s.Hi, 3.3654832, 1e-5) {
		t.Errorf("got %+v, want 1.58 [-0.2054832 3.3654832] of 17.776 degrees of freedom", s)
	}
	if p := s.Beyond(0); !near(p, .07939/2, 1e-3) {
		t.Errorf("got p %g, want half of 0.07939", p)
	}
	if a, b := s.Beyond(1), s.Beyond(0); a <= b {
		t.Errorf("beyond 1: p %g, want more than %g, as beyond 0", a, b)
	}
	// What is just visible at a level has that p-value.
	s.Center = s.Visible(.3, .01)
	if p := s.Beyond(.3); !near(p, .01, 1e-6) {
		t.Errorf("the least visible difference has p %g, want 0.01", p)
	}
}

func TestWelchWithoutSpread(t *testing.T) {
	s, err := Welch([]float64{1, 1}, []float64{2, 2, 2}, .95)
	if err != nil || s.Center != 1 || s.Lo != 1 || s.Hi != 1 {
		t.Fatalf("got %+v, %v, want 1 [1 1]", s, err)
	}
	for bound, want := range map[float64]float64{.9: 0, 1: 1, 1.1: 1} {
		if p := s.Beyond(bound); p != want {
			t.Errorf("a difference of 1 beyond %g: got p %g, want %g", bound, p, want)
		}
	}
}

func TestWelchRefuses(t *testing.T) {
	two := []float64{1, 2}
	for name, pair := range map[string][2][]float64{
		"one old": {{1}, two}, "one new": {two, {1}}, "NaN": {two, {1, math.NaN()}}, "nothing": {nil, two},
	} {
		if s, err := Welch(pair[0], pair[1], .95); err == nil {
			t.Errorf("%s: got %+v, want an error", name, s)
		}
	}
	if _, err := Welch(two, two, 1); err == nil {
		t.Error("a confidence of 1 is accepted")
	}
}
