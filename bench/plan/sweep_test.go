package plan

import (
	"strings"
	"testing"
)

func TestSweepChangesOneOptionAtATime(t *testing.T) {
	m := Model{Name: "pool", Workloads: []string{"echo", "idle"}, Options: []Option{
		{Name: "size", Default: "64", Try: []string{"48", "128"}}, {Name: "queue", Default: "1024"}, {Name: "kind", Default: "a", Try: []string{"b"}},
	}}
	p, err := Sweep(m, 0, 3)
	if err != nil {
		t.Fatal(err)
	}
	var names []string
	for _, a := range p.Arms {
		names = append(names, a.Name)
		if len(a.Options) > 1 {
			t.Errorf("%s changes more than one option", a.Name)
		}
	}
	if got, want := strings.Join(names, " "), "pool pool-twin pool:size=48 pool:size=128 pool:kind=b"; got != want {
		t.Errorf("arms %s, want %s", got, want)
	}
	if p.Blocks != 6 || p.Seed != 3 || len(p.Cells) != 2 {
		t.Errorf("%d blocks, seed %d, %d cells; want 6, 3, and the two that the model serves", p.Blocks, p.Seed, len(p.Cells))
	}
}

func TestSweepOfAnExecutor(t *testing.T) {
	p, err := Sweep(Model{Name: "hybrid", Workloads: []string{"echo", "blocking"}, Options: []Option{{Name: "executor"}, {Name: "size", Try: []string{"16"}}}}, 0, 1)
	if err != nil {
		t.Fatal(err)
	}
	if last := p.Cells[len(p.Cells)-1]; last.Workload != "blocking" {
		t.Errorf("the last cell is %s: where nothing is offloaded, an executor's size cannot tell", last.Workload)
	}
}

func TestSweepOfNothing(t *testing.T) {
	if _, err := Sweep(Model{Name: "serial"}, 6, 1); err == nil || !strings.Contains(err.Error(), "serial has no setting to try") {
		t.Errorf("got %v", err)
	}
}

func TestSweepAsksNoMoreThanASettingCanHold(t *testing.T) {
	rate := func(name string) (rate float64) {
		p, err := Sweep(Model{Name: name, Workloads: []string{"echo", "fanout"}, Options: []Option{{Name: "workers", Try: []string{"2"}}}}, 0, 1)
		if err != nil {
			t.Fatal(err)
		}
		for _, c := range p.Cells {
			if c.Workload == "fanout" {
				rate = c.Rate
			}
		}
		return rate
	}
	if most := 2 / 0.020; rate("prefork") > 0.6*most || rate("prefork") <= 0 {
		t.Errorf("prefork: %v requests a second for two workers that hold %v; want some and at most 60 %%", rate("prefork"), most)
	}
	if rate("pool") != 2000 {
		t.Errorf("pool: %v requests a second, want 2000 as for all others", rate("pool"))
	}
}
