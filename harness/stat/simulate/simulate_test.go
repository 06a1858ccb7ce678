package simulate

import (
	"bytes"
	"context"
	"errors"
	"math"
	"runtime"
	"strings"
	"testing"

	"assay/bench/plan"
	"assay/harness/stat"
)

func config(t *testing.T, draws int, blocks ...int) Config {
	t.Helper()
	c, err := Standard(1, draws)
	if err != nil {
		t.Fatal(err)
	}
	if len(blocks) > 0 {
		c.Blocks = blocks
	}
	return c
}

// The seeded part of make simulate that every test run goes through: coverage of
// 93 to 97 %, no more false findings than asked for, but for what 400 draws leave open.
func TestStatIsRightOnDataLikeOurs(t *testing.T) {
	table, err := Run(context.Background(), config(t, 400))
	if err != nil {
		t.Fatal(err)
	}
	for _, wrong := range table.Outside() {
		t.Error(wrong)
	}
	for _, what := range []string{"Student's t, CPU per request", "Hodges–Lehmann, CPU per request", "t test of a null", "any of 30 nulls, t and Holm"} {
		if _, ok := table.Row(what, Ordinary.Name); !ok {
			t.Errorf("no row %q", what)
		}
	}
	for i, p := range table.Profiles {
		// What the profile's own entry says.
		if got, want := p.Ordinary.Value, plan.Profiles[i].Resolves; got < want*.8 || got > want*1.25 {
			t.Errorf("%s resolves %.3f, its entry says %.3f: see make simulate", p.Shape.Name, got, want)
		}
	}
	if len(table.Profiles) != len(plan.Profiles) {
		t.Errorf("%d profiles are simulated of %d", len(table.Profiles), len(plan.Profiles))
	}
	// What the power functions foresee is what the simulation finds.
	row, _ := table.Row("smallest effect found, one contrast, t", Ordinary.Name)
	like := table.Likeness[0]
	for _, f := range row.Figures {
		want, err := stat.Design{SD: like.Block, Blocks: f.Blocks}.LeastEffect()
		if err != nil || f.Value < want*.8 || f.Value > want*1.25 {
			t.Errorf("%d blocks find %.3g, foreseen from a spread of %.3g: %.3g (%v)", f.Blocks, f.Value, like.Block, want, err)
		}
	}
}

// Two blocks have a single degree of freedom, where counting one too many shows at once.
func TestIntervalOfTwoBlocks(t *testing.T) {
	if wrong := twoBlocks(t, Stat()); wrong != nil {
		t.Error(wrong)
	}
}

func twoBlocks(t *testing.T, e Engine) []string {
	t.Helper()
	c := config(t, 1500, 2)
	c.Engine = e
	c.Engine.Rank = stat.MeanT // ranks of two values have no interval
	s := &sim{Config: c, ctx: context.Background(), table: &Table{}, part: t.Name()}
	draws, err := s.draw(Ordinary, 2)
	if err != nil {
		t.Fatal(err)
	}
	if err := s.coverage(Ordinary, map[int][]sample{2: draws}); err != nil {
		t.Fatal(err)
	}
	return s.table.Outside()
}

// wrongly is the interval with the quantile of other degrees of freedom than there are.
func wrongly(freedom func(n int) int) func([]float64, float64) (stat.Interval, error) {
	return func(logs []float64, confidence float64) (stat.Interval, error) {
		in, err := stat.MeanT(logs, confidence)
		if err != nil {
			return in, err
		}
		wrong, err := quantile(freedom(len(logs)))
		if err != nil {
			return in, err
		}
		right, err := quantile(len(logs) - 1)
		half := in.Half() * wrong / right
		return stat.Interval{Center: in.Center, Lo: in.Center - half, Hi: in.Center + half, Confidence: confidence}, err
	}
}

// quantile reads Student's 97.5 % point off an interval of values of known spread.
func quantile(dof int) (float64, error) {
	xs := make([]float64, dof+1)
	xs[0] = 1
	i, err := stat.MeanT(xs, .95)
	n := float64(dof + 1)
	return i.Half() * n, err // their standard error is 1/n
}

// Each defect that people have published with is put in, and the table must say so.
func TestBrokenEnginesAreNoticed(t *testing.T) {
	for name, interval := range map[string]func([]float64, float64) (stat.Interval, error){
		"Student's quantile for n instead of n − 1": wrongly(func(n int) int { return n }),
		"the normal quantile instead of Student's":  wrongly(func(int) int { return 1000 }),
	} {
		e := Stat()
		e.Mean = interval
		if wrong := twoBlocks(t, e); wrong == nil {
			t.Errorf("%s: not noticed", name)
		}
	}
	for name, row := range map[string]struct {
		part  func(*sim) error
		broke func(*Engine)
		want  string
	}{
		"Holm forgotten": {(*sim).contrasts, func(e *Engine) {
			e.Holm = func(ps []float64) ([]float64, error) { return ps, nil }
		}, "any of 30 nulls, t and Holm"},
		"equal said where no difference was found": {(*sim).contrasts, func(e *Engine) {
			e.Equal = func(logs []float64, _ float64) (float64, error) {
				p, err := stat.PairedT(logs, 0)
				if p > level {
					return 0, err
				}
				return 1, err
			}
		}, "“equal” said at the margin's edge"},
		"stopped at the first narrow interval": {(*sim).precision, func(e *Engine) {
			e.AtStop = func(_ stat.Precision, logs []float64) (stat.Interval, error) {
				return wrongly(func(int) int { return 1000 })(logs, confidence)
			}
			e.Enough = func(p stat.Precision, logs []float64) (string, error) {
				in, err := e.AtStop(p, logs)
				if len(logs) > 2 && in.Half() <= p.Half || len(logs) == 64 {
					return "precise", err
				}
				return "", err
			}
		}, "stop at ±5 %"},
		"the crossing's ends halved": {(*sim).crossings, func(e *Engine) {
			flip := e.Flip
			e.Flip = func(l stat.Ladder, seed uint64) (stat.CrossingSpan, bool, error) {
				c, ok, err := flip(l, seed)
				c.Lo, c.Hi = math.Sqrt(c.Lo*c.At), math.Sqrt(c.Hi*c.At)
				return c, ok, err
			}
		}, "crossing"},
	} {
		c := config(t, 400, 10)
		row.broke(&c.Engine)
		s := &sim{Config: c, ctx: context.Background(), table: &Table{}, part: name}
		if err := row.part(s); err != nil {
			t.Fatal(err)
		}
		if wrong := strings.Join(s.table.Outside(), "\n"); !strings.Contains(wrong, row.want) {
			t.Errorf("%s: not noticed; the table complains of %q", name, wrong)
		}
	}
}

// The same seed gives the same table on any number of processors, another seed another.
func TestTableDependsOnItsSeedAlone(t *testing.T) {
	text := func(seed uint64, procs int) string {
		defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(procs))
		c := config(t, leastDraws, 6)
		c.only = []string{"likeness", "contrasts", "percentiles", "crossing points"}
		c.Seed = seed
		table, err := Run(context.Background(), c)
		if err != nil {
			t.Fatal(err)
		}
		var b bytes.Buffer
		if err := table.Write(&b); err != nil {
			t.Fatal(err)
		}
		return b.String()
	}
	one := text(3, 1)
	if four := text(3, 4); four != one {
		t.Errorf("on one processor:\n%s\non four:\n%s", one, four)
	}
	if text(4, 4) == one {
		t.Error("two seeds gave one table")
	}
}

func TestRefusals(t *testing.T) {
	if _, err := Run(context.Background(), config(t, 3)); err == nil || !strings.Contains(err.Error(), "3 draws") {
		t.Errorf("three draws: got %v", err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	if _, err := Run(ctx, config(t, 4000)); !errors.Is(err, context.Canceled) {
		t.Errorf("interrupted: got %v", err)
	}
	if _, err := Measure(nil); err == nil {
		t.Error("the noise of nothing: want an error")
	}
}
