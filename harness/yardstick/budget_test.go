package yardstick

import (
	"testing"
	"time"
)

// What is said to take a quarter of an hour must, by the arithmetic that tells the time left.
func TestDefaultTakesAQuarterOfAnHour(t *testing.T) {
	b := Default()
	if all := b.left(0); all < 10*time.Minute || all > 15*time.Minute {
		t.Errorf("the default takes %v, want 10 to 15 minutes", all)
	}
	for _, part := range Every {
		if b.lasts(part) <= 0 {
			t.Errorf("part %s takes %v", part, b.lasts(part))
		}
	}
	b.Only = []string{Slips}
	if all := b.left(0); all != b.lasts(Slips) {
		t.Errorf("only %s: %v, want %v", Slips, all, b.lasts(Slips))
	}
}

func TestCrowdsHaveLongerSlices(t *testing.T) {
	b := Default()
	few, short := b.slicing(Pair{Conns: 64})
	many, long := b.slicing(Pair{Conns: 1000})
	if few != b.Trials || short != b.Slice || many >= few || long < 3*short {
		t.Errorf("64 connections: %d of %v; 1,000: %d of %v; want fewer and longer ones", few, short, many, long)
	}
}
