package campaign

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"golang.org/x/sys/unix"

	"assay/bench/plan"
	"assay/harness/journal"
)

func mustServer(t *testing.T, text string) plan.Arm {
	t.Helper()
	a, err := plan.ParseServer(text, "")
	if err != nil {
		t.Fatal(err)
	}
	return a
}

// runUntil runs a campaign and cancels it when stop says so.
func runUntil(t *testing.T, c Config, stop func(Event) bool) (Outcome, error) {
	t.Helper()
	ctx, cancel := context.WithCancel(context.Background())
	defer cancel()
	c.Notify = func(e Event) {
		if stop(e) {
			cancel()
		}
	}
	return Run(ctx, c)
}

func TestInterruptAndResume(t *testing.T) {
	out := t.TempDir()
	c := config(out, aPlan(t, "server,server", 2, echo, ladder))
	kept := 0
	first, err := runUntil(t, c, func(e Event) bool {
		if e.Kind == Trial {
			kept++
		}
		return e.Block == 1 && strings.HasPrefix(e.Text, "slice 2")
	})
	if !errors.Is(err, context.Canceled) || !first.Interrupted || first.ExitCode() != 130 || first.OK != 4 || kept != 4 {
		t.Fatalf("outcome %+v, %v; %d trials kept", first, err, kept)
	}
	m, trials, err := journal.Read(first.Dir)
	if err != nil || m.State != journal.Partial || len(trials) != 4 {
		t.Errorf("state %s, %d trials, %v", m.State, len(trials), err)
	}
	wantNoChildren(t, trials)
	before := readTrials(t, first.Dir)

	c.Resume = true
	second, err := Run(context.Background(), c)
	if err != nil || second.Dir != first.Dir || second.OK != 8 || !second.Complete {
		t.Errorf("outcome %+v, %v", second, err)
	}
	after := readTrials(t, first.Dir)
	if !bytes.HasPrefix(after, before) || bytes.Count(after, []byte("\n")) != 8 {
		t.Errorf("a finished trial was touched or measured again: %d lines", bytes.Count(after, []byte("\n")))
	}
	if m, _, err = journal.Read(first.Dir); err != nil || m.State != journal.Complete || len(m.Resumed) != 1 {
		t.Errorf("manifest: %s, resumed %v, %v", m.State, m.Resumed, err)
	}
	if third, err := Run(context.Background(), c); err != nil || third.OK != 8 || len(readTrials(t, first.Dir)) != len(after) {
		t.Errorf("nothing left to do: %+v, %v", third, err)
	}
	c.Resume = false
	other, err := runUntil(t, c, func(Event) bool { return true })
	if !errors.Is(err, context.Canceled) || other.Dir == first.Dir || other.OK != 0 || !other.Interrupted {
		t.Errorf("a new run without resume: %+v, %v", other, err)
	}
}

// Killed between the trials of a group: all its arms are measured again, together.
func TestResumeAfterATornGroup(t *testing.T) {
	c := config(t.TempDir(), aPlan(t, "server,server", 1, echo))
	first, err := Run(context.Background(), c)
	if err != nil {
		t.Fatal(err)
	}
	text := readTrials(t, first.Dir)
	path := filepath.Join(first.Dir, journal.TrialsFile)
	if err := os.Truncate(path, int64(len(text)-30)); err != nil {
		t.Fatal(err)
	}
	c.Resume = true
	if out, err := Run(context.Background(), c); err != nil || out.OK != 2 || !out.Complete {
		t.Errorf("outcome %+v, %v", out, err)
		explain(t, out.Dir)
	}
	if n := bytes.Count(readTrials(t, first.Dir), []byte("\n")); n != 3 {
		t.Errorf("%d lines, want the one left and two new ones", n)
	}
	if _, trials, err := journal.Read(first.Dir); err != nil || len(trials) != 2 || trials[0].Slices[0].Start < 1 {
		t.Errorf("%d trials, %v", len(trials), err)
	}
}

func TestResumeRefusesAnotherBuild(t *testing.T) {
	out := t.TempDir()
	c := config(out, aPlan(t, "server", 2, echo))
	first, err := runUntil(t, c, func(e Event) bool { return e.Kind == Trial })
	if !errors.Is(err, context.Canceled) {
		t.Fatal(err)
	}
	// The manifest remembers another binary.
	j, _, err := journal.Resume(first.Dir)
	if err != nil {
		t.Fatal(err)
	}
	j.Manifest.Binaries[filepath.Base(os.Args[0])] = "of another build"
	if err := errors.Join(j.SaveManifest(), j.Close()); err != nil {
		t.Fatal(err)
	}
	c.Resume = true
	if _, err := Run(context.Background(), c); err == nil || !strings.Contains(err.Error(), "changed since it began") {
		t.Errorf("%v", err)
	}
}

func TestUnwritableFolder(t *testing.T) {
	file := filepath.Join(t.TempDir(), "file")
	if err := os.WriteFile(file, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	out, err := Run(context.Background(), config(file, aPlan(t, "server", 1, echo)))
	if err == nil || !strings.Contains(err.Error(), "--out") || out.Dir != "" {
		t.Errorf("outcome %+v, %v", out, err)
		explain(t, out.Dir)
	}
}

// SIGKILL of a campaign in the middle of a slice leaves no process and a journal
// that can be read.
func TestKilledCampaignLeavesNoOrphan(t *testing.T) {
	out := t.TempDir()
	c := exec.Command(os.Args[0], "campaign", out)
	c.Stderr = os.Stderr
	stdout, err := c.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := c.Start(); err != nil {
		t.Fatal(err)
	}
	defer c.Process.Kill()
	lines := bufio.NewReader(stdout)
	for range 4 { // the second block is under way
		if _, err := lines.ReadString('\n'); err != nil {
			t.Fatal(err)
		}
	}
	pids := childrenOf(t, c.Process.Pid)
	if len(pids) < 2 {
		t.Errorf("children %v, want a server and a generator", pids)
	}
	for _, pid := range pids {
		if group, err := unix.Getpgid(pid); err != nil || group != pid {
			t.Errorf("process %d is in group %d, %v: Ctrl-C would reach it", pid, group, err)
		}
	}
	c.Process.Kill()
	c.Wait()
	for deadline := time.Now().Add(30 * time.Second); len(pids) > 0; {
		if _, err := os.Stat("/proc/" + itoa(pids[0]) + "/exe"); err != nil {
			pids = pids[1:]
			continue
		}
		if time.Now().After(deadline) {
			t.Fatalf("processes %v still run", pids)
		}
		time.Sleep(5 * time.Millisecond)
	}
	dirs, err := filepath.Glob(filepath.Join(out, "*"))
	if err != nil || len(dirs) != 1 {
		t.Fatalf("folders %v, %v", dirs, err)
	}
	m, trials, err := journal.Read(dirs[0])
	if err != nil || m.State != journal.Running || len(trials) < 1 {
		t.Errorf("state %s, %d trials, %v", m.State, len(trials), err)
	}
}

func readTrials(t *testing.T, dir string) []byte {
	t.Helper()
	text, err := os.ReadFile(filepath.Join(dir, journal.TrialsFile))
	if err != nil {
		t.Fatal(err)
	}
	return text
}
