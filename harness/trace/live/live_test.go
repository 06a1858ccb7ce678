package live

import (
	"context"
	"encoding/json"
	"errors"
	"flag"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"assay/bench/fanout"
	"assay/harness/backend"
	"assay/harness/proc"
	"assay/harness/trace"
)

var record = flag.String("record", "", "write the scene of MODEL into package trace's testdata: the sample that its golden files are made from")

// serve starts a model that serves fanout, and its backends.
func serve(t *testing.T, model string) *Served {
	t.Helper()
	b, err := backend.New(backend.Options{Listen: []string{"127.0.0.1:0", "127.0.0.1:0"}})
	if err != nil {
		t.Fatal(err)
	}
	over := make(chan error, 1)
	go func() { over <- b.Run() }()
	t.Cleanup(func() {
		b.Stop()
		if err := errors.Join(<-over, b.Close()); err != nil {
			t.Error(err)
		}
	})
	bin := t.TempDir()
	if out, err := exec.Command("go", "build", "-o", bin+"/", "assay/models/cmd/modeld").CombinedOutput(); err != nil {
		t.Fatalf("build modeld: %v\n%s", err, out)
	}
	server, err := proc.Start(proc.Spec{
		Name: model, Argv: []string{filepath.Join(bin, "modeld"), model},
		Env: append(os.Environ(), "ASSAY_LISTEN=127.0.0.1:0", "ASSAY_WORKLOAD=fanout", "ASSAY_OPTIONS=",
			"ASSAY_BACKENDS="+strings.Join(b.Addrs(), ","), "ASSAY_NONCE=x"),
	})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if _, err := server.Stop(proc.Grace); err != nil {
			t.Error(err)
		}
	})
	ctx, cancel := context.WithTimeout(context.Background(), 20*time.Second)
	defer cancel()
	addr, err := server.Listening(ctx)
	if err != nil {
		t.Fatal(err)
	}
	all, err := fanout.Workload.Resolve(map[string]string{"k": "2", "delay": "5ms"})
	if err != nil {
		t.Fatal(err)
	}
	source, err := fanout.Workload.Prepare(all)
	if err != nil {
		t.Fatal(err)
	}
	return &Served{Server: server, Addr: addr, Backends: b.Addrs(), Model: model, Workload: "fanout", Source: source, Seed: 1}
}

// open gives the recorder of that name, or skips the test with the reason.
func open(t *testing.T, way string) Recorder {
	t.Helper()
	r, err := Open(way)
	if errors.Is(err, ErrNone) {
		t.Skip(err)
	}
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := r.Close(); err != nil {
			t.Error(err)
		}
	})
	return r
}

// A request is seen from its first byte to its last, by either recorder: read, asked of
// both backends, gathered, answered.
func TestOne(t *testing.T) {
	s := serve(t, "reactor")
	for _, way := range []string{"tracefs", "strace"} {
		t.Run(way, func(t *testing.T) {
			scene, err := One(open(t, way), s)
			if errors.Is(err, ErrNone) {
				t.Skip(err)
			}
			if err != nil {
				t.Fatal(err)
			}
			story := trace.Tell(scene)
			means := func(text string) func(trace.Step) bool {
				return func(step trace.Step) bool { return strings.HasPrefix(step.Means, text) }
			}
			last := -1
			for _, want := range []string{"reads the request", "asks backend 0", "asks backend 1", "waits for readiness", "reads the answer", "answers"} {
				if want == "waits for readiness" && way == "strace" {
					want = "asks what is ready"
				}
				i := slices.IndexFunc(story.Steps[last+1:], means(want))
				if i < 0 {
					t.Fatalf("no step %q behind step %d:\n%+v", want, last, story.Steps)
				}
				last += i + 1
			}
			if c := story.Counts; c.ByName["write"] != 3 || c.ByName["read"] < 3 || story.Switches != (way == "tracefs") {
				t.Errorf("counts %+v, switches known: %v", c, story.Switches)
			}
			if story.Switches && !slices.ContainsFunc(story.Steps, func(s trace.Step) bool { return s.Woken != "" }) {
				t.Error("nobody woke anybody")
			}
		})
	}
}

// Counts are those of the requests and nothing else: a reactor writes thrice for two backends.
func TestCount(t *testing.T) {
	s := serve(t, "reactor")
	got, err := Count(t.Context(), open(t, "auto"), s, 4, 100)
	if errors.Is(err, ErrNone) {
		t.Skip(err)
	}
	if err != nil {
		t.Fatal(err)
	}
	if w := got.ByName["write"]; w != 3 || got.Requests != 100 || got.Conns != 4 || got.Calls < 6 {
		t.Errorf("%+v: want 3 writes a request", got)
	}
}

// Counting ends when it is asked to, and not after a million requests.
func TestCountEnds(t *testing.T) {
	s := serve(t, "reactor")
	ctx, cancel := context.WithCancel(t.Context())
	time.AfterFunc(100*time.Millisecond, cancel)
	began := time.Now()
	_, err := Count(ctx, open(t, "auto"), s, 4, 1_000_000)
	if errors.Is(err, ErrNone) {
		t.Skip(err)
	}
	if !errors.Is(err, context.Canceled) {
		t.Errorf("after %v: %v, want that it was cancelled", time.Since(began), err)
	}
}

// A strace that may not attach is like none: what cannot be watched is said so.
func TestNotAllowed(t *testing.T) {
	dir := t.TempDir()
	script := "#!/bin/sh\necho 'strace: attach: ptrace(PTRACE_SEIZE, 1): Operation not permitted' >&2; exit 1\n"
	if err := os.WriteFile(filepath.Join(dir, "strace"), []byte(script), 0o700); err != nil {
		t.Fatal(err)
	}
	t.Setenv("PATH", dir)
	err := open(t, "strace").Start([]int{os.Getpid()}, nil)
	if !errors.Is(err, ErrNone) || !strings.Contains(err.Error(), "Operation not permitted") {
		t.Errorf("got %v", err)
	}
}

func TestOpen(t *testing.T) {
	if _, err := Open("starce"); err == nil || !strings.Contains(err.Error(), `did you mean "strace"`) {
		t.Errorf("an unknown way: %v", err)
	}
	t.Setenv("PATH", "")
	if _, err := Open("strace"); !errors.Is(err, ErrNone) || !strings.Contains(err.Error(), "apt-get install strace") {
		t.Errorf("without strace: %v", err)
	}
}

// TestRecord is how the samples of package trace are made: -record thread.
func TestRecord(t *testing.T) {
	if *record == "" {
		t.Skip("only with -record MODEL, to make a new sample")
	}
	scene, err := One(open(t, "tracefs"), serve(t, *record))
	if err != nil {
		t.Fatal(err)
	}
	text, err := json.Marshal(scene)
	if err != nil {
		t.Fatal(err)
	}
	text = []byte(strings.ReplaceAll(string(text), `{"at":`, "\n{\"at\":")) // a line an event
	if err := os.WriteFile(filepath.Join("..", "testdata", *record+".json"), text, 0o666); err != nil {
		t.Fatal(err)
	}
}
