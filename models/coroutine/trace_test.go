package coroutine

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"assay/models/base/model/modeltest"
	"assay/models/base/style"
)

// traced serves with the record of its switches in a file, which the function reads.
func traced(t *testing.T, routes ...style.Route) (*modeltest.Server, *modeltest.Backend, func() string) {
	file := filepath.Join(t.TempDir(), "trace.tsv")
	s, back := start(t, "trace="+file, routes...)
	return s, back, func() string {
		text, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		return string(text)
	}
}

// Every switch is recorded once, in order, with both sides, the request and why.
func TestTrace(t *testing.T) {
	s, _, record := traced(t, get("/fault", func(style.Waiter, *style.Exchange) error { panic("two\nlines") }))
	c := s.Dial()
	c.Want("/ask?a", 200, "a")
	c.Want("/fault", 500, "fault in handler: two\nlines\n")
	s.Drain()
	var got []string
	last := ""
	for line := range strings.Lines(record()) {
		f := strings.Split(strings.TrimSuffix(line, "\n"), "\t")
		if len(f) != 7 {
			t.Fatalf("a line with %d fields, want 7: %q", len(f), line)
		}
		if f[0] < last && last[0] != '#' {
			t.Errorf("the clock goes back at %q", line)
		}
		last = f[0]
		place, _, _ := strings.Cut(f[6], " ")
		got = append(got, strings.Join(append(f[1:6:6], place), "|"))
	}
	want := []string{
		"from|to|why|request|what|where",
		"loop|coroutine 1|begins|1|GET /ask|-",
		"coroutine 1|loop|waits for 1|1|GET /ask|assay/models/coroutine.ask",
		"loop|coroutine 1|answered|1|GET /ask|assay/models/coroutine.ask",
		"coroutine 1|loop|returned|1|GET /ask|-",
		"loop|coroutine 1|begins|2|GET /fault|-",
		"coroutine 1|loop|fault in handler: two lines|2|GET /fault|-",
	}
	if !slices.Equal(got, want) {
		t.Errorf("got\n%s\nwant\n%s", strings.Join(got, "\n"), strings.Join(want, "\n"))
	}
}

// A stack captured at a wait shows the handler, all of its frames, and whose it is; and
// the wait goes on as if nothing had been.
func TestStackAtAWait(t *testing.T) {
	s, back, record := traced(t, get("/deep", func(w style.Waiter, x *style.Exchange) error { return deep(w, x, 3) }))
	a, b := s.Dial(), s.Dial()
	a.Send(modeltest.Request("/deep?hold-a"))
	modeltest.Until(t, "the call to be held", func() bool { return back.Held.Load() == 1 })
	b.Send(modeltest.Request("/ask?hold-b"))
	modeltest.Until(t, "both calls to be held", func() bool { return back.Held.Load() == 2 })
	s.Begin()
	modeltest.Until(t, "the stacks", func() bool { return strings.Contains(record(), "# request 2 waits in coroutine 2:") })
	back.Release()
	for _, c := range []struct {
		*modeltest.Client
		body string
	}{{a, "hold-a"}, {b, "hold-b"}} {
		if a := c.Read(); a.Status != 200 || a.Body != c.body {
			t.Errorf("got %d %q, want %s", a.Status, a.Body, c.body)
		}
	}
	s.Drain()
	if n := strings.Count(record(), "\tGET /"); n != 8 {
		t.Errorf("%d switches are recorded, want 4 for each request: looking at a stack is none:\n%s", n, record())
	}
	_, first, _ := strings.Cut(record(), "# request 1 waits in coroutine 1:")
	first, second, _ := strings.Cut(first, "# request 2 waits in coroutine 2:")
	for n, frame := range map[int]string{4: "coroutine.deep(", 1: "coroutine.TestStackAtAWait.func1("} {
		if got := strings.Count(first, frame); got != n {
			t.Errorf("%d frames %s in the stack, want %d:\n%s", got, frame, n, first)
		}
	}
	if !strings.Contains(second, "coroutine.ask(") || strings.Contains(second, "coroutine.deep(") {
		t.Errorf("the other's stack is not its own:\n%s", second)
	}
}

// A record that cannot be made stops the server before it serves.
func TestTraceInto(t *testing.T) {
	_, err := newTracer(filepath.Join(t.TempDir(), "no", "such"), nil)
	if err == nil || !strings.Contains(err.Error(), "option trace=") {
		t.Errorf("got %v, want an error that names the option", err)
	}
	for _, value := range []string{"", "/no/such/folder/file", "/dev/null/file"} {
		if _, err := Model.Parse("trace=" + value); err == nil || !strings.Contains(err.Error(), "want off, on or") {
			t.Errorf("trace=%s gave %v, want what it may be", value, err)
		}
	}
	if tr, err := newTracer("off", nil); tr != nil || err != nil {
		t.Errorf("trace=off gave %v, %v", tr, err)
	}
}

// trace=on records into the log.
func TestTraceOn(t *testing.T) {
	s, _ := start(t, "trace=on")
	s.Dial().Want("/ask?a", 200, "a")
	modeltest.Until(t, "the record", func() bool {
		return strings.Contains(s.Log(), fmt.Sprintf("\tcoroutine %d\tloop\treturned\t", 1))
	})
}
