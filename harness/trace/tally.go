package trace

import (
	"cmp"
	"maps"
	"slices"
)

// Tally is what a server did per request, over many requests.
type Tally struct {
	Model    string             `json:"model"` // with its options
	Workload string             `json:"workload"`
	Source   string             `json:"source"` // who recorded it
	Conns    int                `json:"conns"`
	Requests int                `json:"requests"`
	ByName   map[string]float64 `json:"calls_by_name"` // system calls per request
	Calls    float64            `json:"calls"`         // of all names
	Switched bool               `json:"switches_known"`
	Switches float64            `json:"switches"` // threads of the server switched out, per request
	Waits    float64            `json:"waits"`    // of these, to wait
	// Allocations are objects made on the heap per request, of a like number of requests that
	// were not recorded. Nil: the server does not tell.
	Allocations *float64 `json:"allocations,omitempty"`
}

// Count tallies what the server's threads did from one moment to another, while it
// answered so many requests. Threads are those known; one that makes system calls in the
// record is the server's too, and may have ended since.
func Count(events []Event, threads []Thread, from, to int64, requests int) Tally {
	t := Tally{Requests: requests, ByName: make(map[string]float64)}
	own := make(map[int]bool)
	for _, th := range threads {
		own[th.ID] = true
	}
	for i := range events {
		if e := &events[i]; e.Kind == Enter || e.Kind == Exit {
			own[e.Thread] = true
		}
	}
	calls := make(map[string]int)
	made, switches, waits := 0, 0, 0
	for i := range events {
		e := &events[i]
		if !own[e.Thread] || e.At < from || e.At > to {
			continue
		}
		switch e.Kind {
		case Exit:
			calls[e.Call]++
			made++
		case Off:
			switches++
			if e.Waits {
				waits++
			}
		}
	}
	per := func(n int) float64 { return float64(n) / float64(max(1, requests)) }
	for name, n := range calls {
		t.ByName[name] = per(n)
	}
	t.Calls, t.Switches, t.Waits = per(made), per(switches), per(waits)
	return t
}

// Names are the system calls that any of the tallies has, the most frequent first.
func Names(tallies []Tally) []string {
	most := make(map[string]float64)
	for _, t := range tallies {
		for name, n := range t.ByName {
			most[name] = max(most[name], n)
		}
	}
	return slices.SortedFunc(maps.Keys(most), func(a, b string) int {
		return cmp.Or(cmp.Compare(most[b], most[a]), cmp.Compare(a, b))
	})
}
