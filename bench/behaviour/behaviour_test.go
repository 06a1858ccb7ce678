package behaviour

import (
	"bytes"
	"regexp"
	"runtime/pprof"
	"slices"
	"strings"
	"testing"
	"time"

	"assay/bench/workload"
	"assay/bench/workload/workloadtest"
	"assay/models/base/style"
)

func route(t *testing.T, target string) *style.Route {
	t.Helper()
	w := workload.Workload{Routes: Routes}
	r := workloadtest.Route(&w, "GET", []byte(target))
	if r == nil {
		t.Fatalf("no route for %s", target)
	}
	return r
}

// served is a request's answer in each style, direct, callback and await, and what was
// asked of the backends.
func served(t *testing.T, target string) (answers [3]workloadtest.Answer, asked [3][]string) {
	t.Helper()
	for i, serve := range []func(*workloadtest.World, *style.Route, *style.Exchange) workloadtest.Answer{
		workloadtest.ServeDirect, workloadtest.ServeCallback, workloadtest.ServeAwait,
	} {
		var x style.Exchange
		workloadtest.Request(&x, "GET", []byte(target), nil)
		world := &workloadtest.World{Tracing: true}
		answers[i] = serve(world, route(t, target), &x)
		asked[i] = world.Trace
	}
	return answers, asked
}

// Each path answers in each style, with the same waits in the same order.
func TestStylesAgree(t *testing.T) {
	for _, test := range []struct {
		target, want string // a pattern of the answer
		status       int
		asks         int
	}{
		{"/behaviour/who", `^(direct behaviour.whoDirect|callback behaviour.whoCallback|await behaviour.whoAwait) \d+$`, 200, 0},
		{"/behaviour/who?n=3&d=70", `^(direct|callback|await) `, 200, 1},
		{"/behaviour/count?d=50", `^\d+ \d+ \d+$`, 200, 1},
		{"/behaviour/count?work=50", `^\d+ \d+ \d+$`, 200, 0},
		{"/behaviour/locks?n=1&d=50", `^ok$`, 200, 1},
		{"/behaviour/locks?n=2&d=50&order=ba", `^ok$`, 200, 1},
		{"/behaviour/locks?order=aa", `order="aa"`, 400, 0},
		{"/behaviour/queue?makes=1", `^ok$`, 200, 0},
		{"/behaviour/queue?room=0", `room=0`, 400, 0},
		{"/behaviour/mutex?n=1&d=50", `^ok$`, 200, 1},
		{"/behaviour/leaf", `^leaf$`, 200, 0},
		{"/behaviour/leaf?via=offload", `^leaf$`, 200, 2},
		{"/behaviour/leaf?via=thread", `via="thread"`, 400, 0},
		{"/behaviour/fault?n=77", `request 77`, 500, 0},
		{"/behaviour/fault?n=77&at=after&d=5", `request 77`, 500, 1},
		{"/behaviour/error?d=5", `cause: backend\nmessage: "first: second: third: backend failed`, 200, 1},
		{"/behaviour/profile?work=10&d=5", `^ok$`, 200, 1},
		{"/behaviour/profile?do=nothing", `do="nothing"`, 400, 0},
	} {
		answers, asked := served(t, test.target)
		for _, a := range answers {
			if a.Status != test.status || !regexp.MustCompile(test.want).Match(a.Body) {
				t.Errorf("%s: %d %q, want %d %s", test.target, a.Status, a.Body, test.status, test.want)
			}
		}
		for i := range asked {
			if !slices.Equal(asked[0], asked[i]) || len(asked[i]) != test.asks {
				t.Errorf("%s: direct asks\n%s\nstyle %d\n%s\nwant %d", test.target,
					strings.Join(asked[0], "\n"), i, strings.Join(asked[i], "\n"), test.asks)
			}
		}
	}
}

// An update adds one, in every style, with and without the wait.
func TestCountAdds(t *testing.T) {
	for _, target := range []string{"/behaviour/count?d=5", "/behaviour/count?work=5"} {
		before := counter.Load()
		served(t, target)
		if got := counter.Load() - before; got != 3 {
			t.Errorf("%s in three styles adds %d", target, got)
		}
	}
}

// What is raised behind a wait reaches the direct handler and the one that awaits, and not
// the callback's.
func TestRaised(t *testing.T) {
	answers, _ := served(t, "/behaviour/error?how=raise&d=5")
	direct, callback, await := answers[0], answers[1], answers[2]
	if direct.Status != 200 || !bytes.Contains(direct.Body, []byte("cause: backend")) {
		t.Errorf("direct: %d %s", direct.Status, direct.Body)
	}
	for _, f := range errorPathDirect {
		if !bytes.Contains(direct.Body, []byte("frame: "+f+"\n")) {
			t.Errorf("direct: the stack of the raise lacks %s:\n%s", f, direct.Body)
		}
	}
	if callback.Status != 500 {
		t.Errorf("callback: %d %s", callback.Status, callback.Body)
	}
	if await.Status != 200 || !bytes.Contains(await.Body, []byte("cause: backend")) || bytes.Contains(await.Body, []byte("frame: behaviour.errorAwait\n")) {
		t.Errorf("await: %d %s", await.Status, await.Body)
	}
}

func TestStackAtFault(t *testing.T) {
	answers, _ := served(t, "/behaviour/stack?at=fault&d=3000")
	direct, callback, await := answers[0], answers[1], answers[2]
	want := "frame: behaviour.stackThird\nframe: behaviour.stackSecond\nframe: behaviour.stackFirst\nframe: behaviour.stackDirect\n"
	if !bytes.Contains(direct.Body, []byte(want)) {
		t.Errorf("direct:\n%s", direct.Body)
	}
	if body := string(callback.Body); !strings.Contains(body, "frame: behaviour.stackThirdThen.func1\n") || strings.Contains(body, "frame: behaviour.stackCallback\n") {
		t.Errorf("callback:\n%s", body)
	}
	if body := string(await.Body); !strings.Contains(body, "frame: behaviour.(*stackThirdTask).Step\n") || strings.Contains(body, "frame: behaviour.stackAwait\n") {
		t.Errorf("await:\n%s", body)
	}
}

// A snapshot shows the goroutine that waits, and the one that armed it where none does.
func TestSnapshot(t *testing.T) {
	waits := func(s chan *snapshot, until chan bool) {
		s <- snapshotIn(0)
		<-until
	}
	armed, until := make(chan *snapshot, 1), make(chan bool)
	go waits(armed, until)
	s := <-armed
	me := function(0)
	own := s.stack([]string{"no.such"})
	if !slices.Contains(own, me+".func1") || slices.Contains(own, me) {
		t.Errorf("the stack of who armed it: %q", own)
	}
	close(until)
	s = snapshotIn(0)
	if got := s.stack([]string{me, "other"}); !slices.Contains(got, me) {
		t.Errorf("the stack that shows %s: %q", me, got)
	}
}

// Two that cross are told who waits for whom; one that merely is late is no circle.
func TestHangIsNamed(t *testing.T) {
	b := board{holds: map[string]uint64{}, wants: map[uint64]string{}}
	if !b.take("a", 1) || !b.take("b", 2) || b.take("b", 1) || b.take("a", 2) {
		t.Fatal("locks are taken twice, or not at all")
	}
	var x style.Exchange
	b.hang(&x, 1)
	if got, want := string(x.Body), "hang: request 1 waits for lock b of request 2; request 2 waits for lock a of request 1"; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
	b.release(2)
	x.Body = nil
	if b.hang(&x, 1); !strings.Contains(string(x.Body), "not a circle") {
		t.Errorf("got %q", x.Body)
	}
	if !b.take("b", 1) {
		t.Error("a lock that was given back cannot be taken")
	}
}

func TestQueueHangs(t *testing.T) {
	answers, _ := served(t, "/behaviour/queue?within=1000&room=3")
	want := "hang: the queue holds 3 of 3, and who waits for room is its only consumer"
	for i, a := range answers {
		if string(a.Body) != want {
			t.Errorf("style %d: %q", i, a.Body)
		}
	}
}

func TestThreadLock(t *testing.T) {
	l := threadLock{free: make(chan struct{}, 1)}
	if _, ok := l.lock(7, time.Minute); !ok {
		t.Fatal("a free lock is not to be had")
	}
	if holder, ok := l.lock(8, time.Millisecond); ok || holder != 7 {
		t.Errorf("a held lock: %v, held by %d", ok, holder)
	}
	l.unlock()
	if _, ok := l.lock(8, time.Minute); !ok {
		t.Error("a lock that was given back is not to be had")
	}
}

// What runtime/pprof writes is read: functions by name, and stacks.
func TestReadProfile(t *testing.T) {
	var out bytes.Buffer
	p := pprof.NewProfile("assay.test")
	p.Add(t, 0)
	if err := p.WriteTo(&out, 0); err != nil {
		t.Fatal(err)
	}
	all, err := readProfile(out.Bytes())
	if err != nil || len(all) != 1 || all[0].count != 1 || !slices.Contains(all[0].names, "behaviour.TestReadProfile") {
		t.Errorf("%+v, %v", all, err)
	}
	if _, err := readProfile([]byte("nonsense")); err == nil {
		t.Error("nonsense is read")
	}
	if err := fields([]byte{0x12, 0x7f, 1}, func(uint64, uint64, []byte) error { return nil }); err == nil {
		t.Error("a field longer than its message is read")
	}
}

// Every path stands in HTTP.md.
func TestHTTP(t *testing.T) {
	for _, r := range Routes {
		if !strings.Contains(HTTP, "`"+r.Path+"`") {
			t.Errorf("HTTP.md lacks %s", r.Path)
		}
	}
}
