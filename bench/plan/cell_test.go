package plan

import (
	"regexp"
	"testing"
	"time"
)

func TestCellNames(t *testing.T) {
	for _, row := range []struct {
		cell        Cell
		name, label string
	}{
		{Cell{Workload: "echo", Conns: 64}, "echo,conns=64,closed", "echo closed 64 conns"},
		{fanoutCell(128, 2000), "fanout,delay=20ms,k=3,conns=128,rate=2000", "fanout delay=20ms k=3 2000/s"},
		{Cell{Workload: "echo", Conns: 64, Share: .5, Arrivals: "constant"}, "echo,conns=64,rate=50%,constant", "echo at 50%"},
		{Cell{Workload: "echo", Conns: 8, Idle: 4000, NewConns: true}, "echo,conns=8,idle=4000,new-conns,closed", "echo closed 8 conns 4000 idle"},
		{ladder(1, 1, 0, 250, 1000), "idle,ladder=0+250+1000", "idle memory to 1000 conns"},
		// a value may hold what a name must not
		{Cell{Workload: "x", Params: map[string]string{"p": "a/b c,d"}, Conns: 1}, "x,p=a_b_c_d,conns=1,closed", "x p=a/b c,d closed 1 conns"},
	} {
		if got := row.cell.Name(); got != row.name {
			t.Errorf("Name() = %q, want %q", got, row.name)
		}
		if got := row.cell.Label(); got != row.label {
			t.Errorf("Label() = %q, want %q", got, row.label)
		}
	}
}

// Only the last rung is left alone for longer, and only if that is asked for.
func TestSilence(t *testing.T) {
	plain := ladder(3*ms, 1*ms, 0, 5, 9)
	rested := plain
	rested.Rest = 70 * ms
	for _, row := range []struct {
		cell Cell
		want [3]time.Duration
	}{
		{plain, [3]time.Duration{3 * ms, 3 * ms, 3 * ms}},
		{rested, [3]time.Duration{3 * ms, 3 * ms, 70 * ms}},
	} {
		for i, want := range row.want {
			if got := row.cell.Silence(i); got != want {
				t.Errorf("rest %v: rung %d is left alone for %v, want %v", row.cell.Rest, i, got, want)
			}
		}
	}
}

// A benchmark name that ends in a hyphen and digits is read as GOMAXPROCS, and a
// slash or space splits it.
func TestCellNamesFitBenchmarkNames(t *testing.T) {
	bad := regexp.MustCompile(`[/ ]|-[0-9]+$`)
	for _, p := range Profiles {
		for i := range p.Cells {
			if name := p.Cells[i].Name(); bad.MatchString(name) {
				t.Errorf("%s: cell name %q", p.Name, name)
			}
		}
	}
}

func TestCellCheck(t *testing.T) {
	for _, row := range []struct {
		cell Cell
		says string
	}{
		{Cell{Workload: "echo"}, "conns=0"},
		{Cell{Workload: "echo", Conns: -1}, "conns=-1"},
		{Cell{Workload: "echo", Conns: 1, Idle: -1}, "idle=-1"},
		{Cell{Workload: "echo", Conns: 1, Rate: -2}, "rate=-2"},
		{Cell{Workload: "echo", Conns: 1, Rate: 2, Share: .5}, "either"},
		{Cell{Workload: "echo", Conns: 1, Rate: 2, Arrivals: "often"}, "poisson"},
		{ladder(0, 1, 5, 5), "rising"},
		{ladder(0, 1, 5, 2), "rising"},
		{ladder(0, 0, 5), "span"},
	} {
		wantError(t, row.cell.check(), row.says)
	}
	good := ladder(0, 1, 0)
	if err := good.check(); err != nil {
		t.Error(err)
	}
}
