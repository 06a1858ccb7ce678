package verdict

import (
	"errors"
	"fmt"
	"math"
	"math/rand/v2"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"assay/bench/claims"
	"assay/harness/stat"
)

// made is evidence that a test made up: log-ratios by pair of places.
type made struct {
	logs     map[[2]claims.Place][]float64
	floor    float64
	noFloor  bool
	findings map[string]string
	counts   map[string]int
	doubts   map[claims.Place]string
}

func (e *made) Contrast(_ string, arm, base claims.Place) (stat.Contrast, error) {
	logs, ok := e.logs[[2]claims.Place{arm, base}]
	if !ok {
		return stat.Contrast{}, errors.New("no such cell")
	}
	return contrastOf(logs)
}

// contrastOf infers what a Set would, from log-ratios.
func contrastOf(logs []float64) (stat.Contrast, error) {
	c := stat.Contrast{Metric: stat.CPU, Logs: logs, N: len(logs)}
	mean, err := stat.MeanT(logs, .95)
	if err != nil {
		return c, err
	}
	r := mean.Exp()
	c.Ratio, c.Lo, c.Hi = r.Center, r.Lo, r.Hi
	if c.P, err = stat.PairedT(logs, 0); err != nil {
		return c, err
	}
	c.EqualP, err = stat.Equivalence(logs, .05)
	return c, err
}

func (e *made) Floor(string, string) (float64, error) {
	if e.noFloor {
		return 0, stat.ErrNoTwin
	}
	return e.floor, nil
}

func (e *made) Doubts(p claims.Place) []string {
	if why := e.doubts[p]; why != "" {
		return []string{why}
	}
	return nil
}

func (e *made) Finding(name, model string) (string, error) {
	if f, ok := e.findings[name+" "+model]; ok {
		return f, nil
	}
	return "", errors.New("not run")
}

func (e *made) Count(what, style string, _ []string) (int, error) {
	if n, ok := e.counts[what+" "+style]; ok {
		return n, nil
	}
	return 0, errors.New("not counted")
}

func place(arm string) claims.Place { return claims.Place{Arm: arm, Cell: "cell"} }

// asks is a claim on arm a against b.
func asks(name string, says claims.Direction) claims.Claim {
	return claims.Claim{Name: name, Questions: []claims.Question{{
		On: claims.Go, Scope: "here",
		Advice:  claims.Advice{Supported: "do", Refuted: "do not", Depends: "do above {x}"},
		Measure: &claims.Measure{Metric: "cpu", Arm: place("a"), Base: place("b"), Says: says, Least: .05, Margin: .05},
	}}}
}

// around is n values about a mean with a spread.
func around(rng *rand.Rand, n int, mean, spread float64) []float64 {
	logs := make([]float64, n)
	for i := range logs {
		logs[i] = mean + spread*rng.NormFloat64()
	}
	return logs
}

func pair(a, b string) [2]claims.Place { return [2]claims.Place{place(a), place(b)} }

func TestMeasuredOutcomes(t *testing.T) {
	rng := rand.New(rand.NewPCG(1, 2))
	for _, row := range []struct {
		name   string
		says   claims.Direction
		effect float64 // log-ratio
		spread float64
		floor  float64
		want   Outcome
	}{
		{"clearly more", claims.More, .2, .02, .02, Supported},
		{"clearly less than said", claims.More, -.2, .02, .02, Refuted},
		{"no difference, shown", claims.More, 0, .02, .02, Equivalent},
		{"more, but less than matters, and shown to be", claims.More, .02, .004, .01, Equivalent},
		{"noise", claims.More, 0, .2, .02, Inconclusive},
		{"an effect below the noise floor", claims.More, .08, .01, .15, Inconclusive},
		{"equal, but copies of one model differ by more", claims.More, 0, .01, .2, Inconclusive},
		{"said to be less, and is", claims.Less, -.2, .02, .02, Supported},
		{"said to be the same, and is", claims.Same, 0, .02, .02, Supported},
		{"said to be the same, and is better", claims.Same, -.2, .02, .02, Supported},
		{"said to be the same, and is worse", claims.Same, .2, .02, .02, Refuted},
	} {
		e := &made{floor: row.floor, logs: map[[2]claims.Place][]float64{pair("a", "b"): around(rng, 16, row.effect, row.spread)}}
		v := Decide([]claims.Claim{asks("x", row.says)}, e, 1)[0]
		if v.Outcome != row.want {
			t.Errorf("%s: %s (%s), want %s", row.name, v.Outcome, v.Why, row.want)
		}
		if v.Outcome.Decided() != (v.Advice != "") {
			t.Errorf("%s: %s with advice %q", row.name, v.Outcome, v.Advice)
		}
	}
}

func TestWhatIsMissingIsSaid(t *testing.T) {
	rng := rand.New(rand.NewPCG(1, 2))
	for _, row := range []struct {
		e    *made
		says string
	}{
		{&made{floor: .02}, "no such cell"},
		{&made{noFloor: true, logs: map[[2]claims.Place][]float64{pair("a", "b"): around(rng, 8, .2, .01)}}, "noise floor of its cells is not known"},
	} {
		v := Decide([]claims.Claim{asks("x", claims.More)}, row.e, 1)[0]
		if v.Outcome != Inconclusive || !strings.Contains(v.Why, row.says) || v.Advice != "" {
			t.Errorf("got %+v, want it to say %q", v, row.says)
		}
	}
	later := claims.Claim{Name: "y", Questions: []claims.Question{{On: claims.Py, Needs: "a stack"}}}
	if v := Decide([]claims.Claim{later}, &made{}, 1)[0]; v.Outcome != NotMeasured || v.Why != "needs a stack" {
		t.Errorf("got %+v", v)
	}
}

func TestUndecidedSaysHowManyBlocks(t *testing.T) {
	rng := rand.New(rand.NewPCG(3, 4))
	e := &made{floor: .01, logs: map[[2]claims.Place][]float64{pair("a", "b"): around(rng, 8, 0, .08)}}
	v := Decide([]claims.Claim{asks("x", claims.More)}, e, 1)[0]
	if v.Outcome != Inconclusive || v.Blocks <= 8 || !strings.Contains(v.Why, fmt.Sprintf("some %d blocks", v.Blocks)) {
		t.Errorf("got %+v", v)
	}
}

func TestSuspectIsMarked(t *testing.T) {
	rng := rand.New(rand.NewPCG(5, 6))
	e := &made{
		floor: .01, logs: map[[2]claims.Place][]float64{pair("a", "b"): around(rng, 8, .3, .01)},
		doubts: map[claims.Place]string{place("a"): "steal"},
	}
	v := Decide([]claims.Claim{asks("x", claims.More)}, e, 1)[0]
	if v.Outcome != Supported || len(v.Suspect) != 1 || v.Suspect[0] != "a in cell: steal" {
		t.Errorf("got %+v", v)
	}
}

// Along a dimension on which the effect begins, it depends, and the flip lies between.
func TestDependsWithItsCrossing(t *testing.T) {
	rng := rand.New(rand.NewPCG(7, 8))
	c := asks("x", claims.More)
	m := c.Questions[0].Measure
	m.Along = &claims.Along{Dimension: "length", Unit: "ms"}
	e := &made{floor: .01, logs: make(map[[2]claims.Place][]float64)}
	for i, effect := range []float64{0, .01, .5} {
		arm, base := fmt.Sprintf("a%d", i), fmt.Sprintf("b%d", i)
		e.logs[pair(arm, base)] = around(rng, 16, effect, .01)
		m.Along.Points = append(m.Along.Points, claims.Point{X: math.Pow(10, float64(i)), Arm: place(arm), Base: place(base)})
	}
	m.Arm, m.Base = place("a2"), place("b2")
	v := Decide([]claims.Claim{c}, e, 1)[0]
	if v.Outcome != Depends || v.Flips == nil || v.Flips.At <= 10 || v.Flips.At >= 100 || v.Flips.Lo > v.Flips.At || v.Flips.Hi < v.Flips.At {
		t.Fatalf("got %+v, flip %+v", v, v.Flips)
	}
	if !strings.Contains(v.Advice, " ms") || strings.Contains(v.Advice, "{x}") {
		t.Errorf("advice %q", v.Advice)
	}
}

func TestObservedOutcomes(t *testing.T) {
	c := claims.Claim{Name: "x", Questions: []claims.Question{{
		On: claims.Go, Scope: "here", Advice: claims.Advice{Supported: "do", Refuted: "do not"},
		Observe: &claims.Observe{Cases: []claims.Finding{{Case: "c", Model: "m", If: []string{"yes"}}, {Case: "c", Model: "n", If: []string{"yes", "perhaps"}}}},
	}}}
	for _, row := range []struct {
		findings map[string]string
		want     Outcome
	}{
		{map[string]string{"c m": "yes", "c n": "perhaps"}, Supported},
		{map[string]string{"c m": "no", "c n": "no"}, Refuted},
		{map[string]string{"c m": "yes", "c n": "no"}, Depends},
		{map[string]string{"c m": "yes"}, Supported},
		{nil, Inconclusive},
	} {
		v := Decide([]claims.Claim{c}, &made{findings: row.findings}, 1)[0]
		if v.Outcome != row.want || len(v.Seen) != 2 {
			t.Errorf("%v: got %s (%s), want %s", row.findings, v.Outcome, v.Why, row.want)
		}
		if len(row.findings) == 1 && !strings.Contains(v.Why, "not run: c on n") {
			t.Errorf("a case that was not run is not said: %s", v.Why)
		}
	}
}

func TestCountedOutcomes(t *testing.T) {
	for _, row := range []struct {
		style, base int
		says        claims.Direction
		want        Outcome
	}{
		{20, 10, claims.More, Supported},
		{10, 20, claims.More, Refuted},
		{10, 10, claims.More, Equivalent},
		{10, 20, claims.Less, Supported},
		{10, 10, claims.Same, Supported},
		{10, 20, claims.Same, Refuted},
		{3, 0, claims.More, Supported},
		{0, 0, claims.More, Equivalent},
	} {
		c := claims.Claim{Name: "x", Questions: []claims.Question{{On: claims.Go, Count: &claims.Count{What: "lines", Style: "s", Base: "d", Workloads: []string{"w"}, Says: row.says, Least: .1}}}}
		e := &made{counts: map[string]int{"lines s": row.style, "lines d": row.base}}
		if v := Decide([]claims.Claim{c}, e, 1)[0]; v.Outcome != row.want {
			t.Errorf("%+v: got %s (%s)", row, v.Outcome, v.Why)
		}
	}
}

// Who is called arm and who base does not matter: swapped with what is said of them, the verdict
// stays, and with the same thing said of the other one it turns round.
func TestPermutingArmsPermutesVerdicts(t *testing.T) {
	turned := map[Outcome]Outcome{Supported: Refuted, Refuted: Supported, Equivalent: Equivalent, Inconclusive: Inconclusive}
	rapid.Check(t, func(t *rapid.T) {
		seed := rapid.Uint64().Draw(t, "seed")
		// Effects between nothing and what matters are supported one way and not refuted the other.
		effect := rapid.SampledFrom([]float64{-.3, -.12, 0, .12, .3}).Draw(t, "effect")
		logs := around(rand.New(rand.NewPCG(seed, 1)), rapid.IntRange(6, 16).Draw(t, "blocks"), effect, .02)
		back := make([]float64, len(logs))
		for i, log := range logs {
			back[i] = -log
		}
		e := &made{floor: .02, logs: map[[2]claims.Place][]float64{pair("a", "b"): logs, pair("b", "a"): back}}
		swapped := asks("x", claims.Less)
		m := swapped.Questions[0].Measure
		m.Arm, m.Base = m.Base, m.Arm
		opposite := asks("x", claims.Less)
		a, b, c := one(e, asks("x", claims.More)), one(e, swapped), one(e, opposite)
		if a.Outcome != b.Outcome {
			t.Fatalf("a more than b: %s, b less than a: %s", a.Outcome, b.Outcome)
		}
		if c.Outcome != turned[a.Outcome] && math.Abs(effect) > .1 {
			t.Fatalf("a more than b: %s, a less than b: %s", a.Outcome, c.Outcome)
		}
	})
}

func one(e Evidence, c claims.Claim) Verdict { return Decide([]claims.Claim{c}, e, 1)[0] }

// Noise alone: among twenty claims of a register there may be a false certainty in one run of
// twenty, no more. And a true difference at the very margin is called equal as rarely.
func TestNoiseGivesNoFalseCertainty(t *testing.T) {
	const runs, family = 600, 20
	rng := rand.New(rand.NewPCG(9, 10))
	falsely := func(effect float64, wrong func(Outcome) bool) (n int) {
		for range runs {
			e := &made{floor: .001, logs: make(map[[2]claims.Place][]float64)}
			j := judge{evidence: e} // what Decide does, without the advice on how many blocks more
			for i := range family {
				c := asks(fmt.Sprint(i), claims.More)
				m := c.Questions[0].Measure
				m.Arm, m.Base, m.Least = place(fmt.Sprint("a", i)), place(fmt.Sprint("b", i)), .001
				e.logs[[2]claims.Place{m.Arm, m.Base}] = around(rng, 16, effect, .05)
				j.open(c, &c.Questions[0])
			}
			j.correct()
			for _, d := range j.cases {
				if wrong(d.rule().of(d.verdict.Effect)) {
					n++
					break
				}
			}
		}
		return n
	}
	// 5 % of 600 is 30; 45 is nearly three standard deviations above.
	if n := falsely(0, func(o Outcome) bool { return o == Supported || o == Refuted }); n > 45 {
		t.Errorf("%d of %d runs of pure noise held a certain verdict, want at most 5 %%", n, runs)
	}
	if n := falsely(math.Log(1.05), func(o Outcome) bool { return o == Equivalent }); n > 45 {
		t.Errorf("%d of %d runs called a difference at the margin equal, want at most 5 %%", n, runs)
	}
}

func TestTally(t *testing.T) {
	got := Tally([]Verdict{{Outcome: Supported}, {Outcome: Supported}, {Outcome: NotMeasured}})
	if got[Supported] != 2 || got[NotMeasured] != 1 {
		t.Errorf("got %v", got)
	}
}
