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

// mostProcesses bounds the worker processes that a server gets from its cell: each takes
// some 10 ms to start.
const mostProcesses = 64

// mostWorkers bounds the size that a pool gets from its cell.
const mostWorkers = 512

// Settings are the options of the arm that follow from the cell. backends is how
// many backends one request of the cell may ask.
func Settings(a *Arm, c *Cell, backends int) []Setting {
	follow := map[string]func(*Arm, *Cell, int) []Setting{
		"thread":   threadSettings,
		"thread-c": roomForThreads,
		"pool":     poolSettings,
		"prefork":  preforkSettings,
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
// The model would double them as threads come, which stops the world each time.
func threadSettings(a *Arm, c *Cell, backends int) []Setting {
	threads, what := c.Most(), "connections"
	switch how := a.Options["callall"]; {
	case backends == 0:
	case how == "spawn":
		threads, what = threads*(1+backends), "connections and their backend calls"
	case how == "pool":
		callers, _ := strconv.Atoi(orDefault(a.Options["callers"], "64")) // the model itself refuses what is no number
		threads, what = threads+callers, "connections and calling threads"
	}
	settings := []Setting{{
		"procs", strconv.Itoa(threads + spareProcs),
		fmt.Sprintf("GOMAXPROCS at least the threads: %d for %s, %d beside", threads, what, spareProcs),
	}}
	return append(settings, maxThreads(threads)...)
}

// roomForThreads: in C no scheduler is to be told, but the model refuses connections beyond the
// same bound. Threads for calls do not count there.
func roomForThreads(_ *Arm, c *Cell, _ int) []Setting { return maxThreads(c.Most()) }

// maxThreads is the option that a model of so many threads needs, where its own bound is below.
func maxThreads(threads int) []Setting {
	if threads <= 8000 {
		return nil
	}
	return []Setting{{"max-threads", strconv.Itoa(threads + spareProcs), "no connection of the cell may be refused for want of a thread"}}
}

// poolSettings: a worker waits as long as its request does, so a pool for requests
// that wait needs a worker for each that may wait at once.
func poolSettings(_ *Arm, c *Cell, backends int) []Setting {
	if backends == 0 && c.Workload != "blocking" {
		return nil
	}
	return []Setting{{
		"size", strconv.Itoa(min(c.Most(), mostWorkers)),
		fmt.Sprintf("a worker waits with its request: one for each of %d connections, at most %d", c.Most(), mostWorkers),
	}}
}

// preforkSettings: a worker process waits with its request, as a thread of a pool does.
func preforkSettings(_ *Arm, c *Cell, backends int) []Setting {
	if backends == 0 && c.Workload != "blocking" {
		return nil
	}
	return []Setting{{
		"workers", strconv.Itoa(min(c.Most(), mostProcesses)),
		fmt.Sprintf("a worker waits with its request: one for each of %d connections, at most %d", c.Most(), mostProcesses),
	}}
}
