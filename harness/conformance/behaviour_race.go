package conformance

import (
	"fmt"
	"strings"
	"time"
)

// What the counter cases find.
const (
	UpdatesLost  = "updates-lost"
	NoUpdateLost = "no-update-lost"
)

var raceFindings = []string{UpdatesLost, NoUpdateLost}

var raceBehaviours = []Behaviour{
	{
		Case{"behaviour/counter-over-wait", "a counter is read, a backend is waited for, the counter is written back", behaving(8), counterOverWait},
		[]string{"async-no-races", "greenlets-keep-problems"},
		raceFindings,
	},
	{
		Case{"behaviour/counter-no-wait", "a counter is read, something is computed, the counter is written back", behaving(8), counterNoWait},
		[]string{"async-no-races", "greenlets-keep-problems"},
		raceFindings,
	},
}

func counterOverWait(t *T) { updates(t, "/behaviour/count?d=3000", 5, time.Second) }

// The computation, some 200 µs of it, is a window in which a second thread on a second
// processor can come between, and nothing else can.
func counterNoWait(t *T) { updates(t, "/behaviour/count?work=100000", 50, 3*time.Second) }

// updates lets eight clients update the server's counter, so often each and again
// until an update is lost or the time is up.
func updates(t *T, path string, each int, within time.Duration) {
	clients := t.dialMany(8)
	sent := 0
	for end := time.Now().Add(within); ; {
		did := make([]map[int]tally, len(clients))
		t.All(len(clients), func(i int) { did[i] = update(t, clients[i], path, each) })
		sent += len(clients) * each
		lost, counters := lostOf(did)
		switch {
		case lost > 0:
			t.Find(UpdatesLost, "%d of %d updates were lost, over %d connections", lost, len(clients)*each, len(clients))
			return
		case time.Now().After(end):
			where := ""
			if counters > 1 {
				where = fmt.Sprintf("; %d counters, one per process", counters)
			}
			t.Find(NoUpdateLost, "none of %d updates over %d connections%s", sent, len(clients), where)
			return
		}
	}
}

// tally is what one client did to one process's counter.
type tally struct {
	updates     int
	first, last int // the lowest value it read, and the highest it wrote
}

func update(t *T, c *Conn, path string, times int) map[int]tally {
	did := make(map[int]tally)
	for n := range times {
		c.Send(get(fmt.Sprintf("%s&n=%d", path, n)))
		var pid, before, after int
		a := c.WantStatus(200)
		if _, err := fmt.Sscan(strings.TrimSpace(a.Body), &pid, &before, &after); err != nil {
			t.Fatalf("answer %s: want PID BEFORE AFTER: %v", brief(a.Body), err)
		}
		d, seen := did[pid]
		if !seen {
			d.first = before
		}
		d.first, d.last = min(d.first, before), max(d.last, after)
		d.updates++
		did[pid] = d
	}
	return did
}

// lostOf adds up what the clients did in each process: as many updates as the counter
// did not grow by were lost.
func lostOf(did []map[int]tally) (lost, counters int) {
	all := make(map[int]tally)
	for _, one := range did {
		for pid, d := range one {
			sum, seen := all[pid]
			if !seen {
				sum.first = d.first
			}
			sum.first, sum.last = min(sum.first, d.first), max(sum.last, d.last)
			sum.updates += d.updates
			all[pid] = sum
		}
	}
	for _, d := range all {
		lost += d.updates - (d.last - d.first)
	}
	return lost, len(all)
}
