package simulate

import (
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"strconv"
	"strings"

	"assay/bench/plan"
	"assay/harness/trial"
)

// Shape is how a campaign spreads the slices of one cell.
type Shape struct {
	Name      string  `json:"name"`
	Arms      int     `json:"arms"` // the first is the baseline
	Blocks    int     `json:"blocks"`
	Rotations int     `json:"rotations"`
	Step      float64 `json:"step"`  // seconds from slice to slice
	Block     float64 `json:"block"` // seconds from block to block
}

// ShapeOf is the shape of a profile's load cell of most arms, in blocks of all its cells.
func ShapeOf(p plan.Profile) (Shape, error) {
	names := strings.Split(p.Arms, ",")
	known := &plan.Plan{Version: plan.Version, Cells: slices.Clone(p.Cells), Timing: p.Timing, Blocks: p.Blocks}
	for _, name := range append(names, names[0]+"-twin") {
		known.Arms = append(known.Arms, plan.Arm{Name: name, Model: name})
	}
	arms := 0
	for i := range known.Cells {
		c := &known.Cells[i]
		if slices.Contains(c.Arms, names[0]) {
			c.Arms = append(slices.Clone(c.Arms), names[0]+"-twin") // as a plan does
		}
		if !c.Memory() {
			arms = max(arms, len(known.Asked(i)))
		}
	}
	if p.Blocks < 1 || arms == 0 {
		return Shape{}, fmt.Errorf("profile %s measures nothing, so it has no shape", p.Name)
	}
	blocks := known.Estimate().Seconds() / float64(p.Blocks)
	// A slice and its edge: 30 ms for the drain and the samples at both ends.
	return Shape{p.Name, arms, p.Blocks, p.Timing.Rotations, p.Timing.Slice.Seconds() + .03, blocks}, nil
}

// Of is the shape with another number of blocks.
func (s Shape) Of(blocks int) Shape {
	s.Blocks = blocks
	return s
}

// cost is the baseline's CPU per request, ns; answers are those of one slice. They
// are what the journal's integers round, nothing else.
const (
	cost    = 30_000
	answers = 500
)

// cellName of every simulated cell.
const cellName = "planted"

func armName(i int) string { return "arm" + strconv.Itoa(i) }

// Draw makes the load trials of one cell. The log-ratio of arm i to arm 0 is
// planted[i] (0 where planted is shorter); the machine's noise has no mean.
func (s Shape) Draw(r *rand.Rand, n Noise, planted []float64) []trial.Trial {
	m := newMachine(n, r, float64(s.Blocks)*s.Block+60)
	trials := make([]trial.Trial, 0, s.Blocks*s.Arms)
	feels := make([]float64, s.Arms)
	for i := range feels {
		feels[i] = 1 + n.Uneven*r.NormFloat64()
	}
	span := s.Step * float64(s.Rotations*s.Arms)
	for block := range s.Blocks {
		// Cells come in random order within a block.
		start := s.Block * (float64(block) + r.Float64()*max(0, 1-span/s.Block))
		ofBlock := trials[len(trials) : len(trials)+s.Arms]
		trials = trials[:len(trials)+s.Arms]
		own := make([]float64, s.Arms) // of each fresh process
		for i := range ofBlock {
			ofBlock[i] = trial.Trial{
				Version: trial.Version, Kind: trial.Load, Status: trial.OK, Block: block, Cell: cellName, Arm: armName(i), Model: armName(i),
				Key: strconv.Itoa(block) + "/" + armName(i), Slices: make([]trial.Slice, 0, s.Rotations),
			}
			own[i] = n.Process * r.NormFloat64()
			if i < len(planted) {
				own[i] += planted[i]
			}
		}
		for rotation := range s.Rotations {
			for order, arm := range r.Perm(s.Arms) {
				at := start + s.Step*float64(rotation*s.Arms+order)
				log := own[arm] + m.slowness(at, feels[arm]) + n.jitter(r)
				ofBlock[arm].Slices = append(ofBlock[arm].Slices, trial.Slice{
					Index: rotation, Order: order, Start: int64(at * 1e9), Length: int64((s.Step - .03) * 1e9), Switches: -1,
					ServerCPU: int64(math.Round(answers * cost * math.Exp(log))),
					Load:      trial.LoadFigures{Requests: answers, Answers: answers},
				})
			}
		}
	}
	return trials
}
