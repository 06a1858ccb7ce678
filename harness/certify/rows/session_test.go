package rows

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"assay/harness/certify"
	"assay/harness/load"
	"assay/harness/oracle"
	"assay/harness/sentinel"
)

// The test binary is both children.
func TestMain(m *testing.M) {
	if len(os.Args) > 1 {
		switch os.Args[1] {
		case "oracle":
			os.Exit(oracle.Main(os.Args[2:], os.Stdin, os.Stdout, os.Stderr))
		case "sentinel":
			os.Exit(sentinel.Main(os.Args[2:], os.Stdin, os.Stdout, os.Stderr))
		case "generator":
			if err := load.Serve(os.Stdin, os.Stdout, nil); err != nil {
				fmt.Fprintln(os.Stderr, err)
				os.Exit(1)
			}
			os.Exit(0)
		}
	}
	os.Exit(m.Run())
}

func session(t *testing.T) *Session {
	t.Helper()
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	s, err := New(Session{
		Oracle: []string{self, "oracle", "-spin", "0s"}, Generator: []string{self, "generator"}, Bin: t.TempDir(), Log: filepath.Join(t.TempDir(), "log"),
	})
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func cell(t *testing.T, law string) certify.Cell {
	t.Helper()
	l, err := oracle.Parse(law)
	if err != nil {
		t.Fatal(err)
	}
	return certify.Cell{Law: l, Rate: 200, Conns: 8, Duration: 500 * time.Millisecond}
}

// Both sides count the same requests, and no answer comes before the law lets it.
func TestCell(t *testing.T) {
	row := session(t).Cell(context.Background(), cell(t, "fixed:5ms"))
	if row.Requests != 100 || row.Errors != 0 || row.Oracle == nil || row.Oracle.Requests != 100 {
		t.Fatalf("got %+v", row)
	}
	if len(row.Points) != 2 || row.Points[0].Got < 5e6 || row.Points[0].From < 5e6 || row.Points[0].Own < 5e6 || row.Distance == nil {
		t.Errorf("points %+v", row.Points)
	}
	switch row.Verdict { // which one depends on the machine
	case certify.Kept, certify.Broken, certify.Undecided: // not Level: nothing spins here
	default:
		t.Errorf("verdict %q", row.Verdict)
	}
}

// A generator that sees another law is found out, on a real clock: the oracle is told one
// and the certificate another, half a second apart.
func TestCellFindsAnotherLaw(t *testing.T) {
	s := session(t)
	is := cell(t, "fixed:5ms")
	o, err := s.ours(context.Background(), is)
	if err != nil {
		t.Fatal(err)
	}
	if o.Pauses != nil {
		t.Errorf("nobody watched, and there is %+v", o.Pauses)
	}
	said := cell(t, "fixed:10s")
	if row := certify.NewRow(Ours, said).Judge(said, o, certify.DefaultBound); row.Verdict == certify.Kept {
		t.Errorf("5 ms pass for 10 s: %+v", row)
	}
}

func TestRunKeepsRowsOfCellsThatFail(t *testing.T) {
	s := session(t)
	s.Generator = []string{"/nonexistent"}
	cells := []certify.Cell{cell(t, "fixed:1ms"), {Law: oracle.Law{Kind: oracle.Stall, A: 1, B: 2}, NotMeant: "because"}}
	var got []certify.Row
	err := s.Run(context.Background(), cells, func(certify.Cell) bool { return false }, func(r certify.Row) error {
		got = append(got, r)
		return nil
	})
	if err != nil || len(got) != 2 || got[0].Verdict != certify.Undecided || !strings.Contains(got[0].Reasons[0], "nonexistent") {
		t.Errorf("got %+v, %v", got, err)
	}
	if got[1].Verdict != certify.NotMeant || got[1].Reasons[0] != "because" {
		t.Errorf("got %+v", got[1])
	}
}

// Another generator, here a script, is called with what it asks for, read and shown.
func TestRival(t *testing.T) {
	s := session(t)
	said := filepath.Join(s.Bin, "said")
	script := "#!/bin/sh\necho \"$@\" > " + said + "\ncat " + filepath.Join(mustWD(t), "testdata", "spin.json") + "\n"
	if err := os.WriteFile(filepath.Join(s.Bin, "spin"), []byte(script), 0o755); err != nil {
		t.Fatal(err)
	}
	row, installed := s.Rival(context.Background(), Rivals[0], cell(t, "fixed:10ms"))
	if !installed || row.Verdict != certify.Shown || row.Generator != "spin" || row.Errors != 2 {
		t.Fatalf("installed %v, %+v", installed, row)
	}
	args, err := os.ReadFile(said)
	if err != nil || !strings.HasPrefix(string(args), "127.0.0.1:") || !strings.HasSuffix(string(args), " / 8 200 1 poisson 2 0.3 10000\n") {
		t.Errorf("called with %q, %v", args, err)
	}
	if _, installed := s.Rival(context.Background(), Rival{Name: "nix", Argv: []string{"no-such-generator"}}, cell(t, "fixed:10ms")); installed {
		t.Error("what is not there is installed")
	}
}

func mustWD(t *testing.T) string {
	t.Helper()
	dir, err := os.Getwd()
	if err != nil {
		t.Fatal(err)
	}
	return dir
}

func TestRivalThatFails(t *testing.T) {
	s := session(t)
	if err := os.WriteFile(filepath.Join(s.Bin, "spin"), []byte("#!/bin/sh\necho too bad >&2\nexit 3\n"), 0o755); err != nil {
		t.Fatal(err)
	}
	row, installed := s.Rival(context.Background(), Rivals[0], cell(t, "fixed:10ms"))
	if !installed || row.Verdict != certify.Undecided || !strings.Contains(row.Reasons[0], "too bad") {
		t.Errorf("installed %v, %+v", installed, row)
	}
}

// The client that spins is asked where the law was not kept; and that it fails costs no more than its word.
func TestTheClientThatSpinsIsAskedWhereTheLawWasNotKept(t *testing.T) {
	s := session(t)
	c := cell(t, "md1:6ms") // more than the server can do in the time
	take := func() certify.Take {
		t.Helper()
		got, err := s.take(context.Background(), certify.NewRow(Ours, c), c)
		if err != nil || got.Row.Verdict != certify.Undecided || got.Ours.Response.Count == 0 {
			t.Fatalf("got %+v, %v", got.Row, err)
		}
		return got
	}
	if got := take(); got.Spin != nil {
		t.Errorf("without one: %+v", got.Spin)
	}
	spin := filepath.Join(s.Bin, "spin")
	if err := os.WriteFile(spin, []byte("#!/bin/sh\ncat "+filepath.Join(mustWD(t), "testdata", "spin.json")+"\n"), 0o755); err != nil {
		t.Fatal(err)
	}
	if got := take(); got.Spin == nil || got.Spin.Errors != 2 || got.Spin.Response.Bars == nil {
		t.Errorf("with one: %+v", got.Spin)
	}
	if err := os.WriteFile(spin, []byte("#!/bin/sh\nexit 2\n"), 0o755); err != nil {
		t.Fatal(err)
	}
	if got := take(); got.Spin != nil {
		t.Errorf("with one that fails: %+v", got.Spin)
	}
}

// Whatever the verdicts of takes and their order, a cell is settled in the end; a take that failed is the last.
func TestTakesSettleACell(t *testing.T) {
	s := session(t)
	c := cell(t, "fixed:5ms")
	verdicts := []certify.Verdict{certify.Kept, certify.Broken, certify.Undecided}
	for order := range 81 {
		used := 0
		row := s.settle(c, certify.NewRow(Ours, c), func() (certify.Take, error) {
			v := verdicts[[]int{order / 27, order / 9 % 3, order / 3 % 3, order % 3}[used]]
			used++
			r := certify.Row{Verdict: v}
			if v != certify.Kept {
				r.Reasons = []string{"late"}
			}
			return certify.Take{Row: r}, nil
		})
		if row.Verdict == "" || used < 1 || used > certify.MostTakes || len(row.Others) != used-1 {
			t.Errorf("order %d: %+v after %d takes", order, row, used)
		}
	}
	if row := s.settle(c, certify.NewRow(Ours, c), func() (certify.Take, error) { return certify.Take{}, context.Canceled }); row.Verdict != certify.Undecided || len(row.Reasons) != 1 {
		t.Errorf("a take that failed: %+v", row)
	}
}

// A cell that cannot be decided is taken as often as may be, and each take is told.
func TestUndecidedIsTakenAgain(t *testing.T) {
	s := session(t)
	takes := 0
	s.Say = func(format string, _ ...any) {
		if strings.Contains(format, "take %d of at most") {
			takes++
		}
	}
	row := s.Cell(context.Background(), cell(t, "md1:6ms"))
	if row.Verdict != certify.Undecided || takes != certify.MostTakes-1 || len(row.Others) != takes {
		t.Errorf("%s after %d more takes, others %q", row.Verdict, takes, row.Others)
	}
}

// The processors are watched while a cell is measured.
func TestCellIsWatched(t *testing.T) {
	s := session(t)
	s.Sentinel = []string{s.Oracle[0], "sentinel"}
	o, err := s.ours(context.Background(), cell(t, "fixed:5ms"))
	if err != nil || o.Pauses == nil || o.Pauses.Span < int64(400*time.Millisecond) {
		t.Errorf("%+v, %v", o.Pauses, err)
	}
}

// A wake-up that was late tells that its processor may have paused since the sentinel began to sleep.
func TestNotedPauses(t *testing.T) {
	s := &Session{load: []int{0}, server: []int{1}}
	got := s.noted([]sentinel.Hiccup{{CPU: 1, Due: 20e6, Late: 4e6}, {CPU: 0, Due: 30e6, Late: 500e3}})
	want := []certify.Pause{{From: 19e6, To: 24e6}, {From: 29e6, To: 30.5e6, Sends: true}}
	if !slices.Equal(got, want) {
		t.Errorf("got %+v, want %+v", got, want)
	}
}
