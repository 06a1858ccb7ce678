package main

import (
	"os"
	"strings"
	"testing"
	"time"

	"assay/harness/certify"
	"assay/harness/certify/rows"
)

// The whole grid, other generators included, stays within a quarter of an hour.
func TestCertifyIsBounded(t *testing.T) {
	for _, c := range []struct {
		o    certifyOptions
		most time.Duration
	}{
		{certifyOptions{others: true}, 15 * time.Minute},
		{certifyOptions{others: true, quick: true}, 4 * time.Minute},
	} {
		cells, _, err := c.o.cells()
		if err != nil {
			t.Fatal(err)
		}
		others := func(x certify.Cell) bool { return x.Shows(c.o.quick) }
		text := about(cells, others, len(rows.Rivals))
		took, _, _ := strings.Cut(strings.TrimPrefix(text, "about "), ":")
		if d, err := time.ParseDuration(took); err != nil || d > c.most || d < time.Minute {
			t.Errorf("%s: want at most %v, %v", text, c.most, err)
		}
		t.Log(text)
	}
}

// A run's record says what the certificate of its own binary and boot says.
func TestRunsTellTheirCertificate(t *testing.T) {
	t.Setenv("ASSAY_CERTIFICATES", t.TempDir())
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	if c := certificateOf(self); !strings.HasPrefix(c.Says, "not certified: there is no") || c.Sum != "" {
		t.Errorf("without one: %+v", c)
	}
	made := time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC)
	cert, err := certify.New(self, made)
	if err != nil {
		t.Fatal(err)
	}
	cert.Certified = true
	path, err := cert.Save()
	if err != nil {
		t.Fatal(err)
	}
	if c := certificateOf(self); c.Says != "certified" || !c.Made.Equal(made) || len(c.Sum) != 64 {
		t.Errorf("with one: %+v", c)
	}
	if err := os.WriteFile(path, []byte("{"), 0o600); err != nil {
		t.Fatal(err)
	}
	if c := certificateOf(self); !strings.HasPrefix(c.Says, "not certified: certificate "+path) {
		t.Errorf("a damaged one: %+v", c)
	}
	if c := certificateOf("/nonexistent"); !strings.HasPrefix(c.Says, "not certified: ") {
		t.Errorf("without a binary: %+v", c)
	}
}
