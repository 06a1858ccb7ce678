package plan

import (
	"slices"
	"testing"
	"time"
)

// The promise of each profile, kept by its own arithmetic.
func TestProfilesKeepTheirLimit(t *testing.T) {
	for _, profile := range Profiles {
		p := mustMake(t, Request{Profile: profile.Name})
		if got := p.Estimate(); got > profile.Limit {
			t.Errorf("%s: estimated %v, promised at most %v", profile.Name, got, profile.Limit)
		} else {
			load, memory := p.Trials()
			t.Logf("%s: %d + %d trials, %s", profile.Name, load, memory, About(got))
		}
	}
}

func TestQuickIsWhatIsPromised(t *testing.T) {
	p := mustMake(t, Request{Profile: "quick"})
	var names []string
	twins := 0
	for _, a := range p.Arms {
		names = append(names, a.Model)
		if a.TwinOf != "" {
			twins++
		}
	}
	for _, want := range []string{"goroutine", "reactor", "pool", "thread"} {
		if !slices.Contains(names, want) {
			t.Errorf("quick lacks %s: %v", want, names)
		}
	}
	if len(p.Arms) != 5 || twins != 1 || p.Blocks != 6 {
		t.Errorf("%d arms, %d twins, %d blocks", len(p.Arms), twins, p.Blocks)
	}
	perArm := p.Cells[1].blockTime(p.Timing, 1)
	if !p.Cells[1].Memory() || perArm > 2*time.Second || perArm < time.Second/2 {
		t.Errorf("memory takes %v an arm, want about a second", perArm)
	}
	if limit := limitOf(t, "quick"); limit > 90*time.Second {
		t.Errorf("limit %v", limit)
	}
}

func TestStandardIsWhatIsPromised(t *testing.T) {
	p := mustMake(t, Request{})
	if p.Profile != "standard" || len(p.Cells) > 4 || p.Blocks != 10 || limitOf(t, "standard") > 10*time.Minute {
		t.Errorf("profile %s, %d cells, %d blocks", p.Profile, len(p.Cells), p.Blocks)
	}
	if full := mustMake(t, Request{Profile: "full"}); full.Blocks < 16 {
		t.Errorf("full has %d blocks", full.Blocks)
	}
}

// limitOf gives a profile's promise.
func limitOf(t *testing.T, name string) time.Duration {
	t.Helper()
	p, err := FindProfile(name)
	if err != nil {
		t.Fatal(err)
	}
	return p.Limit
}

// The estimate is the sum of its parts: what is added to a plan is added to it.
func TestEstimateAddsUp(t *testing.T) {
	p := mustMake(t, Request{Profile: "quick"})
	base := p.Estimate()
	double := *p
	double.Blocks *= 2
	if got, want := double.Estimate(), 2*base-nullTime; got != want { // the null server is asked once
		t.Errorf("twice the blocks: %v, want %v", got, want)
	}
	closed := *p
	closed.Cells = slices.DeleteFunc(slices.Clone(p.Cells), func(c Cell) bool { return c.Open() })
	if got, want := closed.Estimate(), time.Duration(p.Blocks)*closed.StepEstimate(0); len(closed.Cells) != 1 || got != want {
		t.Errorf("without an open loop the null server need not be asked: %v, want %v", got, want)
	}
	longer := *p
	longer.Timing.Slice += time.Millisecond
	if got, want := longer.Estimate()-base, time.Duration(p.Blocks*len(p.Arms)*p.Timing.Rotations)*time.Millisecond; got != want {
		t.Errorf("a millisecond more a slice: %v more, want %v", got, want)
	}
	share := *p
	share.Cells = slices.Clone(p.Cells)
	share.Cells[0].Rate, share.Cells[0].Share = 0, .5
	if share.Estimate() <= base {
		t.Error("learning the capacity takes no time")
	}
}

func TestAbout(t *testing.T) {
	for d, want := range map[time.Duration]string{
		83 * time.Second: "about 85 s", 2 * time.Second: "about 5 s", 9 * time.Minute: "about 9 min", 270 * time.Minute: "about 4.5 h",
	} {
		if got := About(d); got != want {
			t.Errorf("About(%v) = %q, want %q", d, got, want)
		}
	}
}

func TestFindProfileNamesTheNearest(t *testing.T) {
	_, err := FindProfile("quik")
	wantError(t, err, `"quik"`, `did you mean "quick"`, "standard")
}
