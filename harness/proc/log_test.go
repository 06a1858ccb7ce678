package proc

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

func TestCutLog(t *testing.T) {
	path := filepath.Join(t.TempDir(), "log")
	if err := os.WriteFile(path, []byte("first"+strings.Repeat("z", 95)), 0o644); err != nil {
		t.Fatal(err)
	}
	if err := cutLog(path, 100, 5); err != nil {
		t.Fatal(err)
	}
	if got, _ := os.ReadFile(path); len(got) != 100 {
		t.Errorf("a log of no more than 100 bytes became %q", got)
	}
	if err := cutLog(path, 99, 5); err != nil {
		t.Fatal(err)
	}
	if got, _ := os.ReadFile(path); string(got) != "first\n[assay: the log grew beyond 99 bytes; what was here is left out]\n" {
		t.Errorf("got %q", got)
	}
	if err := cutLog(filepath.Join(t.TempDir(), "none"), 1, 1); err == nil {
		t.Error("a log that is not there was cut")
	}
}

// A server that writes without end does not fill the disk, and its first and last words stay.
func TestEndlessLog(t *testing.T) {
	p := start(t, helper(t, "chatty"))
	for deadline := time.Now().Add(30 * time.Second); ; time.Sleep(10 * time.Millisecond) {
		text, err := os.ReadFile(p.log)
		if err == nil && len(text) < 2*keptLog && strings.HasPrefix(string(text), "first\n") && strings.Contains(string(text), "left out") {
			return
		}
		if time.Now().After(deadline) {
			t.Fatalf("the log has %d bytes, %v", len(text), err)
		}
	}
}
