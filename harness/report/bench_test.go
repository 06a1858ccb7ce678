package report

import (
	"bytes"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	hdr "github.com/HdrHistogram/hdrhistogram-go"
	"golang.org/x/perf/benchfmt"
)

// benchstat reads a file as a user would, and must have nothing to complain of.
func benchstat(t *testing.T, args ...string) string {
	t.Helper()
	cmd := exec.Command("go", append([]string{"tool", "benchstat"}, args...)...)
	var stdout, stderr bytes.Buffer
	cmd.Stdout, cmd.Stderr = &stdout, &stderr
	if err := cmd.Run(); err != nil || stderr.Len() > 0 {
		t.Fatalf("benchstat %v: %v, stderr: %s", args, err, stderr.String())
	}
	return stdout.String()
}

func TestBenchstatReadsIt(t *testing.T) {
	data, err := benchText(view(t, troubled(t)))
	if err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(t.TempDir(), "bench.txt")
	if err := os.WriteFile(path, data, 0o644); err != nil {
		t.Fatal(err)
	}
	if !bytes.Contains(data, []byte("\n# SUSPECT: steal: ")) {
		t.Error("no line says which replicates are SUSPECT")
	}
	out := benchstat(t, path)
	for _, want := range []string{
		"Serve/workload=fanout/model=reactor/k=3/conns=64/rate=2000", "model=goroutine-twin", "model=pool:size=64",
		"cpu-sec/req", "machine-cpu-sec/req", "p99-sec", "ctxsw/req", "B/conn", "peak-PSS-bytes", "req/s",
	} {
		if !strings.Contains(out, want) {
			t.Errorf("benchstat's table lacks %q", want)
		}
	}
	// One table a unit: a configuration line that differed between arms would split it.
	if n := len(regexp.MustCompile(`│ +cpu-sec/req +│`).FindAllString(out, -1)); n != 1 {
		t.Errorf("got %d tables of cpu-sec/req, want 1:\n%s", n, out)
	}
	if out := benchstat(t, "-col", "/model", "-row", "/workload", "-filter", "/workload:fanout .unit:cpu-sec/req", path); !strings.Contains(out, "reactor") {
		t.Errorf("models as columns: got\n%s", out)
	}
}

func TestBenchLinesAreReplicates(t *testing.T) {
	data, err := benchText(view(t, usual()))
	if err != nil {
		t.Fatal(err)
	}
	r := benchfmt.NewReader(bytes.NewReader(data), "bench.txt")
	perName := make(map[string]int)
	for r.Scan() {
		switch rec := r.Result().(type) {
		case *benchfmt.SyntaxError:
			t.Error(rec)
		case *benchfmt.Result:
			perName[rec.Name.String()]++
		}
	}
	if err := r.Err(); err != nil {
		t.Fatal(err)
	}
	if len(perName) != 10 { // five arms in two cells
		t.Errorf("got %d names, want 10", len(perName))
	}
	for name, n := range perName {
		if n != 6 || !strings.HasSuffix(name, "-1") {
			t.Errorf("%s: %d lines, want 6, with a processor count at its end", name, n)
		}
	}
	for _, m := range []string{"req/s better=higher", "cpu-sec/req better=lower"} {
		if !bytes.Contains(data, []byte("Unit "+m+"\n")) {
			t.Errorf("no metadata line for %q", m)
		}
	}
}

func TestHistogramLogReadsBack(t *testing.T) {
	v := view(t, usual())
	data, err := hlogText(v)
	if err != nil {
		t.Fatal(err)
	}
	r := hdr.NewHistogramLogReader(bytes.NewReader(data))
	counts := make(map[string]int64)
	for {
		h, err := r.NextIntervalHistogram()
		if err != nil {
			t.Fatal(err)
		}
		if h == nil {
			break
		}
		counts[h.Tag()] += h.TotalCount()
	}
	tag := "fanout_k=3_conns=64_rate=2000:pool:size=64:response"
	if len(counts) != 15 || counts[tag] != 18_000 { // five arms, three kinds; 6 blocks of 3,000
		t.Errorf("got %d tags and %d in %s, want 15 and 18000: %v", len(counts), counts[tag], tag, counts)
	}
}

// A configuration line that told one run from another would keep benchstat from
// setting them side by side.
func TestBenchstatSetsTwoRunsSideBySide(t *testing.T) {
	dir := t.TempDir()
	var files []string
	for _, id := range []string{"first", "second"} {
		r := usual()
		r.ID, r.Started = id, r.Started.AddDate(0, 0, len(files))
		data, err := benchText(view(t, r))
		if err != nil {
			t.Fatal(err)
		}
		files = append(files, filepath.Join(dir, id+".txt"))
		if err := os.WriteFile(files[len(files)-1], data, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	out := benchstat(t, append([]string{"-filter", ".unit:cpu-sec/req"}, files...)...)
	if n := strings.Count(out, "vs base"); n != 1 {
		t.Errorf("got %d comparisons, want one table of both:\n%s", n, out)
	}
}
