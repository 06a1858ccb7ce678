package yardstick

import (
	"testing"
	"time"
)

// What is said to take less than twenty-five minutes must, by the arithmetic that tells the time left.
func TestDefaultTakesWhatItSays(t *testing.T) {
	b := Default()
	if all := b.left(0); all < 10*time.Minute || all > 25*time.Minute {
		t.Errorf("the default takes %v, want 10 to 25 minutes", all)
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

func TestCrowdsAreWarmedUpUntilEachHadItsTurns(t *testing.T) {
	b := Default()
	short, any := b.warming(Pair{Conns: 64})
	long, enough := b.warming(Pair{Conns: 1000})
	if long <= short || any != 1 || enough < 10*1000 {
		t.Errorf("64 connections: %v and %d answers; 1,000: %v and %d; want more of both", short, any, long, enough)
	}
}

func TestPairNearItsBoundHasMoreBlocks(t *testing.T) {
	wasPairs := Pairs
	defer func() { Pairs = wasPairs }()
	twin := plainNet
	twin.Name = "twin"
	Pairs = []Pair{{Arm: plainNet, Base: twin, Conns: 2, Often: 2}}
	b, kept := bench(t)
	b.Blocks, b.Slice = 2, 20*time.Millisecond
	if err := b.pairs(t.Context()); err != nil {
		t.Fatal(err)
	}
	e, err := level((&group{samples: *kept}).of("twin", rate))
	if err != nil || e.N != 4 {
		t.Errorf("%+v, %v; want 4 blocks", e, err)
	}
}
