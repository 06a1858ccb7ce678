package conformance

import (
	"fmt"
	"slices"
	"strings"
	"time"

	workload "assay/bench/behaviour"
)

// nestedClients is how many requests ask the server itself at the same time: more than
// the threads of any pool by default.
const nestedClients = 100

var poolBehaviours = []Behaviour{
	{
		Case{"behaviour/nested-calls", "100 requests at once each ask the same server once more, and wait for the answer", nestedNeeds, nestedCalls},
		[]string{"pool-exhaustion", "greenlets-keep-problems"},
		waitFindings,
	},
	{
		Case{"behaviour/nested-offload", "100 requests at once each offload a job that waits for an offloaded job of the same server", nestedNeeds, nestedOffload},
		[]string{"pool-exhaustion", "executor-offload"},
		waitFindings,
	},
}

var nestedNeeds = Needs{Workload: workload.Name, Options: "backend-timeout=700ms", None: true}

func nestedCalls(t *T) { nested(t, "call") }

func nestedOffload(t *T) { nested(t, "offload") }

// nested makes the server its own backend. What cannot go on ends at the deadline of
// the inner call, which a server on its way never meets: the inner job takes 5 ms.
func nested(t *T, via string) {
	addr := t.quietPort()
	t.server = t.start(map[string]string{"ASSAY_LISTEN": addr, "ASSAY_BACKENDS": addr})
	n := nestedClients
	if most := t.Target.Limits.Connections; t.Target.Described && most > 0 {
		n = min(n, most)
	}
	// A few first: where one hangs, or one a loop, a hundred would hang one after the other.
	// And a hundred several times: they hang only if they all come before the first goes on.
	var counts map[int]int
	var took time.Duration
	for _, at := range []int{1, 8, n, n, n, n, n} {
		if counts, took = nest(t, via, min(at, n)); counts[504] > 0 {
			break
		}
	}
	t.Eventually("the server serves on", func() bool {
		c := t.Dial()
		defer c.Close()
		c.Send(get("/behaviour/who"))
		return c.WantStatus(200, 503).Status == 200
	})
	switch {
	case counts[504] > 0:
		t.Find(DeadlockFound, "requests at once: %s; those of 504 waited for a place until the deadline; all over after %.1f s, and it serves on", statuses(counts), took.Seconds())
	case counts[502] > 0:
		t.Fatalf("it could not ask itself: %s", statuses(counts))
	default:
		t.Find(NoDeadlock, "requests at once: %s", statuses(counts))
	}
}

// nest sends n requests at once, and counts the statuses of their answers. Where one waited
// until the deadline, the rest may take as long each: those that do not come soon count as 0.
func nest(t *T, via string, n int) (counts map[int]int, took time.Duration) {
	clients := t.dialMany(n)
	start := time.Now()
	for i, c := range clients {
		c.Send(get(fmt.Sprintf("/behaviour/nested?n=%d&via=%s&within=700000", i, via)))
	}
	counts = make(map[int]int)
	var late time.Time // when the rest is no longer waited for
	for _, c := range clients {
		within := t.patience
		if !late.IsZero() {
			within = max(time.Until(late), time.Millisecond)
		}
		switch a, err := c.TryRead("GET", within); {
		case err != nil && counts[504] > 0:
			counts[0]++
		case err != nil:
			t.Fatalf("no answer: %v%s", err, t.server.obituary(dying))
		case a.Status == 200 && strings.TrimSpace(a.Body) != "ok", !slices.Contains([]int{200, 502, 503, 504}, a.Status):
			t.Fatalf("answer %d %s: want 200 ok, 502, 503 or 504", a.Status, brief(a.Body))
		default:
			counts[a.Status]++
			if a.Status == 504 && late.IsZero() {
				late = time.Now().Add(2 * time.Second)
			}
		}
		c.Close()
	}
	return counts, time.Since(start)
}

// statuses is counts in words: "64 × 504, 36 × 200".
func statuses(counts map[int]int) (text string) {
	for _, status := range []int{504, 503, 502, 200, 0} {
		if counts[status] == 0 {
			continue
		}
		if text != "" {
			text += ", "
		}
		if status == 0 {
			text += fmt.Sprintf("%d unanswered by then", counts[status])
			continue
		}
		text += fmt.Sprintf("%d × %d", counts[status], status)
	}
	return text
}
