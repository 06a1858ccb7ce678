package doctor

import (
	"fmt"
	"strings"

	"assay/bench/plan"
	"assay/harness/campaign"
)

// Size is the largest cell of a kind that the machine's limits allow.
type Size struct {
	Kind        string `json:"kind"`
	Connections int    `json:"connections"` // to each server
	By          string `json:"by"`          // what limits it there
}

// What a connection takes of the machine's memory, both ends of its socket included,
// KiB: rounded up from the published run.
const (
	perConnection = 16 // goroutine: 7.6 of its own, 4.9 of sockets
	perThread     = 48 // thread: 25 of its own, 4.9 of sockets, and what a stack grows by
)

// kind is a kind of cell, and which cells of a profile are of it.
type kind struct {
	name string
	campaign.CellKind
	has func(plan.Cell) bool
}

// kinds are those of the profiles, with the arms of standard.
func kinds() []kind {
	arms := 2 // with the twin
	if p, err := plan.FindProfile("standard"); err == nil {
		arms += strings.Count(p.Arms, ",")
	}
	idle := func(c plan.Cell) bool { return c.Memory() }
	load := func(c plan.Cell) bool { return !c.Memory() && c.Workload != "fanout" }
	fanout := func(c plan.Cell) bool { return c.Workload == "fanout" }
	return []kind{
		{"idle, one loop or goroutines", campaign.CellKind{Servers: 1}, idle},
		{"idle, a thread for each", campaign.CellKind{Servers: 1, Threaded: 1}, idle},
		{fmt.Sprintf("load on %d arms, 2 threaded", arms), campaign.CellKind{Servers: arms, Threaded: 2}, load},
		{"the same with 3 backends", campaign.CellKind{Servers: arms, Threaded: 2, Backends: 3}, fanout},
	}
}

// asked is the most connections that a profile's cells of the kind ask of one server.
func (k kind) asked(profile string) int {
	p, err := plan.FindProfile(profile)
	if err != nil {
		return 0
	}
	most := 0
	for _, c := range p.Cells {
		if k.has(c) {
			most = max(most, c.Most())
		}
	}
	return most
}

// Sizes are the largest cells by kind.
func Sizes(f Facts) []Size {
	var all []Size
	for _, k := range kinds() {
		all = append(all, k.largest(f))
	}
	return all
}

func (k kind) largest(f Facts) Size {
	s := Size{Kind: k.name}
	s.Connections, s.By = campaign.Largest(f.Limits, k.CellKind)
	each := perConnection*(k.Servers-k.Threaded) + perThread*k.Threaded
	if most := f.MemoryKB * 4 / 5 / each; f.MemoryKB > 0 && most < s.Connections {
		s.Connections = most
		s.By = fmt.Sprintf("a connection to each server needs some %d KiB of memory, %d MiB are free: stop what uses it, or raise the container's limit", each, f.MemoryKB/1024)
	}
	return s
}

// limits judges the largest cells and the length of the listen queue.
func limits(f Facts) []Finding {
	var all []Finding
	for _, k := range kinds() {
		s := k.largest(f)
		finding := Finding{"largest cell", Good, Large, fmt.Sprintf("%s: %d connections", s.Kind, s.Connections), ""}
		for _, row := range []struct {
			profile string
			level   Level
		}{{"full", Note}, {"standard", Short}} {
			if asked := k.asked(row.profile); s.Connections < asked {
				limit, mend := split(s.By)
				finding.Level, finding.Mend = row.level, mend
				finding.Says = fmt.Sprintf("%s: %d connections; profile %s asks %d; beyond, %s", s.Kind, s.Connections, row.profile, asked, limit)
			}
		}
		all = append(all, finding)
	}
	return append(all, queue(f)...)
}

// queue: more connections than may wait at once are dropped, and come back a second later.
func queue(f Facts) []Finding {
	const standard = 1000
	q := Finding{"listen queue", Good, Large, fmt.Sprintf("%d connections may wait to be accepted", f.Backlog), ""}
	switch {
	case f.Backlog == 0:
		return nil
	case f.Backlog < standard:
		q.Level, q.Mend = Short, "sysctl -w net.core.somaxconn=4096"
		q.Says += ": more at once are dropped, and try again a second later"
	}
	return []Finding{q}
}

// split parts the campaign's own refusal into the limit and its remedy. A process can
// raise the limit of descriptors for itself only to the hard one, which is what there is.
func split(by string) (limit, mend string) {
	limit, mend, _ = strings.Cut(by, ": ")
	if strings.HasPrefix(mend, "ulimit -n") {
		mend = "ulimit -Hn 1048576 (as root, before assay), or nofile in /etc/security/limits.conf"
	}
	return limit, mend
}
