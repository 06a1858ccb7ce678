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

// mostSources is how many local addresses the generator takes at most.
const mostSources = 200

// spare is what a process needs beside its connections: descriptors and threads.
const spare = 64

// lacks says why an arm cannot be run in a cell on this machine, "" if it can: the
// number that is needed, the number there is, and the command that raises it.
func (r *run) lacks(c *cell, arm int) string {
	l := r.machine.Limits
	a := &r.plan.Arms[arm]
	conns := c.Most()
	if m := r.models[a.Name]; m != nil {
		if path := filepath.Join(r.cfg.Bin, m.Argv[0]); missing(path) {
			return fmt.Sprintf("%s is not built: there is no %s: make build (in C it needs a compiler)", m.Name, path)
		}
	}
	if need := conns*(1+c.backends) + spare; need > l.Descriptors {
		return fmt.Sprintf("a server needs %d descriptors for %d connections and their backend calls, a process may have %d: ulimit -n %d",
			need, conns, l.Descriptors, need)
	}
	together := 1
	if !c.Memory() {
		together = len(r.plan.Arms)
	}
	if need := conns*together + spare; need > l.Descriptors {
		return fmt.Sprintf("the generator needs %d descriptors for %d connections to each of %d servers, a process may have %d: ulimit -n %d",
			need, conns, together, l.Descriptors, need)
	}
	if need := conns*together*c.backends + spare; need > l.Descriptors {
		return fmt.Sprintf("the backends need %d descriptors for the calls of %d connections to each of %d servers, a process may have %d: ulimit -n %d",
			need, conns, together, l.Descriptors, need)
	}
	if need := conns; l.Ports > 0 && need > l.Ports*4/5*mostSources {
		return fmt.Sprintf("the generator needs %d local ports for one server and %d addresses have %d: sysctl -w net.ipv4.ip_local_port_range=\"1024 65535\"",
			need, mostSources, l.Ports*4/5*mostSources)
	}
	if need := conns * together; c.backends > 0 && l.Ports > 0 && need > l.Ports {
		return fmt.Sprintf("the servers need %d local ports for connections to one backend, there are %d: sysctl -w net.ipv4.ip_local_port_range=\"1024 65535\"",
			need, l.Ports)
	}
	if need := r.threads(c, arm); need > l.Threads {
		return fmt.Sprintf("the servers that run together need %d threads, the machine allows %d: raise %s to %d",
			need, l.Threads, l.ThreadsBy, need)
	}
	return ""
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
	for i := range r.plan.Arms {
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
		if n, err := strconv.Atoi(s.Value); err == nil && (s.Name == "procs" || s.Name == "size") {
			most = max(most, n+spare)
		}
	}
	return most
}

// notRun says beforehand what will not be run, once a cell and reason.
func (r *run) notRun() {
	r.lack = make(map[[2]int]string)
	for i := range r.cells {
		said := make(map[string]bool)
		for arm := range r.plan.Arms {
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
