package plan

import (
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"
	"time"
)

// Cell is one question: a workload, its parameters and a load. A cell with a
// Ladder measures memory instead: idle connections, rung by rung.
type Cell struct {
	Workload string            `json:"workload"`
	Params   map[string]string `json:"params,omitempty"` // only those that were given
	Conns    int               `json:"conns,omitempty"`  // that carry requests
	Idle     int               `json:"idle,omitempty"`   // that stay silent beside them
	Rate     float64           `json:"rate,omitempty"`   // requests per second; 0 with Share 0: closed loop
	Share    float64           `json:"share,omitempty"`  // rate as a share of the slowest arm's capacity, measured before the blocks
	Arrivals string            `json:"arrivals,omitempty"`
	NewConns bool              `json:"new_conns,omitempty"` // a connection per request

	// Arms are the names of those that are asked: in a plan of many arms each question goes to
	// those it is about, and neighbours in time stay neighbours. None: all.
	Arms []string `json:"arms,omitempty"`

	// Blocks is in how many of the plan's blocks, the first ones, the cell is measured, where it
	// scatters less than the others and takes longer. 0: all.
	Blocks int `json:"blocks,omitempty"`

	Ladder []int         `json:"ladder,omitempty"` // numbers of idle connections, rising
	Settle time.Duration `json:"settle,omitempty"` // silence before a rung is sampled
	Rest   time.Duration `json:"rest,omitempty"`   // silence before the last rung is; 0: Settle
	Span   time.Duration `json:"span,omitempty"`   // over which idle CPU and switches are counted, at the last rung
}

// Memory says that the cell is a ladder of idle connections.
func (c *Cell) Memory() bool { return len(c.Ladder) > 0 }

// Asks says whether the cell is a question to the arm of that name.
func (c *Cell) Asks(arm string) bool { return c.Arms == nil || slices.Contains(c.Arms, arm) }

// Silence is how long the connections of rung i are left alone before it is sampled.
func (c *Cell) Silence(i int) time.Duration {
	if i == len(c.Ladder)-1 && c.Rest > 0 {
		return c.Rest
	}
	return c.Settle
}

// Open says that arrivals keep a schedule of their own.
func (c *Cell) Open() bool { return c.Rate > 0 || c.Share > 0 }

// Name identifies the cell in a run: "fanout,k=3,conns=128,rate=2000". It has no
// space and no slash, and does not end in a hyphen and digits.
func (c *Cell) Name() string {
	parts := []string{c.Workload}
	for _, key := range slices.Sorted(maps.Keys(c.Params)) {
		parts = append(parts, key+"="+strings.Map(nameRune, c.Params[key]))
	}
	if c.Memory() {
		rungs := make([]string, len(c.Ladder))
		for i, n := range c.Ladder {
			rungs[i] = strconv.Itoa(n)
		}
		return strings.Join(append(parts, "ladder="+strings.Join(rungs, "+")), ",")
	}
	parts = append(parts, "conns="+strconv.Itoa(c.Conns))
	if c.Idle > 0 {
		parts = append(parts, "idle="+strconv.Itoa(c.Idle))
	}
	if c.NewConns {
		parts = append(parts, "new-conns")
	}
	return strings.Join(append(parts, c.load()), ",")
}

func nameRune(r rune) rune {
	if r == '/' || r == ' ' || r == ',' {
		return '_'
	}
	return r
}

func (c *Cell) load() string {
	rate := "closed"
	switch {
	case c.Rate > 0:
		rate = "rate=" + number(c.Rate)
	case c.Share > 0:
		rate = "rate=" + number(c.Share*100) + "%"
	}
	if c.Arrivals != "" && c.Arrivals != "poisson" {
		rate += "," + c.Arrivals
	}
	return rate
}

// Label is the cell for people: "fanout k=3 delay=20ms 2000/s".
func (c *Cell) Label() string {
	parts := []string{c.Workload}
	for _, key := range slices.Sorted(maps.Keys(c.Params)) {
		parts = append(parts, key+"="+c.Params[key])
	}
	switch {
	case c.Memory():
		return strings.Join(append(parts, fmt.Sprintf("memory to %d conns", slices.Max(c.Ladder))), " ")
	case c.Rate > 0:
		parts = append(parts, number(c.Rate)+"/s")
	case c.Share > 0:
		parts = append(parts, "at "+number(c.Share*100)+"%")
	default:
		parts = append(parts, "closed")
	}
	if !c.Open() || c.Idle > 0 {
		parts = append(parts, strconv.Itoa(c.Conns)+" conns")
	}
	if c.Idle > 0 {
		parts = append(parts, strconv.Itoa(c.Idle)+" idle")
	}
	return strings.Join(parts, " ")
}

func number(f float64) string { return strconv.FormatFloat(f, 'f', -1, 64) }

// Most is the greatest number of connections that a server holds at once in this cell.
func (c *Cell) Most() int {
	if c.Memory() {
		return slices.Max(c.Ladder)
	}
	return c.Conns + c.Idle
}

func (c *Cell) check() error {
	switch {
	case c.Memory() && (!slices.IsSorted(c.Ladder) || c.Ladder[0] < 0 || len(slices.Compact(slices.Clone(c.Ladder))) != len(c.Ladder)):
		return fmt.Errorf("ladder %v of %s: want rising numbers of connections, like 0, 250, 1000", c.Ladder, c.Workload)
	case c.Blocks < 0:
		return fmt.Errorf("blocks=%d of %s: want 0 (all) or more", c.Blocks, c.Workload)
	case c.Memory() && (c.Settle < 0 || c.Rest < 0 || c.Span <= 0):
		return fmt.Errorf("memory cell of %s: want a span above 0 and a settling time from 0", c.Workload)
	case c.Memory():
		return nil
	case c.Conns < 1:
		return fmt.Errorf("conns=%d of %s: want 1 or more", c.Conns, c.Workload)
	case c.Idle < 0:
		return fmt.Errorf("idle=%d of %s: want 0 or more", c.Idle, c.Workload)
	case c.Rate < 0 || c.Rate > 1e7:
		return fmt.Errorf("rate=%v of %s: want requests per second from 0 (closed loop) to 10000000", c.Rate, c.Workload)
	case c.Share < 0 || c.Share > 2 || c.Share > 0 && c.Rate > 0:
		return fmt.Errorf("rate of %s: want either a rate or a share of capacity up to 200%%", c.Workload)
	case !slices.Contains([]string{"", "poisson", "constant", "burst"}, c.Arrivals):
		return fmt.Errorf("arrivals=%s: want poisson, constant or burst", c.Arrivals)
	}
	return nil
}
