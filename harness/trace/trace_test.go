package trace

import (
	"bytes"
	"encoding/json"
	"encoding/xml"
	"errors"
	"flag"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

var update = flag.Bool("update", false, "write the golden files of testdata anew")

// sample is a recorded scene.
func sample(t *testing.T, name string) *Scene {
	t.Helper()
	text, err := os.ReadFile(filepath.Join("testdata", name+".json"))
	if err != nil {
		t.Fatal(err)
	}
	var s Scene
	if err := json.Unmarshal(text, &s); err != nil {
		t.Fatal(err)
	}
	return &s
}

func golden(t *testing.T, name string, got []byte) {
	t.Helper()
	path := filepath.Join("testdata", name)
	if *update {
		if err := os.WriteFile(path, got, 0o666); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(got, want) {
		t.Errorf("%s is no longer what is made (go test -run Golden -update makes it anew):\n%s", name, got)
	}
}

// What is made of recorded requests.
func TestGolden(t *testing.T) {
	for _, name := range []string{"reactor", "thread", "coroutine"} {
		story := Tell(sample(t, name))
		var b bytes.Buffer
		if err := errors.Join(story.WriteTimeline(&b), story.WriteTable(&b)); err != nil {
			t.Fatal(err)
		}
		golden(t, name+".txt", b.Bytes())
		golden(t, name+".svg", story.SVG())
		wellFormed(t, story.SVG())
	}
}

func wellFormed(t *testing.T, svg []byte) {
	t.Helper()
	for d := xml.NewDecoder(bytes.NewReader(svg)); ; {
		if _, err := d.Token(); errors.Is(err, io.EOF) {
			return
		} else if err != nil {
			t.Fatal(err)
		}
	}
}

// script makes a scene of one thread, 7, of process 7, sent at 1000 and answered at 9000.
func script(events ...Event) *Scene {
	for i := range events {
		events[i].Thread = 7
	}
	return &Scene{
		Switches: true, Source: "tracefs", Sent: 1000, Answered: 9000,
		Threads: []Thread{{7, 7, "thread 1"}},
		Files:   map[string]string{"7/3": "client", "7/4": "backend 0", "7/5": "listener"},
		Events:  events,
	}
}

func TestTell(t *testing.T) {
	st := Tell(script(
		Event{At: 100, Kind: Enter, Call: "read", Args: []uint64{3}}, // begun before, over after: it counts
		Event{At: 100, Kind: Off, Waits: true},
		Event{At: 1500, Kind: Wake, By: "the client"},
		Event{At: 1600, Kind: On},
		Event{At: 1700, Kind: Exit, Call: "read", Ret: 50},
		Event{At: 2000, Kind: Enter, Call: "write", Args: []uint64{4}},
		Event{At: 2100, Kind: Off}, // preempted, within the call
		Event{At: 2400, Kind: On},
		Event{At: 2500, Kind: Exit, Call: "write", Ret: 60},
		Event{At: 3000, Kind: Enter, Call: "read", Args: []uint64{4}},
		Event{At: 3100, Kind: Off, Waits: true},
		Event{At: 7000, Kind: Wake, By: "a backend"},
		Event{At: 7500, Kind: Exit, Call: "read", Ret: 9}, // its return to the processor was not told
		Event{At: 8000, Kind: Enter, Call: "write", Args: []uint64{3}},
		Event{At: 8500, Kind: Exit, Call: "write", Ret: 70},
		Event{At: 9500, Kind: Enter, Call: "read", Args: []uint64{3}}, // behind the answer, not over
		Event{At: 9600, Kind: Off, Waits: true},
	))
	want := []struct {
		at          int64
		what        string
		took, sleep int64
		woken       string
		within      bool
		means       string
	}{
		{-900, "waits", 1500, 1500, "the client", true, "the thread sleeps in read"},
		{-900, "read", 1600, 1500, "the client", false, "waits for the request, and reads it"},
		{1000, "write", 500, 300, "", false, "asks backend 0"},
		{1100, "preempted", 300, 300, "", false, "another thread has the processor"},
		{2000, "read", 4500, 3900, "a backend", false, "waits for the answer of backend 0, and reads it"},
		{2100, "waits", 3900, 3900, "a backend", true, "the thread sleeps in read"},
		{7000, "write", 500, 0, "", false, "answers"},
		{8500, "read", 1_999_500, 0, "", false, "waits for the request"},
		{8600, "waits", 1_999_400, 1_999_400, "", true, "the thread sleeps in read"},
	}
	if len(st.Steps) != len(want) {
		t.Fatalf("%d steps, want %d: %+v", len(st.Steps), len(want), st.Steps)
	}
	for i, w := range want {
		s := st.Steps[i]
		if s.At != w.at || s.What != w.what || s.Took != w.took || s.Waited != w.sleep || s.Woken != w.woken || s.Within != w.within || s.Means != w.means {
			t.Errorf("step %d: %+v, want %+v", i, s, w)
		}
	}
	if c := st.Counts; c.Calls != 4 || c.Switches != 3 || c.Waits != 2 || c.Threads != 1 || c.ByName["read"] != 2 {
		t.Errorf("counts %+v: want 4 calls and 3 switches, 2 to wait", c)
	}
	if st.Answered != 8000 || st.End != 8600 {
		t.Errorf("answered %d, end %d; want 8000 and 8600", st.Answered, st.End)
	}
	spansTile(t, st)
}

// spansTile holds that a lane's spans neither overlap nor leave a hole.
func spansTile(t *testing.T, st *Story) {
	t.Helper()
	for _, l := range st.Lanes {
		at := int64(0)
		for _, s := range l.Spans {
			if s.From != at || s.To <= s.From {
				t.Errorf("%s: span %+v behind %d", l.Name, s, at)
			}
			at = s.To
		}
		if at != st.End {
			t.Errorf("%s: spans end at %d, want %d", l.Name, at, st.End)
		}
	}
}

func TestSpansTile(t *testing.T) {
	for _, name := range []string{"reactor", "thread", "coroutine"} {
		spansTile(t, Tell(sample(t, name)))
	}
}

// A thread that only sleeps, looks and wakes is no part of the request, and is counted apart.
func TestHelper(t *testing.T) {
	s := script(
		Event{At: 2000, Kind: Enter, Call: "nanosleep"},
		Event{At: 2500, Kind: Exit, Call: "nanosleep"},
		Event{At: 2600, Kind: Enter, Call: "futex"},
		Event{At: 2700, Kind: Exit, Call: "futex", Ret: 1},
	)
	st := Tell(s)
	if c := st.Counts; !st.Lanes[0].Helper || c.Calls != 0 || c.Helpers != 2 || c.Threads != 0 {
		t.Errorf("%+v", st)
	}
	s.Events = append(s.Events, Event{At: 10_000, Thread: 7, Kind: Enter, Call: "nanosleep"})
	if st := Tell(s); st.End != 8000 {
		t.Errorf("a helper that goes on makes the request end at %d, want 8000", st.End)
	}
	s.Events[4] = Event{At: 2800, Thread: 7, Kind: Exit, Call: "write", Ret: 1}
	if st := Tell(s); st.Lanes[0].Helper || st.Counts.Calls != 3 {
		t.Errorf("a thread that writes is taken for a helper: %+v", st.Counts)
	}
}

func TestMeans(t *testing.T) {
	tell := newTeller(script())
	for _, test := range []struct {
		call   string
		args   []uint64
		ret    int64
		waited bool
		want   string
	}{
		{"read", []uint64{3}, 9, false, "reads the request"},
		{"recvfrom", []uint64{3}, again, false, "nothing more from client"},
		{"read", []uint64{4}, 0, false, "backend 0 has ended"},
		{"read", []uint64{99}, 4, false, "reads a descriptor"},
		{"sendto", []uint64{3}, 4, false, "answers"},
		{"write", []uint64{4}, again, false, "backend 0 takes no more for now"},
		{"epoll_wait", []uint64{9}, 2, true, "waits for readiness: 2 ready"},
		{"epoll_pwait2", []uint64{9}, 0, false, "looks for readiness: nothing yet"},
		{"futex", []uint64{1, 128}, 0, true, "parks the thread until another wakes it"},
		{"futex", []uint64{1, 129}, 1, false, "wakes a parked thread"},
		{"futex", []uint64{1, 129}, 0, false, "would wake a parked thread: none"},
		{"futex", []uint64{1, 137}, again, false, "need not park: what it waits for has happened"},
		{"epoll_ctl", []uint64{9, 3}, 0, false, "has a descriptor watched again"},
		{"io_uring_enter", []uint64{9, 3, 1}, 3, true, "hands over 3 requests, wants 1 completion and waits"},
		{"close", []uint64{5}, 0, false, "closes listener"},
		{"unheard_of", nil, 0, false, ""},
	} {
		if got := tell.means(7, &Event{Call: test.call, Args: test.args}, test.ret, test.waited); got != test.want {
			t.Errorf("%s%v = %d: %q, want %q", test.call, test.args, test.ret, got, test.want)
		}
	}
}

// Time is squeezed where nothing runs, and nowhere else; a later moment never stands before an earlier.
func TestWarp(t *testing.T) {
	st := Tell(sample(t, "reactor"))
	w := newWarp(st)
	quiet, last := 0, -1.0
	for _, s := range w.stretches {
		if s.quiet {
			quiet++
		}
	}
	if quiet == 0 {
		t.Error("no stretch is squeezed, though all wait for 5 ms")
	}
	for i := range int64(1000) {
		at := w.at(st.End * i / 999)
		if at < last || at > 1+1e-9 {
			t.Fatalf("moment %d of 999 stands at %g, behind %g", i, at, last)
		}
		last = at
	}
	if last < 1-1e-9 {
		t.Errorf("the end stands at %g, want 1", last)
	}
}

func TestCount(t *testing.T) {
	events := []Event{
		{At: 5, Thread: 1, Kind: Exit, Call: "read"}, // before
		{At: 10, Thread: 1, Kind: Exit, Call: "read"},
		{At: 11, Thread: 2, Kind: Exit, Call: "write"}, // a thread that has ended since
		{At: 12, Thread: 1, Kind: Exit, Call: "read"},
		{At: 13, Thread: 1, Kind: Off, Waits: true},
		{At: 14, Thread: 2, Kind: Off},
		{At: 15, Thread: 99, Kind: Off, Waits: true},  // somebody else's, who had the processor
		{At: 30, Thread: 1, Kind: Exit, Call: "read"}, // behind
	}
	got := Count(events, []Thread{{ID: 1}}, 10, 20, 4)
	if got.Calls != 0.75 || got.ByName["read"] != 0.5 || got.ByName["write"] != 0.25 || got.Switches != 0.5 || got.Waits != 0.25 {
		t.Errorf("%+v", got)
	}
	some := 2.5
	got.Model, got.Allocations = "a", &some
	other := Tally{Model: "b", ByName: map[string]float64{"futex": 9}, Calls: 9}
	var b strings.Builder
	if err := WriteTallies(&b, []Tally{got, other}); err != nil {
		t.Fatal(err)
	}
	const want = `      per request     a     b
            futex     –  9.00
             read  0.50     –
            write  0.25     –
     system calls  0.75  9.00
         switches     ?     ?
  of them to wait     ?     ?
      allocations  2.50     –
`
	if b.String() != want {
		t.Errorf("got\n%swant\n%s", b.String(), want)
	}
}

func TestMarkdown(t *testing.T) {
	some := 2.5
	known := Tally{Model: "a", ByName: map[string]float64{"read": 1, "write": 2, "futex": 0.004}, Calls: 3.004, Switched: true, Switches: 1.5, Waits: 1, Allocations: &some}
	var b strings.Builder
	if err := WriteMarkdown(&b, []Tally{known, {Model: "b", Calls: 1}}); err != nil {
		t.Fatal(err)
	}
	const want = `| per request | system calls | switches | of them to wait | allocations | which calls |
|---|--:|--:|--:|--:|---|
| a | 3.00 | 1.50 | 1.00 | 2.50 | write 2.00, read 1.00 |
| b | 1.00 | ? | ? | – |  |
`
	if b.String() != want {
		t.Errorf("got\n%swant\n%s", b.String(), want)
	}
}
