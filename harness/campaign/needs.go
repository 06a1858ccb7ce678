package campaign

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strconv"

	"assay/bench/plan"
)

// lacks says why an arm cannot be run in a cell on this machine, "" if it can: the
// number that is needed, the number there is, and the command that raises it.
func (r *run) lacks(c *cell, arm int) string {
	a := &r.plan.Arms[arm]
	if m := r.models[a.Name]; m != nil {
		if path := filepath.Join(r.cfg.Bin, m.Argv[0]); missing(path) {
			return fmt.Sprintf("%s is not built: there is no %s: make build (in C it needs a compiler)", m.Name, path)
		}
		if m.Lacks != "" {
			return m.Name + ": " + m.Lacks
		}
	}
	d := demand{conns: c.Most(), backends: c.backends, together: 1, threads: r.threads(c, arm)}
	if !c.Memory() {
		d.together = len(r.plan.Asked(c.index))
	}
	return d.over(r.machine.Limits)
}

func missing(path string) bool {
	_, err := os.Stat(path)
	return errors.Is(err, fs.ErrNotExist)
}

// threads is how many threads live while the arm is measured in the cell.
func (r *run) threads(c *cell, arm int) int {
	if c.Memory() {
		return threadsOf(&r.plan.Arms[arm], c)
	}
	sum := 0
	for _, i := range r.plan.Asked(c.index) {
		sum += threadsOf(&r.plan.Arms[i], c)
	}
	return sum
}

// threadsOf is how many threads one server may come to.
func threadsOf(a *plan.Arm, c *cell) int {
	most := spare
	if a.Model == "thread-c" || a.External() { // of a user's server nothing better is known
		most = c.Most() + spare
	}
	for _, s := range plan.Settings(a, &c.Cell, c.backends) {
		n, err := strconv.Atoi(s.Value)
		switch {
		case err != nil:
		case s.Name == "procs" || s.Name == "size":
			most = max(most, n+spare)
		case s.Name == "workers": // processes of a runtime that has threads of its own
			most = max(most, n*ofProcess+spare)
		}
	}
	return most
}

// ofProcess is how many threads a worker process comes to: one that serves, and the runtime's.
const ofProcess = 8

// notRun says beforehand what will not be run, once a cell and reason.
func (r *run) notRun() {
	r.lack = make(map[[2]int]string)
	for i := range r.cells {
		said := make(map[string]bool)
		for _, arm := range r.plan.Asked(i) {
			a := &r.plan.Arms[arm]
			if plan.NotApplicable(a, r.models[a.Name], &r.cells[i].Cell) != "" {
				continue
			}
			why := r.lacks(&r.cells[i], arm)
			if why == "" {
				continue
			}
			r.lack[[2]int{i, arm}] = why
			if !said[why] {
				said[why] = true
				r.note("not run: %s: %s", r.cells[i].label, why)
			}
		}
	}
}
