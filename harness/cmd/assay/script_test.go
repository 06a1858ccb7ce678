package main

import (
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/rogpeppe/go-internal/testscript"
	"golang.org/x/sys/unix"

	"assay/harness/proc"
	"assay/harness/report/reporttest"
	"assay/harness/trace/live"
)

func TestMain(m *testing.M) {
	asCommand()
	testscript.Main(m, map[string]func(){"assay": main})
}

// TestScripts runs testdata/script: the command's stdout, stderr and exit codes.
func TestScripts(t *testing.T) {
	bin := buildModels(t)
	testscript.Run(t, testscript.Params{
		Dir: filepath.Join("testdata", "script"),
		Setup: func(e *testscript.Env) error {
			e.Setenv("ASSAY_BIN", bin)
			e.Setenv("NOBIN", t.TempDir())
			own, _, _ := strings.Cut(e.Getenv("PATH"), string(filepath.ListSeparator))
			e.Setenv("OWNPATH", own) // where assay is, and nothing else
			return nil
		},
		Condition: func(name string) (bool, error) {
			if name != "tracing" {
				return false, fmt.Errorf("no condition %q", name)
			}
			return canTrace(t), nil
		},
		Cmds: map[string]func(*testscript.TestScript, bool, []string){
			"exits":  exits,
			"server": server,
			"madeup": madeUp,
			"port":   port,
			"get":    get,
			"harmed": harmed,
			"term":   terminate,

			"interrupt": interrupt,
			"lastline":  lastLine,

			"everyreader": everyReader,
		},
	})
}

// canTrace says whether another process can be traced here.
func canTrace(t *testing.T) bool {
	r, err := live.Open("auto")
	if err != nil {
		return false
	}
	sleeper := exec.Command("sleep", "60")
	if err := sleeper.Start(); err != nil {
		t.Fatal(err)
	}
	defer func() {
		_ = sleeper.Process.Kill() // it is its end either way
		_ = sleeper.Wait()
	}()
	if err = r.Start([]int{sleeper.Process.Pid}, nil); err == nil {
		_, err = r.Stop()
	}
	return errors.Join(err, r.Close()) == nil
}

// buildModels builds the servers that the scripts start.
func buildModels(t *testing.T) string {
	t.Helper()
	dir := t.TempDir()
	cmd := exec.Command("go", "build", "-o", dir+"/", "./models/cmd/modeld", "./models/cmd/refd", "./models/cmd/behaved")
	cmd.Dir = filepath.Join("..", "..", "..")
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Fatalf("build the models: %v\n%s", err, out)
	}
	return dir
}

// exits runs assay and wants the given exit code: exits 2 list modles. With 0/INVALID a
// machine that others keep busy is forgiven: 1 will do, if it is for INVALID trials.
func exits(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) < 1 {
		ts.Fatalf("usage: exits CODE ARGS…")
	}
	code, forgiving := strings.CutSuffix(args[0], "/INVALID")
	want, err := strconv.Atoi(code)
	ts.Check(err)
	got := 0
	if err := ts.Exec("assay", args[1:]...); err != nil {
		var exit *exec.ExitError
		if !errors.As(err, &exit) {
			ts.Fatalf("assay %v: %v", args[1:], err)
		}
		got = exit.ExitCode()
	}
	if forgiving && got == exitFailed && strings.Contains(ts.ReadFile("stderr"), "trials are INVALID") {
		return
	}
	if got != want {
		ts.Fatalf("assay %s: exit code %d, want %d", strings.Join(args[1:], " "), got, want)
	}
}

// server starts an HTTP server that answers ok, or with the given status, and sets $URL.
func server(ts *testscript.TestScript, _ bool, args []string) {
	status := http.StatusOK
	if len(args) > 0 {
		var err error
		status, err = strconv.Atoi(args[0])
		ts.Check(err)
	}
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.WriteHeader(status)
		_, _ = io.WriteString(w, "ok")
	}))
	ts.Defer(s.Close)
	ts.Setenv("URL", s.URL)
}

// madeUp writes a run that a test made up and sets the variable to its folder. ARM=FACTOR
// makes an arm's CPU per request that much dearer: madeup NEW reactor=1.2.
func madeUp(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) < 1 {
		ts.Fatalf("usage: madeup VARIABLE [ARM=FACTOR…] [blocks=N] [late=N] [draw=N] [kernel=N]")
	}
	m := reporttest.Usual()
	for _, change := range args[1:] {
		name, text, _ := strings.Cut(change, "=")
		factor, err := strconv.ParseFloat(text, 64)
		ts.Check(err)
		switch name {
		case "blocks":
			m.Blocks = int(factor)
			continue
		case "late":
			m.Late = uint64(factor)
			continue
		case "draw":
			m.Draw = uint64(factor)
			continue
		case "kernel":
			m.Kernel = text
			continue
		}
		m.CPU[name] *= factor
	}
	dir, err := m.Write(ts.MkAbs("."))
	ts.Check(err)
	ts.Setenv(args[0], filepath.Base(dir))
}

// port finds a free port and sets $PORT.
func port(ts *testscript.TestScript, _ bool, _ []string) {
	p, err := proc.FreePort()
	ts.Check(err)
	ts.Setenv("PORT", strconv.Itoa(p))
}

// terminate sends SIGTERM to what runs in the background.
func terminate(ts *testscript.TestScript, _ bool, _ []string) {
	for _, c := range ts.BackgroundCmds() {
		ts.Check(c.Process.Signal(unix.SIGTERM))
	}
}

// get asks a URL until it answers, and wants the body: get URL BODY.
func get(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 2 {
		ts.Fatalf("usage: get URL BODY")
	}
	var body []byte
	for end := time.Now().Add(20 * time.Second); ; time.Sleep(20 * time.Millisecond) {
		r, err := http.Get(args[0])
		if err == nil {
			body, err = io.ReadAll(r.Body)
			r.Body.Close()
			ts.Check(err)
			break
		}
		if time.Now().After(end) {
			ts.Fatalf("%v", err)
		}
	}
	if string(body) != args[1] {
		ts.Fatalf("GET %s: got %q, want %q", args[0], body, args[1])
	}
}
