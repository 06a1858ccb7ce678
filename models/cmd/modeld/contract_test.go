package main

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"assay/models/base/model"

	"golang.org/x/sys/unix"
)

func contract(t *testing.T) string {
	t.Helper()
	text, err := os.ReadFile("../../CONTRACT.md")
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

// The contract's example obeys the contract.
func TestContractExample(t *testing.T) {
	if _, err := exec.LookPath("python3"); err != nil {
		t.Skip("the example is in Python, which is not installed")
	}
	_, code, _ := strings.Cut(contract(t), "```python\n")
	code, _, ok := strings.Cut(code, "```")
	if !ok {
		t.Fatal("no example in CONTRACT.md")
	}
	file := filepath.Join(t.TempDir(), "server.py")
	if err := os.WriteFile(file, []byte(code), 0o600); err != nil {
		t.Fatal(err)
	}
	p := launch(t, exec.Command("python3", file), "echo", "")
	for path, want := range map[string]string{
		"/echo": "abcdefghijklm", "/echo?bytes=30": "abcdefghijklmnopqrstuvwxyzabcd", "/echo?bytes=0": "",
	} {
		if got := p.get(path); got != want {
			t.Errorf("GET %s: got %q, want %q", path, got, want)
		}
	}
	if got := p.get("/-/id"); !strings.Contains(got, `"n-1"`) {
		t.Errorf("identity: got %s", got)
	}
	p.Process.Signal(unix.SIGTERM)
	p.wantExit(0)

	orphan := launch(t, exec.Command("python3", file), "echo", "")
	orphan.stdin.Close()
	orphan.wantExit(0)
}

// The contract's table of options is the one that models have.
func TestContractOptions(t *testing.T) {
	text := contract(t)
	for _, o := range model.Common() {
		if row := "| `" + o.Name + "` | `" + o.Default + "` |"; !strings.Contains(text, row) {
			t.Errorf("CONTRACT.md has no row %s", row)
		}
	}
}
