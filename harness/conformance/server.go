package conformance

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync/atomic"
	"time"

	"golang.org/x/sys/unix"

	"assay/harness/proc"
)

// server is one process of the target.
type server struct {
	*proc.Proc
	addr  string
	nonce string
}

// nonces makes each process's nonce its own.
var nonces atomic.Uint64

// launch starts a process of the target, which has not said where it listens;
// change may alter its environment, by name.
func (t *T) launch(change map[string]string) *server {
	k := t.needs.key()
	nonce := fmt.Sprintf("nonce-%d-%d", os.Getpid(), nonces.Add(1))
	env := map[string]string{
		"ASSAY_LISTEN":   "127.0.0.1:0",
		"ASSAY_WORKLOAD": k.workload,
		"ASSAY_OPTIONS":  joinOptions(t.Target.Options, k.options),
		"ASSAY_BACKENDS": strings.Join(t.run.backends.addrs(k.scripted), ","),
		"ASSAY_NONCE":    nonce,
	}
	for name, value := range change {
		env[name] = value
	}
	t.run.started++
	p, err := proc.Start(proc.Spec{
		Name: t.Target.Name, Argv: t.Target.Argv, Env: environment(env), Descriptors: k.descriptors,
		Log: filepath.Join(t.run.logs, fmt.Sprintf("%d.log", t.run.started)),
	})
	t.must(err, "start the server")
	t.Cleanup(func() { t.end(p) })
	return &server{Proc: p, nonce: nonce}
}

// end ends what is left of a process.
func (t *T) end(p *proc.Proc) {
	if _, err := p.Stop(proc.Grace); err != nil {
		t.run.trouble = append(t.run.trouble, err)
	}
}

// environment is this process's own without ASSAY_*, and env.
func environment(env map[string]string) []string {
	all := slices.DeleteFunc(os.Environ(), func(pair string) bool { return strings.HasPrefix(pair, "ASSAY_") })
	for name, value := range env {
		all = append(all, name+"="+value)
	}
	return all
}

// start starts a process that is to serve, and waits until it says where.
func (t *T) start(change map[string]string) *server {
	p := t.launch(change)
	ctx, cancel := context.WithTimeout(context.Background(), t.patience)
	defer cancel()
	addr, err := p.Listening(ctx)
	if err != nil {
		if !t.Target.Described && !p.Alive() && p.ExitCode() == 2 {
			t.Skipf("it refuses what the case needs (exit 2)%s", lastWords(p.Proc))
		}
		t.Fatalf("%v%s", err, lastWords(p.Proc))
	}
	p.addr = addr
	return p
}

// Terminate sends SIGTERM and returns when it was sent.
func (t *T) Terminate() time.Time {
	now := time.Now()
	t.must(unix.Kill(t.server.PID, unix.SIGTERM), "SIGTERM")
	return now
}

// WantExit waits until the process has ended, which must be with that code and
// within the contract's grace from start on.
func (t *T) WantExit(p *proc.Proc, start time.Time, code int) {
	select {
	case <-p.Done():
	case <-time.After(t.patience):
		t.Fatalf("it does not end")
	}
	// Half a second for a busy machine to start what must be on time.
	if took := time.Since(start); took > proc.Grace+500*time.Millisecond {
		t.Fatalf("it ended after %.1f s, the contract says %v", took.Seconds(), proc.Grace)
	}
	if got := p.ExitCode(); got != code {
		t.Fatalf("it ended with %s, want exit status %d%s", p.Exit(), code, lastWords(p))
	}
}

// descriptors counts those that the process, or the one of its tree that has most, has open.
func (s *server) descriptors() int {
	pids, err := s.Tree()
	if err != nil {
		return -1
	}
	most := -1 // it has ended, which who asks will find
	for _, pid := range pids {
		if entries, err := os.ReadDir(fmt.Sprintf("/proc/%d/fd", pid)); err == nil {
			most = max(most, len(entries))
		}
	}
	return most
}

// obituary says that the process has ended, and its last words; "" while it
// lives. A connection breaks a little before its process is gone.
func (s *server) obituary(within time.Duration) string {
	select {
	case <-s.Done():
	case <-time.After(within):
		return ""
	}
	return fmt.Sprintf(" (the server ended: %s%s)", s.Exit(), lastWords(s.Proc))
}

// lastWords is the line of a process's log that says most, behind a colon; "" for
// an empty log.
func lastWords(p *proc.Proc) string {
	log := strings.TrimSpace(p.LogTail())
	if log == "" {
		return ""
	}
	for line := range strings.Lines(log) {
		if strings.HasPrefix(line, "panic:") || strings.HasPrefix(line, "fatal error:") {
			return ": " + strings.TrimSpace(line)
		}
	}
	return ": " + log[strings.LastIndexByte(log, '\n')+1:]
}
