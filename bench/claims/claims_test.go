package claims

import (
	"slices"
	"strings"
	"testing"
)

func TestTheRegisterIsWellFormed(t *testing.T) {
	if err := Check(All); err != nil {
		t.Fatal(err)
	}
}

// The register has every id of the arguments, and no other.
func TestTheRegisterIsComplete(t *testing.T) {
	want := strings.Fields(`
		fanout-sequential pool-too-heavy blocking-driver tls-leak loop-vs-greenlet contagion switching-cost idle-threads
		explicit-points exhaustion pool-exhaustion pool-imitates-async long-sync-call callback-errors callback-combine
		asyncio-best await-publish gather-ack serial-not-blocking async-not-concurrent graceful-shutdown multi-loop
		executor-offload asyncio-complex hidden-async bridge-cost async-always-web sync-for-cpu many-workers gil-io
		bridge-debugging bridge-errors millions-a-day gevent-production async-no-races async-no-deadlock
		greenlets-keep-problems exceptions-propagate callback-context callback-debugging await-in-consume late-ack
		silent-blocking bridge-vs-threads libraries-unmodified profiling-misattributes greenlet-tracing patch-migration
		asgi-not-async`)
	var got []string
	for _, c := range All {
		got = append(got, c.Name)
	}
	slices.Sort(want)
	slices.Sort(got)
	if !slices.Equal(got, want) {
		t.Errorf("got %d claims, want %d:\n%v\n%v", len(got), len(want), got, want)
	}
}

func TestFindNamesTheNearest(t *testing.T) {
	if _, err := Find("long-sync-cal"); err == nil || !strings.Contains(err.Error(), `did you mean "long-sync-call"`) {
		t.Errorf("got %v", err)
	}
	if c, err := Find("tls-leak"); err != nil || c.Name != "tls-leak" {
		t.Errorf("got %+v, %v", c, err)
	}
}

// Every kind of damage to a row is named.
func TestCheckNamesWhatIsWrong(t *testing.T) {
	good, err := Find("long-sync-call")
	if err != nil {
		t.Fatal(err)
	}
	for _, row := range []struct {
		damage func(c *Claim)
		says   string
	}{
		{func(c *Claim) { c.Name = "" }, "a name of its own"},
		{func(c *Claim) { c.Questions[0].Needs = "rest" }, "exactly one of"},
		{func(c *Claim) { c.Questions[0].Advice.Refuted = "" }, "advice for both"},
		{func(c *Claim) { c.Questions[0].On = "C" }, "want stack"},
		{func(c *Claim) { c.Questions[0].Measure.Least = 0 }, "least effect"},
		{func(c *Claim) { c.Questions[0].Measure.Says = "maybe" }, "more, less or same"},
		{func(c *Claim) { c.Questions[0].Measure.Along.Points[1].X = 0 }, "do not rise"},
		{func(c *Claim) { c.Questions[0].Measure.Arm.Arm = "serial" }, "none of the points"},
	} {
		c := good
		c.Questions = slices.Clone(good.Questions)
		m := *good.Questions[0].Measure
		along := *m.Along
		along.Points = slices.Clone(along.Points)
		m.Along = &along
		c.Questions[0].Measure = &m
		row.damage(&c)
		if err := Check([]Claim{c}); err == nil || !strings.Contains(err.Error(), row.says) {
			t.Errorf("got %v, want it to say %q", err, row.says)
		}
	}
	if err := Check([]Claim{good, good}); err == nil {
		t.Error("a claim that stands twice is not noticed")
	}
}

// The hash is of the contents.
func TestHashFollowsTheContents(t *testing.T) {
	before := Hash()
	kept := All[0].Asserts
	All[0].Asserts += "!"
	after := Hash()
	All[0].Asserts = kept
	if before == after || Hash() != before || len(before) != 64 {
		t.Errorf("hashes %s and %s", before, after)
	}
}
