package plan

import (
	"fmt"
	"strconv"
)

// Setting is an option that must differ between models, or follow the cell, with
// the reason. An option that the arm was given itself is never overruled.
type Setting struct {
	Name  string `json:"name"`
	Value string `json:"value"`
	Why   string `json:"why"`
}

// spareProcs are the Ps beside those of the threads that serve connections: the
// acceptor, the backend side, and the runtime's own needs.
const spareProcs = 8

// mostWorkers bounds the size that a pool gets from its cell.
const mostWorkers = 512

// Settings are the options of the arm that follow from the cell. backends is how
// many backends one request of the cell may ask.
func Settings(a *Arm, c *Cell, backends int) []Setting {
	follow := map[string]func(*Arm, *Cell, int) []Setting{
		"thread": threadSettings,
		"pool":   poolSettings,
	}[a.Model]
	if follow == nil || a.External() {
		return nil
	}
	var kept []Setting
	for _, s := range follow(a, c, backends) {
		if _, given := a.Options[s.Name]; !given {
			kept = append(kept, s)
		}
	}
	return kept
}

// threadSettings: with fewer Ps than threads a thread that comes back from a
// blocking call waits for a P, not for a processor, and is starved by the scheduler.
func threadSettings(a *Arm, c *Cell, backends int) []Setting {
	threads, what := c.Most(), "connections"
	if how := a.Options["callall"]; (how == "spawn" || how == "pool") && backends > 0 {
		threads, what = threads*(1+backends), "connections and their backend calls"
	}
	return []Setting{{
		"procs", strconv.Itoa(threads + spareProcs),
		fmt.Sprintf("GOMAXPROCS at least the threads: %d for %s, %d beside", threads, what, spareProcs),
	}}
}

// poolSettings: a worker waits as long as its request does, so a pool for requests
// that wait needs a worker for each that may wait at once.
func poolSettings(a *Arm, c *Cell, backends int) []Setting {
	size, why := 0, "as the arm says"
	if given, ok := a.Options["size"]; ok {
		size, _ = strconv.Atoi(given) // the model itself refuses what is no number
	} else if backends > 0 || c.Workload == "blocking" {
		size = min(c.Most(), mostWorkers)
		why = fmt.Sprintf("a worker waits with its request: one for each of %d connections, at most %d", c.Most(), mostWorkers)
	}
	if size == 0 {
		return nil
	}
	return []Setting{
		{"size", strconv.Itoa(size), why},
		{"procs", strconv.Itoa(size + spareProcs), fmt.Sprintf("GOMAXPROCS at least the threads: %d workers, %d beside", size, spareProcs)},
	}
}
