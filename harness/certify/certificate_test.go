package certify

import (
	"bytes"
	"encoding/json"
	"flag"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"assay/harness/oracle"
)

var update = flag.Bool("update", false, "write the golden files anew")

// made is a certificate with a row of every kind.
func made(t *testing.T) *Certificate {
	t.Helper()
	c := &Certificate{
		Format: format, Binary: strings.Repeat("ab", 32), Boot: "c5f3c13e-65f4", Made: time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC),
		Machine: []string{"oracle on processors [1], generators on [0], loopback; Linux 6.1, go1.26"}, Bound: DefaultBound,
	}
	fixed, stall := cellOf(oracle.Fixed, 1000, 64, false), cellOf(oracle.Stall, 1000, 64, false)
	slow := perfect(t, stall)
	slow.Response, slow.Oracle.Release, slow.Oracle.Left = released(10_000, 8e3), 8_064_516, oracle.Quantiles{Count: 625, P50: 2400, P99: 9300}
	late := perfect(t, fixed)
	late.SlipP99, late.Oracle.Late.P99 = 2e6, 12_000
	paused := NewRow("assay", fixed).Judge(fixed, stopped(t, fixed, every(500e6, 3e6), func(int) float64 { return 0 }), DefaultBound)
	paused.Others = []string{"undecided: the oracle itself answered 1 % of requests more than 2.000 ms late: leave the machine to the measurement"}
	c.Rows = []Row{
		NewRow("assay", fixed).Judge(fixed, perfect(t, fixed), DefaultBound),
		NewRow("assay", fixed).Judge(fixed, late, DefaultBound),
		NewRow("assay", cellOf(oracle.Stall, 10000, 64, false)),
		paused,
		NewRow("assay", stall).Judge(stall, slow, DefaultBound),
		{
			Generator: "wrk", Law: "stall:1s,5s", Rate: 1000, Conns: 64, Arrivals: "closed", Verdict: Shown, Achieved: 900,
			Points: []Point{{Q: 0.5, Want: 0, Got: 60_000}, {Q: 0.99, Want: 950e6, Got: 1e6}},
		},
	}
	return c
}

func TestTable(t *testing.T) {
	var got bytes.Buffer
	if err := made(t).Table(&got); err != nil {
		t.Fatal(err)
	}
	path := filepath.Join("testdata", "table.txt")
	if *update {
		if err := os.WriteFile(path, got.Bytes(), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(path)
	if err != nil || got.String() != string(want) {
		t.Errorf("the table is not that of %s (%v):\n%s", path, err, got.String())
	}
}

func TestConclude(t *testing.T) {
	c := made(t)
	if c.Conclude("assay"); c.Certified || c.Cells != (Tally{2, 0, 1, 1, 1}) {
		t.Errorf("certified with a broken cell, or %v", c.Cells)
	}
	c.Rows[1].Verdict = Undecided
	if c.Conclude("assay"); c.Certified || c.Cells != (Tally{2, 0, 2, 0, 1}) || !strings.HasPrefix(c.Says(), "certified except 2 undecided: of 4 cells") {
		t.Errorf("with two undecided cells: %v, %v, %s", c.Certified, c.Cells, c.Says())
	}
	c.Rows = append(c.Rows[:1], c.Rows[4:]...)
	if c.Conclude("assay"); !c.Certified {
		t.Error("not certified although all that can be meant was kept")
	}
	if c.Conclude("vegeta"); c.Certified || c.UpTo != 0 {
		t.Error("certified without a cell")
	}
}

// Where only the highest rates fail, the certificate holds below them.
func TestCertifiedUpToARate(t *testing.T) {
	row := func(rate float64, v Verdict) Row { return Row{Generator: "assay", Rate: rate, Verdict: v} }
	for name, c := range map[string]struct {
		rows []Row
		upTo float64
		says string
	}{
		"all":            {[]Row{row(30000, Kept), row(1000, Kept), row(10000, NotMeant)}, 30000, "certified"},
		"not at 30,000":  {[]Row{row(1000, Kept), row(30000, Undecided), row(30000, Kept), row(10000, Kept)}, 10000, "certified except 1 undecided: of 4 cells the"},
		"not in between": {[]Row{row(1000, Kept), row(10000, Broken), row(30000, Kept)}, 1000, "not certified: assay certify found it wrong in 1 cells, none of them up to 1000/s and could not tell in 0"},
		"not at 1,000":   {[]Row{row(1000, Broken), row(1000, Kept), row(30000, Kept)}, 0, "not certified: assay certify found it wrong in 1 cells and"},
		"none kept":      {[]Row{row(1000, Undecided)}, 0, "not certified: assay certify found it wrong in 0 cells and could not tell in 1"},
		"level in one":   {[]Row{row(1000, Kept), row(10000, Level), row(30000, Kept)}, 30000, "certified; in 1 of 3 cells it was late, and no later than a client that spins"},
		"and undecided":  {[]Row{row(1000, Kept), row(10000, Level), row(30000, Undecided)}, 10000, "certified except 1 undecided: of 3 cells the generator saw another law in none; in 1 of 3 cells"},
		"level in all":   {[]Row{row(1000, Level)}, 1000, "not certified"},
		"another's rows": {[]Row{row(1000, Kept), {Generator: "wrk", Rate: 10, Verdict: Broken}}, 1000, "certified"},
	} {
		cert := Certificate{Rows: c.rows}
		cert.Conclude("assay")
		if cert.UpTo != c.upTo || !strings.HasPrefix(cert.Says(), c.says) || cert.Certified != (c.says == "certified" || strings.HasPrefix(c.says, "certified;")) {
			t.Errorf("%s: certified %v, up to %g, says %q", name, cert.Certified, cert.UpTo, cert.Says())
		}
	}
}

func TestSaveAndFind(t *testing.T) {
	t.Setenv("ASSAY_CERTIFICATES", filepath.Join(t.TempDir(), "certificates"))
	c := made(t)
	if got, err := Find(c.Binary, c.Boot); got != nil || err != nil {
		t.Fatalf("before there is one: %v, %v", got, err)
	}
	c.Certified, c.Partial = true, "only fixed"
	if _, err := c.Save(); err != nil {
		t.Fatal(err)
	}
	got, err := Find(c.Binary, c.Boot)
	if err != nil || got.Says() != "certified (only fixed)" {
		t.Fatalf("got %v, %v", got.Says(), err)
	}
	c.Partial = ""
	path, err := c.Save()
	if err != nil {
		t.Fatal(err)
	}
	if got, err := Find(c.Binary, c.Boot); err != nil || got.Says() != "certified" {
		t.Errorf("a whole one does not come before a partial one: %v, %v", got.Says(), err)
	} else if a, b := marshal(t, c), marshal(t, got); a != b {
		t.Errorf("read back: %s\nwant %s", b, a)
	}
	for _, other := range [][2]string{{"cd" + c.Binary[2:], c.Boot}, {c.Binary, "another"}} {
		if got, err := Find(other[0], other[1]); got != nil || err != nil {
			t.Errorf("binary %.4s, boot %s: got %v, %v", other[0], other[1], got, err)
		}
	}
	for name, text := range map[string]string{
		"of another boot": strings.Replace(marshal(t, c), c.Boot, "d"+c.Boot[1:], 1), "cut": marshal(t, c)[:100], "empty": "", "foreign": "{}", "newer": strings.Replace(marshal(t, c), `"format":3`, `"format":4`, 1),
	} {
		if err := os.WriteFile(path, []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
		if got, err := Find(c.Binary, c.Boot); err == nil || got != nil || !strings.Contains(err.Error(), path) {
			t.Errorf("%s: got %v, %v; want an error that names the file", name, got, err)
		}
	}
}

func TestSays(t *testing.T) {
	var none *Certificate
	if got := none.Says(); !strings.HasPrefix(got, "not certified: there is no") {
		t.Errorf("none: %q", got)
	}
	if got := made(t).Says(); !strings.HasPrefix(got, "not certified: assay certify found") {
		t.Errorf("failed: %q", got)
	}
}

func TestNewKnowsItsBinaryAndBoot(t *testing.T) {
	file := filepath.Join(t.TempDir(), "binary")
	if err := os.WriteFile(file, []byte("abc"), 0o755); err != nil {
		t.Fatal(err)
	}
	c, err := New(file, time.Now())
	if err != nil || c.Binary != "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad" || len(c.Boot) != 36 {
		t.Errorf("got %+v, %v", c, err)
	}
	if _, err := New(file+"x", time.Now()); err == nil || !strings.Contains(err.Error(), file+"x") {
		t.Errorf("a binary that is not there: %v", err)
	}
}

func marshal(t *testing.T, v any) string {
	t.Helper()
	b, err := json.Marshal(v)
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}
