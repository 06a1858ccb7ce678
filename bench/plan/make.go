package plan

import (
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"

	"assay/bench/workload"
)

// Request is what somebody asked for on a command line. Zero fields leave to the
// profile what it says.
type Request struct {
	Profile  string // "" is standard
	Models   string // as ParseArms reads it
	Servers  []string
	URLPath  string // what to ask the servers, if not a workload
	Workload string
	Set      map[string]string // parameters of the workload
	Conns    int
	Rate     string // "2000", "50%" of the slowest arm's capacity, "closed"
	Blocks   int
	Seed     uint64
	Suites   map[string]bool // by name: wanted or not; of others the profile decides
}

// Known is what a Request may name.
type Known struct {
	Models    []Model
	Workloads []*workload.Workload
}

// Make turns a request into a plan. Its errors name what is unknown or impossible,
// and the nearest or allowed.
func Make(r Request, known Known) (*Plan, error) {
	profile, err := FindProfile(orDefault(r.Profile, "standard"))
	if err != nil {
		return nil, err
	}
	if r.URLPath != "" && len(r.Servers) == 0 {
		return nil, fmt.Errorf("url path %s: there is no server of yours to ask it of; name one with --server 'mine=./mysvc --port {port}'", r.URLPath)
	}
	arms, err := r.arms(profile, known)
	if err != nil {
		return nil, err
	}
	cells, err := r.cells(profile, known)
	if err != nil {
		return nil, err
	}
	for i := range cells {
		cells[i].Arms = r.asked(cells[i].Arms, arms)
	}
	p := &Plan{
		Version: Version, Profile: profile.Name, Arms: arms, Cells: cells,
		Blocks: profile.Blocks, Seed: r.Seed, Timing: profile.Timing,
		Suites: r.suites(profile),
	}
	if r.Blocks < 0 {
		return nil, fmt.Errorf("blocks=%d: want 1 or more", r.Blocks)
	}
	if r.Blocks > 0 {
		p.Blocks = r.Blocks
	}
	return p, p.Check()
}

// plainWorkload is what models serve beside a server that is asked a URL of its own and
// serves no workload: beside that URL, a fan-out or a handler that blocks compares nothing.
const plainWorkload = "echo"

// asked are the arms of a cell that the profile gave to some: those, with the twins of
// theirs and the servers of the request's own; of a request that names models itself, all.
func (r *Request) asked(profiled []string, arms []Arm) []string {
	if profiled == nil || r.Models != "" {
		return nil
	}
	var names []string
	for _, a := range arms {
		if slices.Contains(profiled, a.Name) || slices.Contains(profiled, a.TwinOf) || a.External() {
			names = append(names, a.Name)
		}
	}
	return names
}

func (r *Request) arms(profile Profile, known Known) ([]Arm, error) {
	arms, err := ParseArms(orDefault(r.Models, profile.Arms), known.Models)
	if err != nil {
		return nil, err
	}
	for _, text := range r.Servers {
		a, err := ParseServer(text, r.URLPath)
		if err != nil {
			return nil, err
		}
		if _, err := FindModel(a.Name, known.Models); err == nil {
			return nil, fmt.Errorf("server %s is named like a model: give it another name", a.Name)
		}
		arms = append(arms, a)
	}
	return withTwin(arms), nil
}

// cells are the profile's, cut to the workload that was asked for and changed as
// the request says. A workload that the profile lacks gets a plain cell.
func (r *Request) cells(profile Profile, known Known) ([]Cell, error) {
	cells := slices.Clone(profile.Cells)
	asked := r.Workload
	if r.URLPath != "" {
		asked = orDefault(asked, plainWorkload)
	}
	if asked != "" {
		w, err := findWorkload(asked, known.Workloads)
		if err != nil {
			return nil, err
		}
		cells = slices.DeleteFunc(cells, func(c Cell) bool { return c.Workload != w.Name && !c.Memory() })
		if !slices.ContainsFunc(cells, func(c Cell) bool { return c.Workload == w.Name }) {
			cells = slices.Insert(cells, 0, Cell{Workload: w.Name, Conns: 64})
		}
	}
	taken := make(map[string]bool)
	for i := range cells {
		if c := &cells[i]; c.Memory() && len(r.Servers) > 0 && r.URLPath == "" && r.Workload != "" {
			c.Workload = r.Workload // the one that the user's server is known to have
		}
		if err := r.change(&cells[i], known, taken); err != nil {
			return nil, err
		}
	}
	for _, name := range slices.Sorted(maps.Keys(r.Set)) {
		if !taken[name] {
			return nil, noParameter(name, cells, known)
		}
	}
	return unique(cells), nil
}

// change applies the request to one cell; taken notes the parameters that found a workload.
func (r *Request) change(c *Cell, known Known, taken map[string]bool) error {
	w, err := findWorkload(c.Workload, known.Workloads)
	if err != nil {
		return err
	}
	c.Params = maps.Clone(c.Params)
	for name, value := range r.Set {
		if !slices.ContainsFunc(w.Params, func(p workload.Param) bool { return p.Name == name }) {
			continue
		}
		taken[name] = true
		if c.Memory() {
			continue // its connections are silent: no parameter changes that
		}
		if c.Params == nil {
			c.Params = make(map[string]string)
		}
		c.Params[name] = value
	}
	if !c.Memory() {
		if r.Conns != 0 {
			c.Conns = r.Conns
		}
		if r.Rate != "" {
			if c.Rate, c.Share, err = ParseRate(r.Rate); err != nil {
				return err
			}
		}
	}
	if _, err := w.Prepare(c.Params); err != nil {
		return fmt.Errorf("workload %s: %w", w.Name, err)
	}
	return nil
}

// ParseRate reads "2000" requests per second, "50%" of the slowest arm's
// capacity, or "closed" (also "0").
func ParseRate(text string) (rate, share float64, err error) {
	if text == "closed" {
		return 0, 0, nil
	}
	digits, percent := strings.CutSuffix(text, "%")
	f, err := strconv.ParseFloat(strings.TrimSuffix(digits, "/s"), 64)
	if err != nil || !(f >= 0 && f <= 1e7) || percent && f == 0 {
		return 0, 0, fmt.Errorf("rate %q: want requests per second like 2000, a share of capacity like 50%%, or closed", text)
	}
	if percent {
		return 0, f / 100, nil
	}
	return f, 0, nil
}

func findWorkload(name string, known []*workload.Workload) (*workload.Workload, error) {
	names := make([]string, len(known))
	for i, w := range known {
		if w.Name == name {
			return w, nil
		}
		names[i] = w.Name
	}
	return nil, fmt.Errorf("unknown workload %q: did you mean %q? There are %s",
		name, workload.Nearest(name, names), strings.Join(names, ", "))
}

func noParameter(name string, cells []Cell, known Known) error {
	var names []string
	for i := range cells {
		if w, err := findWorkload(cells[i].Workload, known.Workloads); err == nil {
			for _, p := range w.Params {
				if !slices.Contains(names, p.Name) {
					names = append(names, p.Name)
				}
			}
		}
	}
	return fmt.Errorf("no workload of this run has a parameter %q: did you mean %q? There are %s",
		name, workload.Nearest(name, names), strings.Join(names, ", "))
}

// unique drops cells that became equal by a request.
func unique(cells []Cell) []Cell {
	seen := make(map[string]bool)
	return slices.DeleteFunc(cells, func(c Cell) bool {
		name := c.Name()
		was := seen[name]
		seen[name] = true
		return was
	})
}

func orDefault(s, otherwise string) string {
	if s == "" {
		return otherwise
	}
	return s
}
