package proc

import (
	"context"
	"errors"
	"fmt"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"
)

func TestListeningAndStop(t *testing.T) {
	p, addr := listening(t, helper(t, "server"))
	if own, err := p.OwnsListener(addr); err != nil || !own {
		t.Errorf("OwnsListener(%s) = %v, %v", addr, own, err)
	}
	if !p.Alive() || p.Exit() != "" || p.ExitCode() != -1 {
		t.Errorf("alive %v, exit %q %d", p.Alive(), p.Exit(), p.ExitCode())
	}
	killed, err := p.Stop(10 * time.Second)
	if err != nil || killed || p.Alive() || p.ExitCode() != 0 {
		// end of stdin and SIGTERM race; the helper dies of either
		if p.Exit() != "signal: terminated" {
			t.Errorf("Stop() = %v, %v; %s", killed, err, p.Exit())
		}
	}
	if own, err := p.OwnsListener(addr); err != nil || own {
		t.Errorf("a stopped server owns its listener: %v, %v", own, err)
	}
	if _, err := p.Stop(time.Second); err != nil {
		t.Error("second Stop:", err)
	}
}

func TestNeverReady(t *testing.T) {
	for _, row := range []struct{ helper, says string }{
		{"hang", "not ready in time"},
		{"die", "ended before it was ready: exit status 7"},
		{"babble", `its first line is "hello"`},
		{"endless", "its first line is longer than 4096 bytes and begins with \"zzzz"},
	} {
		p := start(t, helper(t, row.helper))
		ctx, cancel := context.WithTimeout(context.Background(), 300*time.Millisecond)
		if row.helper != "hang" {
			ctx = soon(t)
		}
		_, err := p.Listening(ctx)
		cancel()
		if err == nil || !strings.Contains(err.Error(), row.says) {
			t.Errorf("%s: %v, want %q", row.helper, err, row.says)
		}
		if row.helper == "die" && p.LogTail() != "first\ncannot go on" {
			t.Errorf("log tail %q", p.LogTail())
		}
		if _, err := p.Stop(time.Second); err != nil {
			t.Error(err)
		}
	}
}

func TestAnswering(t *testing.T) {
	p := start(t, helper(t, "hang"))
	asked := 0
	err := p.Answering(soon(t), func(context.Context) error {
		if asked++; asked < 3 {
			return errors.New("not yet")
		}
		return nil
	})
	if err != nil || asked != 3 {
		t.Errorf("asked %d times, %v", asked, err)
	}
	ctx, cancel := context.WithTimeout(context.Background(), 50*time.Millisecond)
	defer cancel()
	never := errors.New("connection refused")
	if err := start(t, helper(t, "hang")).Answering(ctx, func(context.Context) error { return never }); !errors.Is(err, never) {
		t.Errorf("never ready: %v", err)
	}
	err = start(t, helper(t, "die")).Answering(soon(t), func(context.Context) error { return never })
	if err == nil || !strings.Contains(err.Error(), "exit status 7") {
		t.Errorf("died: %v", err)
	}
}

func TestStartRefuses(t *testing.T) {
	for _, row := range []struct {
		spec Spec
		says string
	}{
		{Spec{Name: "x"}, "no command"},
		{Spec{Name: "x", Argv: []string{"./does/not/exist"}}, "./does/not/exist"},
		{Spec{Name: "x", Argv: []string{os.Args[0]}, CPUs: []int{1000}}, "processors [1000]"},
		{Spec{Name: "x", Argv: []string{os.Args[0]}, Log: "/proc/nowhere/log"}, "/proc/nowhere"},
	} {
		p, err := Start(row.spec)
		if err == nil {
			p.Stop(time.Second)
		}
		if err == nil || !strings.Contains(err.Error(), row.says) {
			t.Errorf("%v: %v, want %q", row.spec.Argv, err, row.says)
		}
	}
}

func TestStopKillsTheDeaf(t *testing.T) {
	p, _ := listening(t, helper(t, "deaf"))
	killed, err := p.Stop(100 * time.Millisecond)
	if !killed || err != nil || p.Exit() != "signal: killed" {
		t.Errorf("killed %v, %v, %s", killed, err, p.Exit())
	}
}

// A shell that waits for the real server does not pass SIGTERM on.
func TestStopReachesBelowAShell(t *testing.T) {
	p, _ := listening(t, helper(t, "shell"))
	pids := waitForTree(t, p, 2)
	if killed, err := p.Stop(20 * time.Second); killed || err != nil {
		t.Errorf("killed %v, %v", killed, err)
	}
	wantGone(t, pids...)
}

func TestStopEndsTheWholeTree(t *testing.T) {
	file := filepath.Join(t.TempDir(), "pids")
	p, _ := listening(t, helper(t, "forks", file))
	pids := readPIDs(t, file)
	if tree, err := p.Tree(); err != nil || !slices.Contains(tree, pids[0]) || !slices.Contains(tree, p.PID) {
		t.Errorf("tree %v, %v; want %d and %d in it", tree, err, p.PID, pids[0])
	}
	if killed, err := p.Stop(50 * time.Millisecond); err != nil || !killed {
		t.Errorf("killed %v, %v", killed, err)
	}
	wantGone(t, append(pids, p.PID)...)
}

// Descendants of a server that has died are ended too.
func TestStopAfterDeath(t *testing.T) {
	file := filepath.Join(t.TempDir(), "pids")
	p, _ := listening(t, helper(t, "forks", file))
	pids := readPIDs(t, file)
	syscall.Kill(p.PID, syscall.SIGKILL)
	<-p.Done()
	if _, err := p.Stop(50 * time.Millisecond); err != nil {
		t.Error(err)
	}
	wantGone(t, pids...)
}

// SIGKILL of the harness itself: nobody can clean up, and still nobody stays.
func TestNoOrphanWhenTheParentIsKilled(t *testing.T) {
	file := filepath.Join(t.TempDir(), "pids")
	c := exec.Command(os.Args[0], file)
	c.Env = append(os.Environ(), helperName+"=parent")
	out, err := c.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := c.Start(); err != nil {
		t.Fatal(err)
	}
	defer c.Process.Kill()
	var child int
	if _, err := fmt.Fscanf(out, "child %d\n", &child); err != nil {
		t.Fatal(err)
	}
	pids := append(readPIDs(t, file), child)
	c.Process.Kill()
	c.Wait()
	wantGone(t, pids...)
}

func TestIdentityOfAStranger(t *testing.T) {
	mine, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer mine.Close()
	p, addr := listening(t, helper(t, "server"))
	if own, err := p.OwnsListener(mine.Addr().String()); own || err != nil {
		t.Errorf("owns the test's listener: %v, %v", own, err)
	}
	// a port in use: the server that wanted it is not the one that answers
	_, port, _ := net.SplitHostPort(addr)
	second := start(t, helper(t, "port", port))
	if own, err := second.OwnsListener(addr); own || err != nil {
		t.Errorf("the second owns the first's listener: %v, %v", own, err)
	}
	if _, err := p.OwnsListener("nonsense"); err == nil {
		t.Error("no error for an address that is none")
	}
	free, err := FreePort()
	if err != nil || free < 1 {
		t.Errorf("FreePort() = %d, %v", free, err)
	}
	wild := start(t, helper(t, "port", strconv.Itoa(free)))
	waitFor(t, "the listener", func() bool { own, _ := wild.OwnsListener("127.0.0.1:" + strconv.Itoa(free)); return own })
}

func TestLimitsOfTheChild(t *testing.T) {
	cpus, err := Processors()
	if err != nil {
		t.Fatal(err)
	}
	if err := FixTHP(); err != nil {
		t.Fatal(err)
	}
	last := cpus[len(cpus)-1:]
	file := filepath.Join(t.TempDir(), "limits")
	spec := helper(t, "limits", file)
	spec.CPUs, spec.Descriptors = last, 777
	start(t, spec)
	var got string
	waitFor(t, "limits", func() bool { b, err := os.ReadFile(file); got = string(b); return err == nil && got != "" })
	if want := fmt.Sprintf("%v 777 777 thp=1", last); got != want {
		t.Errorf("the child has %q, want %q", got, want)
	}
	if after, err := Processors(); err != nil || !slices.Equal(after, cpus) {
		t.Errorf("the parent's mask is %v after, was %v", after, cpus)
	}
}

func TestSplit(t *testing.T) {
	for _, row := range []struct{ cpus, load, server []int }{
		{[]int{0, 1}, []int{0}, []int{1}},
		{[]int{2, 3, 6, 7}, []int{2, 3}, []int{6, 7}},
		{[]int{0, 1, 2}, []int{0}, []int{1, 2}},
		{[]int{5}, []int{5}, []int{5}},
	} {
		if load, server := Split(row.cpus); !slices.Equal(load, row.load) || !slices.Equal(server, row.server) {
			t.Errorf("Split(%v) = %v, %v", row.cpus, load, server)
		}
	}
}

func TestTail(t *testing.T) {
	file := filepath.Join(t.TempDir(), "log")
	if err := os.WriteFile(file, []byte("aaaa\nbbbb\ncccc\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	for most, want := range map[int64]string{100: "aaaa\nbbbb\ncccc", 12: "bbbb\ncccc", 6: "cccc"} {
		if got := tail(file, most); got != want {
			t.Errorf("tail of %d bytes: %q, want %q", most, got, want)
		}
	}
	if got := tail("/does/not/exist", 9); got != "" {
		t.Errorf("tail of nothing: %q", got)
	}
}

func waitFor(t *testing.T, what string, is func() bool) {
	t.Helper()
	for deadline := time.Now().Add(30 * time.Second); !is(); time.Sleep(5 * time.Millisecond) {
		if time.Now().After(deadline) {
			t.Fatalf("%s: never", what)
		}
	}
}

func waitForTree(t *testing.T, p *Proc, n int) (pids []int) {
	t.Helper()
	waitFor(t, "the tree", func() bool {
		var err error
		if pids, err = p.Tree(); err != nil {
			t.Fatal(err)
		}
		return len(pids) >= n
	})
	return pids
}

func readPIDs(t *testing.T, file string) (pids []int) {
	t.Helper()
	waitFor(t, "pids", func() bool {
		text, _ := os.ReadFile(file)
		pids = pids[:0]
		for _, field := range strings.Fields(string(text)) {
			pid, err := strconv.Atoi(field)
			if err != nil {
				t.Fatal(err)
			}
			pids = append(pids, pid)
		}
		return len(pids) == 3
	})
	return pids
}

// wantGone checks that the processes end soon, if not at once.
func wantGone(t *testing.T, pids ...int) {
	t.Helper()
	for _, pid := range pids {
		waitFor(t, fmt.Sprintf("end of process %d", pid), func() bool {
			m, ok := lookAt(pid)
			return !ok || m.state == "Z"
		})
	}
}
