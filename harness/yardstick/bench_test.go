package yardstick

import (
	"context"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"assay/bench/echo"
	"assay/bench/workload"
	"assay/harness/load"
	"assay/harness/proc"
)

// TestMain lets this very binary be the programs that a Bench starts, by its name.
func TestMain(m *testing.M) {
	switch filepath.Base(os.Args[0]) {
	case "assay":
		find := func(string) (*workload.Workload, error) { return &echo.Workload, nil }
		if load.Serve(os.Stdin, os.Stdout, find) != nil {
			os.Exit(1)
		}
	case "yardsticks":
		if PlainNet(os.Stdin, os.Stdout) != nil {
			os.Exit(1)
		}
	case "fails":
		os.Exit(3)
	default:
		os.Exit(m.Run())
	}
}

// bench is a Bench whose programs are this binary.
func bench(t *testing.T) (*Bench, *[]Sample) {
	t.Helper()
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	bin := t.TempDir()
	for _, name := range []string{"assay", "yardsticks", "fails"} {
		if err := os.Symlink(self, filepath.Join(bin, name)); err != nil {
			t.Fatal(err)
		}
	}
	var kept []Sample
	b := &Bench{
		Bin: bin, Blocks: 1, Trials: 2, Slice: 50 * time.Millisecond, Attack: time.Second, Rate: 500, Log: io.Discard,
		Keep: func(s Sample) error { kept = append(kept, s); return nil },
	}
	b.ready(nil, nil)
	return b, &kept
}

func TestPairMeasuresBothSideBySide(t *testing.T) {
	b, kept := bench(t)
	twin := plainNet
	twin.Name = "twin"
	p := Pair{Arm: plainNet, Base: twin, Conns: 4}
	if err := b.pair(t.Context(), p, 3); err != nil {
		t.Fatal(err)
	}
	g := group{samples: *kept}
	for _, name := range []string{"plain-net", "twin"} {
		for _, value := range []string{rate, cpu, answers} {
			if of := g.of(name, value); len(of) != b.Trials || of[[2]int{3, 0}] <= 0 || of[[2]int{3, 1}] <= 0 {
				t.Errorf("%s of %s: %v, want %d values above 0 of block 3", value, name, of, b.Trials)
			}
		}
		if f := g.of(name, jain)[[2]int{3, -1}]; f <= 0 || f > 1 {
			t.Errorf("Jain's index of %s is %v, want one above 0 and up to 1", name, f)
		}
	}
}

func TestServerThatFailsIsASample(t *testing.T) {
	b, kept := bench(t)
	if err := b.pair(t.Context(), Pair{Arm: Arm{Name: "fails", Argv: []string{"fails"}}, Base: plainNet, Conns: 1}, 0); err != nil {
		t.Fatal(err)
	}
	if len(*kept) != 1 || !strings.Contains((*kept)[0].Error, "exit status 3") {
		t.Errorf("kept %+v, want one sample that says how the server ended", *kept)
	}
}

func TestMemoryClimbsTheLadder(t *testing.T) {
	was := Ladder
	Ladder = []int{0, 20, 60}
	defer func() { Ladder = was }()
	b, kept := bench(t)
	if err := b.climb(t.Context(), plainNet, Sample{Part: Memory, Group: groupOf(true), Arm: "plain-net"}, true); err != nil {
		t.Fatal(err)
	}
	g := group{samples: *kept}
	held, bytes := g.of("plain-net", conns), g.of("plain-net", userPart)
	for i, want := range Ladder {
		key := [2]int{0, i}
		if held[key] != float64(want) || bytes[key] <= 0 {
			t.Errorf("rung %d: %v connections, %v bytes; want %d and some", i, held[key], bytes[key], want)
		}
	}
}

// A generator of our own making, so that nothing need be installed.
func TestGenerators(t *testing.T) {
	b, kept := bench(t)
	srv, err := b.start(t.Context(), plainNet)
	if err != nil {
		t.Fatal(err)
	}
	defer srv.Stop(proc.Grace)
	two := []string{"sh", "-c", `printf 'Requests/sec: %s\n' "$0" > "$1"`, "{rate}", "{tmp}"}
	all := []Generator{
		{Name: "text", Argv: []string{"echo", "Requests/sec: {conns}"}, Read: readWrk},
		{Name: "file", Argv: two, Then: []string{"cat", "{tmp}"}, Read: readWrk},
		{Name: "missing", Argv: []string{"no-such-generator"}, Read: readWrk},
		{Name: "failing", Argv: []string{"sh", "-c", "echo oh no >&2; exit 3"}, Read: readWrk},
	}
	if err := b.turns(context.Background(), srv, all, Sample{}, 2, time.Second); err != nil {
		t.Fatal(err)
	}
	g := group{samples: *kept}
	if got := g.of("text", rate); len(got) != 2 || got[[2]int{0, 1}] != clients {
		t.Errorf("text: %v, want %d twice", got, clients)
	}
	if got := g.of("file", rate); len(got) != 2 || got[[2]int{0, 0}] != 500 {
		t.Errorf("file: %v, want 500 twice", got)
	}
	if why := g.failed("missing"); !strings.Contains(why, "run scripts/yardsticks.sh") {
		t.Errorf("missing: %q, want what to do", why)
	}
	if why := g.failed("failing"); !strings.Contains(why, "exit status 3") || !strings.Contains(why, "oh no") {
		t.Errorf("failing: %q, want its exit and its words", why)
	}
	count := 0
	for _, s := range *kept {
		if s.Arm == "missing" {
			count++
		}
	}
	if count != 1 {
		t.Errorf("a generator that is not installed was tried %d times, want 1", count)
	}
}

// Each alternation of slips is a block, and a trial may be shorter than a second.
func TestSlipsAlternate(t *testing.T) {
	wasNull, wasAll := null, Slipping
	defer func() { null, Slipping = wasNull, wasAll }()
	null = plainNet
	say := `printf '{"slip_ns":{"p99":%s}}' "$0"`
	Slipping = []Generator{
		{Name: "assay", Argv: []string{"sh", "-c", say, "{ms}"}, Read: readAssay},
		{Name: "spin", Argv: []string{"sh", "-c", say, "{seconds}"}, Read: readAssay},
	}
	b, kept := bench(t)
	b.Slips = 7
	if err := b.slips(t.Context()); err != nil {
		t.Fatal(err)
	}
	g := group{samples: *kept}
	for name, want := range map[string]float64{"assay": 300, "spin": 0.3} {
		e, err := level(g.of(name, slip99))
		if err != nil || e.N != b.Slips || e.Lo != want || e.Hi != want {
			t.Errorf("%s: %+v, %v; want %g from %d blocks", name, e, err, want, b.Slips)
		}
	}
}

// Neighbours have one seed, alternations differ in it.
func TestEachAlternationHasASeedOfItsOwn(t *testing.T) {
	b, kept := bench(t)
	srv, err := b.start(t.Context(), plainNet)
	if err != nil {
		t.Fatal(err)
	}
	defer srv.Stop(proc.Grace)
	echo := []string{"echo", "Requests/sec: {seed}"}
	all := []Generator{{Name: "one", Argv: echo, Read: readWrk}, {Name: "other", Argv: echo, Read: readWrk}}
	for block := range 2 {
		if err := b.turns(t.Context(), srv, all, Sample{Block: block}, 2, time.Second); err != nil {
			t.Fatal(err)
		}
	}
	g := group{samples: *kept}
	seen := make(map[float64]bool)
	for key, seed := range g.of("one", rate) {
		if seed == 0 || seen[seed] || seed != g.of("other", rate)[key] {
			t.Errorf("%v: seed %v, its neighbour's %v; want one above 0 that no other alternation has", key, seed, g.of("other", rate)[key])
		}
		seen[seed] = true
	}
	if len(seen) != 4 {
		t.Errorf("%d seeds, want 4", len(seen))
	}
}

// What the record says of a generator that does not end is that, and nothing of where it stands.
func TestEndlessGenerator(t *testing.T) {
	b, _ := bench(t)
	ctx, cancel := context.WithTimeout(t.Context(), 50*time.Millisecond)
	defer cancel()
	_, err := b.output(ctx, "slow", []string{"sleep", "60"}, strings.NewReplacer())
	if err == nil || !strings.HasPrefix(err.Error(), "slow: it was not over when its time was up") || strings.Contains(err.Error(), "/sleep") {
		t.Errorf("%v", err)
	}
}
