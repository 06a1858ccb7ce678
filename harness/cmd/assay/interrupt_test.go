package main

import (
	"bufio"
	"bytes"
	"errors"
	"io/fs"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"strings"
	"time"

	"github.com/rogpeppe/go-internal/testscript"
	"golang.org/x/sys/unix"
)

// interrupt runs assay, sends SIGINT (or with -hup SIGHUP) when the first trial of its journal
// is there, wants exit code 130 and no process left. Its output is stdout and stderr as of exec.
func interrupt(ts *testscript.TestScript, neg bool, args []string) {
	end := unix.SIGINT
	if args[0] == "-hup" {
		end, args = unix.SIGHUP, args[1:]
	}
	path, err := exec.LookPath("assay")
	if dir, _, found := strings.Cut(ts.Getenv("PATH"), string(os.PathListSeparator)); err != nil && found {
		path = filepath.Join(dir, "assay")
	}
	cmd := exec.Command(path, args...)
	cmd.Dir = ts.MkAbs(".")
	bin := ownBin(ts)
	cmd.Env = append(os.Environ(), "ASSAY_BIN="+bin)
	var out bytes.Buffer
	stderr, err := cmd.StderrPipe()
	ts.Check(err)
	cmd.Stdout = &out
	// Tests that run under nohup ignore SIGHUP, and what they start would too; what is caught is not inherited.
	caught := make(chan os.Signal, 1)
	signal.Notify(caught, unix.SIGHUP)
	ts.Check(cmd.Start())
	signal.Stop(caught)
	var said bytes.Buffer
	lines := bufio.NewScanner(stderr)
	sent := false
	for lines.Scan() {
		said.WriteString(lines.Text() + "\n")
		if !sent && strings.HasPrefix(lines.Text(), "block 2/") {
			sent = true
			ts.Check(cmd.Process.Signal(end))
		}
	}
	_ = cmd.Wait() // its code is looked at below
	if code := cmd.ProcessState.ExitCode(); code != exitInterrupted {
		ts.Fatalf("exit code %d, want %d; stdout:\n%s\nstderr:\n%s", code, exitInterrupted, out.String(), said.String())
	}
	noneLeft(ts, bin)
	show(ts, out.String(), said.String())
}

// ownBin copies the models' binaries to a folder of this script alone, so that its
// processes can be told from those of scripts that run beside it.
func ownBin(ts *testscript.TestScript) string {
	dir := ts.MkAbs("bin")
	if err := os.CopyFS(dir, os.DirFS(ts.Getenv("ASSAY_BIN"))); !errors.Is(err, fs.ErrExist) {
		ts.Check(err) // a script may ask for it again
	}
	return dir
}

// noneLeft wants no process that runs a file of dir.
func noneLeft(ts *testscript.TestScript, dir string) {
	var left []string
	for range 100 {
		left = left[:0]
		exes, err := filepath.Glob("/proc/[0-9]*/exe")
		ts.Check(err)
		for _, exe := range exes {
			if target, err := os.Readlink(exe); err == nil && strings.HasPrefix(target, dir+"/") {
				left = append(left, exe+" "+target)
			}
		}
		if len(left) == 0 {
			return
		}
		time.Sleep(50 * time.Millisecond)
	}
	ts.Fatalf("processes were left behind: %v", left)
}

// show makes text the stdout and stderr that later lines of the script look at.
func show(ts *testscript.TestScript, stdout, stderr string) {
	ts.Check(os.WriteFile(ts.MkAbs("shown.out"), []byte(stdout), 0o644))
	ts.Check(os.WriteFile(ts.MkAbs("shown.err"), []byte(stderr), 0o644))
	ts.Check(ts.Exec("sh", "-c", "cat shown.out; cat shown.err >&2"))
}

// lastLine wants the last line of stdout to begin with a path, and sets $RUN to it.
func lastLine(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 1 {
		ts.Fatalf("usage: lastline PREFIX")
	}
	lines := strings.Split(strings.TrimSuffix(ts.ReadFile("stdout"), "\n"), "\n")
	last := lines[len(lines)-1]
	if !strings.HasPrefix(last, args[0]) {
		ts.Fatalf("the last line of stdout is %q, want it to begin with %q", last, args[0])
	}
	ts.Setenv("RUN", last)
}
