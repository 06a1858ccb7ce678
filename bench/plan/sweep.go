package plan

import (
	"fmt"
	"maps"
	"slices"
)

// sweepCells are where settings are tried: capacity without a backend, waiting for three,
// and holding connections.
var sweepCells = []Cell{{Workload: "echo", Conns: 64}, fanoutCell(128, 2000), ladder(100*ms, 100*ms, 0, 500)}

// sweepRates are of the fan-out, per second, for models of which a setting cannot hold the usual rate: one
// that fails under each trial's load tells nothing of its cost. Two workers of prefork, each waiting 20 ms
// for one request at a time, hold 100/s. Slices are longer there, for as few as 150 requests a trial.
var sweepRates = map[string]float64{"prefork": 50}

// offloadCell is where an executor's settings tell: elsewhere it is idle.
var offloadCell = Cell{
	Workload: "blocking", Conns: 64, Rate: 1000,
	Params: map[string]string{"share": "5%", "block": "10ms", "via": "offload"},
}

// executorOption names what only models with an executor offer.
const executorOption = "executor"

// Sweep is the plan that measures one model's settings against its defaults: an arm
// for every value that the model holds worth trying, one option changed at a time, in
// one campaign. Blocks 0 is six, the fewest that ranks give an interval for. An error says
// that the model offers nothing to try.
func Sweep(m Model, blocks int, seed uint64) (*Plan, error) {
	arms := []Arm{{Name: m.Name, Model: m.Name}}
	for _, o := range m.Options {
		for _, value := range o.Try {
			arms = append(arms, Arm{Name: m.Name + ":" + o.Name + "=" + value, Model: m.Name, Options: map[string]string{o.Name: value}})
		}
	}
	if len(arms) == 1 {
		return nil, fmt.Errorf("model %s has no setting to try: its defaults are all there is", m.Name)
	}
	if blocks == 0 {
		blocks = 6
	}
	cells := slices.Clone(sweepCells)
	if slices.ContainsFunc(m.Options, func(o Option) bool { return o.Name == executorOption }) {
		cells = append(cells, offloadCell)
	}
	cells = slices.DeleteFunc(cells, func(c Cell) bool { return !m.serves(c.Workload) })
	for i := range cells {
		cells[i].Params = maps.Clone(cells[i].Params)
		if rate, ok := sweepRates[m.Name]; ok && cells[i].Workload == "fanout" {
			cells[i].Rate = rate
		}
	}
	p := &Plan{
		Version: Version, Profile: "tune", Arms: withTwin(arms), Cells: cells, Blocks: blocks, Seed: seed,
		Timing: Timing{Warmup: 200 * ms, Slice: 250 * ms, Rotations: 3, Drain: drain},
	}
	if _, slow := sweepRates[m.Name]; slow {
		p.Timing.Slice = 1000 * ms
	}
	return p, p.Check()
}
