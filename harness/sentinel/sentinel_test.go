package sentinel

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"golang.org/x/sys/unix"

	"assay/harness/proc"
)

// The test binary is its own sentinel process.
func TestMain(m *testing.M) {
	if len(os.Args) > 1 && os.Args[1] == "sentinel" {
		os.Exit(Main(os.Args[2:], os.Stdin, os.Stdout, os.Stderr))
	}
	os.Exit(m.Run())
}

func start(t testing.TB) *Client {
	t.Helper()
	cpus, err := proc.Processors()
	if err != nil {
		t.Fatal(err)
	}
	c, err := Start([]string{os.Args[0], "sentinel"}, cpus, filepath.Join(t.TempDir(), "log"))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := c.Close(); err != nil {
			t.Error(err)
		}
	})
	return c
}

// A stop of the whole process looks to it like a stop of the machine.
func TestSeesAPause(t *testing.T) {
	c := start(t)
	const pause = 50 * time.Millisecond
	seen := make(map[int]bool)
	cpus, _ := proc.Processors()
	// On a busy machine a sentinel may not have begun when the first pause comes.
	for deadline := time.Now().Add(20 * time.Second); len(seen) < len(cpus) && time.Now().Before(deadline); {
		before := proc.Now()
		if err := unix.Kill(c.proc.PID, unix.SIGSTOP); err != nil {
			t.Fatal(err)
		}
		time.Sleep(pause)
		if err := unix.Kill(c.proc.PID, unix.SIGCONT); err != nil {
			t.Fatal(err)
		}
		time.Sleep(pause)
		r, err := c.Take()
		if err != nil {
			t.Fatal(err)
		}
		for _, h := range r.Hiccups {
			if h.Late > pause.Nanoseconds()*8/10 && h.Due+h.Late > before {
				seen[h.CPU] = true
			}
		}
	}
	if len(seen) != len(cpus) {
		t.Errorf("of processors %v a pause was seen on %v", cpus, seen)
	}
}

func TestTakesAreApart(t *testing.T) {
	c := start(t)
	for range 3 {
		var wakes uint64
		for deadline := time.Now().Add(20 * time.Second); wakes == 0 && time.Now().Before(deadline); time.Sleep(20 * time.Millisecond) {
			r, err := c.Take()
			if err != nil || r.Policy != FIFO && r.Policy != Fair {
				t.Fatalf("%+v, %v", r, err)
			}
			wakes = r.Wakes
		}
		if wakes == 0 {
			t.Error("no sentinel woke in 20 s")
		}
	}
}

// A sentinel that dies is an error once, and nothing hangs.
func TestDeath(t *testing.T) {
	c := start(t)
	if err := unix.Kill(c.proc.PID, unix.SIGKILL); err != nil {
		t.Fatal(err)
	}
	if _, err := c.Take(); err == nil {
		t.Error("no error from a dead sentinel")
	}
	if r, err := c.Take(); err != nil || r.Wakes != 0 {
		t.Errorf("said twice: %+v, %v", r, err)
	}
	var none *Client
	if _, err := none.Take(); err != nil || none.Close() != nil {
		t.Error("no client is no error")
	}
}

func TestHiccupsAreBounded(t *testing.T) {
	n := &notes{}
	for i := range most + 10 {
		n.note(Hiccup{0, int64(i), Bound.Nanoseconds() + 1})
	}
	r := n.take()
	if r.Count != most+10 || len(r.Hiccups) != most {
		t.Errorf("%d hiccups, %d kept", r.Count, len(r.Hiccups))
	}
	if again := n.take(); again.Count != 0 || again.Hiccups != nil {
		t.Errorf("%+v after the figures started anew", again)
	}
}

// What is late by the bound is told at once, and nothing else ever is.
func TestDozeTellsOfWhatIsLate(t *testing.T) {
	n := &notes{}
	before := proc.Now()
	if due, late := n.doze(int64(time.Millisecond), 0); late <= 0 || due < before || due+late > proc.Now() {
		t.Errorf("of a wake-up later than nothing: due %d, %d ns late, between %d and %d", due, late, before, proc.Now())
	}
	if _, late := n.doze(int64(time.Millisecond), int64(time.Hour)); late != 0 {
		t.Errorf("%d ns pass for an hour", late)
	}
	if n.wakes.Load() < 2 {
		t.Errorf("%d wakes", n.wakes.Load())
	}
}

func TestBadArguments(t *testing.T) {
	for _, args := range [][]string{nil, {"x"}, {"0,-1"}, {"0", "1"}, {"0", "1ms", "x"}, {"0", "-1s", "1ms"}, {"0", "2s", "1ms"}} {
		var stderr bytes.Buffer
		if code := Main(args, strings.NewReader(""), &stderr, &stderr); code != 2 || !strings.Contains(stderr.String(), "sentinel:") {
			t.Errorf("%q: exit %d, %s", args, code, &stderr)
		}
	}
}

// BenchmarkWatching shows what the sentinels cost: share is of one processor.
func BenchmarkWatching(b *testing.B) {
	c := start(b)
	first, err := c.Take()
	if err != nil {
		b.Fatal(err)
	}
	began := time.Now()
	for range b.N {
		time.Sleep(100 * time.Millisecond)
	}
	last, err := c.Take()
	if err != nil {
		b.Fatal(err)
	}
	b.ReportMetric(100*float64(last.CPU-first.CPU)/float64(time.Since(began)), "%-of-a-core")
}
