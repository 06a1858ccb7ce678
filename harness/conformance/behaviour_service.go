package conformance

import (
	"fmt"
	"os"
	"slices"
	"strings"
	"syscall"
	"time"

	workload "assay/bench/behaviour"
)

// What the cases about a whole service find.
const (
	NoneLost     = "none-lost"
	RequestsLost = "requests-lost"

	NamesBothSides = "names-both-sides" // a tracer names who leaves, who comes, and where the handler waits
	NoTracer       = "no-tracer"        // the server offers none

	DirectThreads   = "direct-a-thread-each" // plain sequential code, and each wait holds a thread
	DirectFew       = "direct-few-threads"   // plain sequential code over waits that hold no thread: hidden async
	DirectOneByOne  = "direct-one-by-one"    // plain sequential code, and waits that do not overlap
	ColouredThreads = "coloured-a-thread-each"
	ColouredFew     = "coloured-few-threads" // code written for the way to wait: callbacks, await
	ColouredByOne   = "coloured-one-by-one"
)

var serviceBehaviours = []Behaviour{
	{
		Case{"behaviour/drain", "SIGTERM while 30 clients ask: is a request lost that came before it, and how long does it take", behaving(30), drainBehaviour},
		[]string{"graceful-shutdown"},
		[]string{NoneLost, RequestsLost},
	},
	{
		Case{"behaviour/code-and-threads", "160 requests wait at once: what style is their handler in, and how many threads do they hold", behaving(waiters), codeAndThreads},
		[]string{"hidden-async", "contagion"},
		[]string{DirectThreads, DirectFew, DirectOneByOne, ColouredThreads, ColouredFew, ColouredByOne},
	},
	{
		Case{"behaviour/switch-tracer", "the server's own tracer of switches: does it name both sides, and where the handler waits", Needs{Workload: workload.Name, None: true}, switchTracer},
		[]string{"greenlet-tracing"},
		[]string{NamesBothSides, NoTracer},
	},
}

// drainBehaviour terminates the server amid load, and counts requests whose last byte
// was sent before that and that had no answer.
func drainBehaviour(t *T) {
	clients := t.dialMany(30)
	began := make(chan time.Time, 1)
	time.AfterFunc(200*time.Millisecond, func() {
		began <- time.Now()
		syscall.Kill(t.server.PID, syscall.SIGTERM)
	})
	lost := make([]time.Time, len(clients))
	answered := make([]int, len(clients))
	t.All(len(clients), func(i int) { answered[i], lost[i] = askUntilGone(t, clients[i], 20+3*i) })
	start := <-began
	gone, total := 0, 0
	for i, sent := range lost {
		total += answered[i]
		if !sent.IsZero() && sent.Before(start) {
			gone++
		}
	}
	t.WantExit(t.server.Proc, start, 0)
	finding := NoneLost
	if gone > 0 {
		finding = RequestsLost
	}
	t.Find(finding, "%d answered, %d lost; it ended %.0f ms after SIGTERM", total, gone, float64(time.Since(start).Microseconds())/1000)
}

// askUntilGone asks until the server closes the connection: how many answers came, and
// when the request was sent that had none; zero if the last answer said it was the last. Each
// client's requests take another time (ms), so that at any moment some are under way.
func askUntilGone(t *T, c *Conn, ms int) (answers int, unanswered time.Time) {
	for ; ; answers++ {
		c.Send(get(fmt.Sprintf("/behaviour/who?n=%d&d=%d", answers, 1000*ms)))
		sent := time.Now()
		a, err := c.TryRead("GET", t.patience)
		switch {
		case err != nil && broken(err):
			return answers, sent
		case err != nil:
			t.Fatalf("request %d: %v", answers, err)
		case a.Status != 200:
			t.Fatalf("request %d: answer %d %s", answers, a.Status, brief(a.Body))
		}
		if whoOf(t, a); a.Close {
			return answers + 1, time.Time{}
		}
	}
}

// whoOf reads an answer of /behaviour/who: the style of its handler, and the handler's name.
func whoOf(t *T, a Answer) (style, handler string) {
	words := strings.Fields(a.Body)
	if len(words) != 3 || !slices.Contains([]string{"direct", "callback", "await"}, words[0]) {
		t.Fatalf("answer %s: want direct, callback or await, a function and a pid", brief(a.Body))
	}
	return words[0], words[1]
}

// waiters is how many requests wait at once in codeAndThreads: more than there are threads in
// any pool by default, so that idle ones are not taken for threads that wait.
const waiters = 160

func codeAndThreads(t *T) {
	t.quietBackends()
	clients := t.dialMany(waiters)
	done, threads := make(chan struct{}), make(chan int, 1)
	go func() { threads <- t.mostThreads(done) }()
	first, waiting := t.askUntilOne(clients)
	close(done)
	held := <-threads
	style, handler := whoOf(t, first)
	code, kind := "coloured", "few-threads"
	if style == "direct" {
		code = "direct"
	}
	switch {
	case waiting <= 1:
		kind = "one-by-one"
	case held >= waiting:
		kind = "a-thread-each"
	}
	t.Find(code+"-"+kind, "%s handler %s: %d of %d requests waited at once, with %d threads", style, handler, waiting, waiters, held)
}

// askUntilOne asks over all clients at once, and returns the first answer, and how many
// requests had waited together by then. The others' answers are not waited for: there are
// servers that take one after the other.
func (t *T) askUntilOne(clients []*Conn) (first Answer, waiting int) {
	type outcome struct {
		a   Answer
		err error
	}
	answers := make(chan outcome, len(clients))
	for i, c := range clients {
		c.Send(get(fmt.Sprintf("/behaviour/who?n=%d&d=500000", i)))
		go func() {
			a, err := c.TryRead("GET", t.patience)
			answers <- outcome{a, err}
		}()
	}
	one := <-answers
	waiting = t.Backends().MostFlight
	for _, c := range clients {
		c.Close()
	}
	if one.err != nil || one.a.Status != 200 {
		t.Fatalf("answer %d %s, %v: want 200", one.a.Status, brief(one.a.Body), one.err)
	}
	return one.a, waiting
}

// mostThreads looks at how many threads the server's processes have until done is closed,
// and returns the most at a time.
func (t *T) mostThreads(done <-chan struct{}) (most int) {
	for {
		n := 0
		tree, _ := t.server.Tree() // an error: it has ended, which others will find
		for _, pid := range tree {
			tasks, _ := os.ReadDir(fmt.Sprintf("/proc/%d/task", pid))
			n += len(tasks)
		}
		most = max(most, n)
		select {
		case <-done:
			return most
		case <-time.After(10 * time.Millisecond):
		}
	}
}

// switchTracer looks for option trace, which every server of the suite that has a
// tracer calls it by: on writes a line a switch to the log, the fields parted by tabs:
// ns, from, to, why, request, what, where.
func switchTracer(t *T) {
	if t.Target.Described && !slices.Contains(t.Target.Known, "trace") {
		t.Find(NoTracer, "it has no option trace")
		return
	}
	t.server = t.start(map[string]string{"ASSAY_OPTIONS": joinOptions(t.Target.Options, "trace=on")})
	c := t.Dial()
	c.Send(get("/behaviour/who?n=5&d=2000"))
	c.WantStatus(200)
	var left, came, where string
	t.Eventually("a line of the tracer for the request's wait", func() bool {
		for line := range strings.Lines(t.server.LogTail()) {
			f := strings.Split(strings.TrimSpace(line), "\t")
			if len(f) == 7 && strings.Contains(f[5], "/behaviour/who") && f[6] != "-" && f[1] != f[2] {
				left, came, where = f[1], f[2], f[6]
			}
		}
		return where != ""
	})
	t.Find(NamesBothSides, "from %s to %s, at %s", left, came, where)
}
