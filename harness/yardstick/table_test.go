package yardstick

import (
	"bytes"
	"flag"
	"math"
	"os"
	"strings"
	"testing"
)

var update = flag.Bool("update", false, "write testdata anew")

func TestRatioIsOfNeighbours(t *testing.T) {
	a, b := make(map[[2]int]float64), make(map[[2]int]float64)
	for block := range 6 {
		for index := range 5 {
			speed := 1 + float64(index) // the machine's, which both share
			a[[2]int{block, index}], b[[2]int{block, index}] = 3*speed, 2*speed
		}
		a[[2]int{block, 9}] = 1000 // has no neighbour
	}
	e, err := ratio(a, b)
	if err != nil || math.Abs(e.Median-1.5) > 1e-9 || math.Abs(e.Hi-e.Lo) > 1e-9 || e.N != 6 {
		t.Errorf("ratio = %+v, %v, want 1.5 without spread from 6 blocks", e, err)
	}
	if _, err := ratio(a, map[[2]int]float64{{0, 0}: 0}); err == nil {
		t.Error("a ratio to zero is accepted")
	}
	if _, err := ratio(a, nil); err == nil {
		t.Error("a ratio to nothing is accepted")
	}
}

// Each bar of the models says whether it was kept, and one whose interval reaches out that it
// is undecided.
func TestModelBars(t *testing.T) {
	var all []Sample
	add := func(group, arm string, block int, v map[string]float64) {
		all = append(all, Sample{Part: Models, Group: group, Arm: arm, Block: block, Values: v})
	}
	for block := range 6 {
		d := float64(block)
		add(modelPairs[0].name(), oneLoop.Name, block, map[string]float64{cpu: 5000 + 60*d})
		add(modelPairs[0].name(), reactor.Name, block, map[string]float64{cpu: 5000})
		add(callsGroup, uring.Name, block, map[string]float64{calls: 0.5})
		add(callsGroup, oneLoop.Name, block, map[string]float64{calls: 2.2})
		add(callsGroup, reactor.Name, block, map[string]float64{calls: 2.2})
		add(offloadGroup, with, block, map[string]float64{p99: 2000e3})
		add(offloadGroup, without, block, map[string]float64{p99: 1000e3})
		for i, n := range Ladder {
			s := map[string]float64{conns: float64(n), userPart: 6e6 + 500*float64(n)}
			all = append(all, Sample{Part: Models, Group: await.Name, Arm: await.Name, Block: block, Index: i, Values: s})
		}
	}
	all = append(all, Sample{Part: Models, Group: coroutine.Name, Arm: coroutine.Name, Error: "ended"})
	var b bytes.Buffer
	if err := Table(&b, Header{}, all); err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{
		"0.97 to 1.03 | undecided",
		"× 0.227 [0.227, 0.227] | < × 1 | met",
		"× 1.000 [1.000, 1.000] |  |  |",
		"× 2.000 [2.000, 2.000] | ≤ × 1.5 | **missed**",
		"await | 500 [500, 500] |  |  | ≤ 1200 | met",
		"coroutine | failed: ended",
	} {
		if !strings.Contains(b.String(), want) {
			t.Errorf("no %q in\n%s", want, b.String())
		}
	}
	for _, c := range []struct {
		e    estimate
		want string
	}{{estimate{1, 0.98, 1.02, 6}, "met"}, {estimate{1.1, 1.05, 1.2, 6}, "**missed**"}, {estimate{1, 0.9, 1.01, 6}, "undecided: the interval reaches out"}} {
		if got := same(c.e); got != c.want {
			t.Errorf("same(%+v) = %q, want %q", c.e, got, c.want)
		}
	}
}

// samples are a run in small, with a missed figure, a failure and a peer that is
// not installed.
func samples() []Sample {
	var all []Sample
	add := func(part, group, arm string, block, index int, v map[string]float64) {
		all = append(all, Sample{Part: part, Group: group, Arm: arm, Block: block, Index: index, Values: v})
	}
	for block := range 6 {
		d := float64(block)
		for _, p := range []Pair{Pairs[0], Pairs[6]} {
			for index := range 2 {
				add(Servers, p.name(), p.Arm.Name, block, index, map[string]float64{cpu: 5200 + 10*d, rate: 110000, answers: 33000})
				add(Servers, p.name(), p.Base.Name, block, index, map[string]float64{cpu: 5100, rate: 100000 + 100*d, answers: 30000})
			}
			add(Servers, p.name(), p.Arm.Name, block, -1, map[string]float64{jain: 0.95 + d/1000})
			add(Servers, p.name(), p.Base.Name, block, -1, map[string]float64{jain: 0.999})
		}
		for i, n := range Ladder {
			add(Memory, "after a request", "reactor", block, i, map[string]float64{conns: float64(n), userPart: 6e6 + (600+10*d)*float64(n), kernel: 1e5})
			add(Memory, "after a request", "thread-c", block, i, map[string]float64{conns: float64(n), userPart: 1e6 + 12000*float64(n), kernel: 17000 * float64(n)})
		}
		add(Closing, "64 connections", "assay", block, 0, map[string]float64{rate: 98000})
		add(Closing, "64 connections", "wrk", block, 0, map[string]float64{rate: 100000 + 100*d})
		for _, g := range []struct {
			name          string
			p50, p99, lag float64
		}{{"assay", 31e3, 70e3, 900}, {"spin", 30e3, 65e3, 800}, {"fortio", 260e3, 790e3, 0}, {"bombardier", 300e3, 1100e3, 0}} {
			v := map[string]float64{rate: 10000, p50: g.p50 + d, p99: g.p99 + d}
			if g.lag > 0 {
				v[slip99] = g.lag
			}
			add(Opening, "10000/s, 64 connections", g.name, block, 0, v)
			if g.lag > 0 {
				add(Slips, "10000/s, 64 connections", g.name, block, 0, map[string]float64{slip99: g.lag})
				add(Slips, "10000/s, 64 connections", g.name+" poisson", block, 0, map[string]float64{slip99: 16e3 - 10*g.lag})
			}
		}
	}
	return append(all,
		Sample{Part: Servers, Group: Pairs[6].name(), Arm: "thread", Block: 5, Index: 9, Error: "0 right answers"},
		Sample{Part: Servers, Group: Pairs[1].name(), Arm: "gnet", Error: "gnet: ended before it was ready: exit status 2"},
		Sample{Part: Opening, Group: "10000/s, 64 connections", Arm: "vegeta", Error: "vegeta is not installed"})
}

func TestTable(t *testing.T) {
	var got bytes.Buffer
	h := Header{Command: "bin/yardsticks", Machine: []string{"processors [0] for the load, [1] for the server"}}
	if err := Table(&got, h, samples()); err != nil {
		t.Fatal(err)
	}
	const golden = "testdata/table.md"
	if *update {
		if err := os.WriteFile(golden, got.Bytes(), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(golden)
	if err != nil {
		t.Fatal(err)
	}
	if got.String() != string(want) {
		t.Errorf("the table is\n%s\nwant\n%s\n(go test -update writes it anew)", got.String(), want)
	}
}

func TestReadNamesTheLine(t *testing.T) {
	h, all, err := Read(strings.NewReader(`{"header":{"command":"c","machine":["m"]}}` + "\n" + `{"part":"servers","arm":"a","values":{"rate":1}}` + "\n"))
	if err != nil || h.Command != "c" || len(all) != 1 || all[0].Values[rate] != 1 {
		t.Errorf("Read = %+v, %+v, %v", h, all, err)
	}
	if _, _, err := Read(strings.NewReader("{}\nnonsense\n")); err == nil || !strings.Contains(err.Error(), "line 2") {
		t.Errorf("a corrupt line: %v, want it named", err)
	}
}

func TestVerdictLooksAtTheFarEnd(t *testing.T) {
	for _, c := range []struct {
		most, median, hi float64
		want             string
	}{{0, 8, 9, ""}, {1.05, 1, 1.05, "met"}, {1.05, 1.05, 1.06, "median met"}, {1.05, 1.051, 1.06, "**missed**"}} {
		if got := verdict(c.most, estimate{Median: c.median, Lo: .5, Hi: c.hi}); got != c.want {
			t.Errorf("verdict(%g, %g up to %g) = %q, want %q", c.most, c.median, c.hi, got, c.want)
		}
	}
	// At least so much is asked: the near end is the far one of its inverse.
	e := estimate{Median: .99, Lo: .9, Hi: 1}
	if got := verdict(1/.95, e.inverse()); got != "median met" {
		t.Errorf("at least 0.95 of %v: %q", e, got)
	}
}
