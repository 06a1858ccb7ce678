package backend

import (
	"bytes"
	"io"
	"os"
	"os/exec"
	"strings"
	"testing"

	"go.uber.org/goleak"
)

// asChild makes this test's binary the process that Start starts.
const asChild = "BACKEND_TEST_CHILD"

func TestMain(m *testing.M) {
	if os.Getenv(asChild) != "" {
		os.Exit(Main(strings.Fields(os.Getenv(asChild)), os.Stdin, os.Stdout, os.Stderr))
	}
	goleak.VerifyTestMain(m)
}

func TestMainRefusesBadArguments(t *testing.T) {
	taken := start(t, 1).Addrs()[0]
	for _, test := range []struct {
		args string
		code int
		says string
	}{
		{"-count 0", 2, "-count 0"},
		{"-cuont 3", 2, "cuont"},
		{"extra", 2, "extra"},
		{"-listen nowhere", 1, "nowhere"},
		{"-listen " + taken, 1, taken},
		{"-h", 0, "count"},
	} {
		var stderr bytes.Buffer
		code := Main(strings.Fields(test.args), strings.NewReader(""), io.Discard, &stderr)
		if code != test.code || !strings.Contains(stderr.String(), test.says) {
			t.Errorf("%s: code %d, %q, want %d and %q", test.args, code, stderr.String(), test.code, test.says)
		}
	}
}

func TestProcess(t *testing.T) {
	cmd := exec.Command(os.Args[0])
	cmd.Env = append(os.Environ(), asChild+"=-count 3")
	p, err := Start(cmd)
	if err != nil {
		t.Fatal(err)
	}
	if len(p.Addrs) != 3 {
		t.Errorf("addresses %v, want 3", p.Addrs)
	}
	if got, err := p.Stats(true); err != nil || len(got.PerBackend) != 3 {
		t.Errorf("figures %+v, %v", got, err)
	}
	if err := p.Stop(); err != nil {
		t.Error(err)
	}
}

func TestProcessThatIsNoBackend(t *testing.T) {
	if _, err := Start(exec.Command("echo", "hello")); err == nil || !strings.Contains(err.Error(), "hello") {
		t.Errorf("error %v, want what it said", err)
	}
}
