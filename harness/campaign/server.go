package campaign

import (
	"context"
	"crypto/rand"
	"encoding/hex"
	"fmt"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"time"

	"assay/bench/plan"
	"assay/harness/proc"
	"assay/harness/trial"
)

// server is one arm's process in one trial.
type server struct {
	arm   *plan.Arm
	model *plan.Model // nil for a user's server
	cell  *cell
	trial *trial.Trial
	proc  *proc.Proc // nil if it was never started
	addr  string

	before   *stats  // when the slices began; nil if it offers none
	last     reading // at the end of its last load
	warm     uint64  // requests of the warm-up
	switches int64   // when it was ready; -1 if not known
	forks    int64   // threads and processes born while it was measured
	served   []uint64
}

// ok says whether the server can still be measured.
func (s *server) ok() bool { return s.trial.Status == trial.OK }

// fail ends the trial with a reason; the first one stays.
func (s *server) fail(format string, args ...any) {
	if !s.ok() {
		return
	}
	s.trial.Status, s.trial.Reason = trial.Failed, fmt.Sprintf(format, args...)
	if s.proc != nil {
		if !s.proc.Alive() {
			s.trial.Reason += "; the server has ended: " + s.proc.Exit()
		}
		s.trial.LogTail = s.proc.LogTail()
	}
}

// start starts the arm's process and proves who answers. Failures are the trial's.
func (r *run) start(ctx context.Context, s *server, backends []string) {
	s.trial.Start = time.Now().UTC()
	argv, options := r.command(s.arm, s.cell)
	host, port := "127.0.0.1", "0"
	if s.arm.OwnPort() {
		free, err := proc.FreePort()
		if err != nil {
			s.fail("%v", err)
			return
		}
		port = strconv.Itoa(free)
	}
	nonce := make([]byte, 16)
	rand.Read(nonce)
	fill := strings.NewReplacer("{port}", port, "{host}", host, "{backends}", strings.Join(backends, ","), "{workload}", s.cell.Workload)
	if s.arm.External() {
		argv = slices.Clone(argv)
		for i := range argv {
			argv[i] = fill.Replace(argv[i])
		}
	}
	p, err := proc.Start(proc.Spec{
		Name: s.arm.Name, Argv: argv, CPUs: r.place.Server, Log: r.logFile(s), StdoutToLog: s.arm.OwnPort(),
		Env: append(cleanEnv(),
			"ASSAY_LISTEN="+net.JoinHostPort(host, port), "ASSAY_WORKLOAD="+s.cell.Workload, "ASSAY_OPTIONS="+options,
			"ASSAY_BACKENDS="+strings.Join(backends, ","), "ASSAY_NONCE="+hex.EncodeToString(nonce)),
	})
	if err != nil {
		s.fail("%v", err)
		return
	}
	s.proc, s.trial.PID = p, p.PID
	if err := r.awaitReady(ctx, s, net.JoinHostPort(host, port)); err != nil {
		s.fail("%v", err)
		return
	}
	s.trial.Addr = s.addr
	s.identify(ctx, hex.EncodeToString(nonce))
	if s.switches, err = s.proc.Switches(); err != nil {
		s.switches = -1
	}
}

// cleanEnv is the environment without what steers assay itself.
func cleanEnv() []string {
	return slices.DeleteFunc(os.Environ(), func(v string) bool { return strings.HasPrefix(v, "ASSAY_") })
}

// command is how an arm is started in a cell, with the options as ASSAY_OPTIONS has them.
func (r *run) command(a *plan.Arm, c *cell) (argv []string, options string) {
	all := make(map[string]string)
	for _, setting := range plan.Settings(a, &c.Cell, c.backends) {
		all[setting.Name] = setting.Value
	}
	for name, value := range a.Options {
		all[name] = value
	}
	if a.External() {
		return a.Command, plan.OptionList(all)
	}
	m := r.models[a.Name]
	return append([]string{filepath.Join(r.cfg.Bin, m.Argv[0])}, m.Argv[1:]...), plan.OptionList(all)
}

func (r *run) logFile(s *server) string {
	name := strings.Map(func(c rune) rune {
		if c == '/' || c == ' ' || c == ':' || c == ',' {
			return '_'
		}
		return c
	}, s.arm.Name)
	return filepath.Join(r.logDir(), fmt.Sprintf("b%02d-c%02d-%s.log", s.trial.Block+1, s.cell.index+1, name))
}

// awaitReady waits until the server says where it listens, or answers.
func (r *run) awaitReady(ctx context.Context, s *server, addr string) (err error) {
	ready, cancel := context.WithTimeoutCause(ctx, r.cfg.Ready, fmt.Errorf("not within %v", r.cfg.Ready))
	defer cancel()
	if !s.arm.OwnPort() {
		s.addr, err = s.proc.Listening(ready)
		return err
	}
	s.addr = addr
	path := s.arm.URLPath
	if path == "" {
		path = "/-/id"
	}
	return s.proc.Answering(ready, func(ctx context.Context) error {
		request, err := http.NewRequestWithContext(ctx, http.MethodGet, "http://"+addr+path, nil)
		if err != nil {
			return err
		}
		response, err := control.Do(request)
		if err != nil {
			return err
		}
		return response.Body.Close() // any answer is one: the cell's requests will tell what they are worth
	})
}

// identify proves that the server that answers is the one that was started.
func (s *server) identify(ctx context.Context, nonce string) {
	id := &s.trial.Identity
	owned, err := s.proc.OwnsListener(s.addr)
	if err != nil {
		s.fail("identity: %v", err)
		return
	}
	id.SocketOwned = owned
	if !owned {
		id.Nonce = "not-asked"
		s.fail("identity: the socket at %s is not, or not only, the server's own: another process has the port", s.addr)
		return
	}
	var answer identity
	offered, err := ask(ctx, s.addr, "/-/id", &answer)
	switch pids, _ := s.proc.Tree(); {
	case err != nil:
		id.Nonce = "unanswered"
		s.fail("identity: %v", err)
	case !offered && s.arm.External():
		id.Nonce = "not-offered"
	case !offered || answer.Nonce != nonce:
		id.Nonce = fmt.Sprintf("wrong: %.40q", answer.Nonce)
		s.fail("identity: GET /-/id answers with the nonce %.40q, not with the one it was given", answer.Nonce)
	case answer.PID != 0 && !slices.Contains(pids, answer.PID):
		id.Nonce = fmt.Sprintf("foreign pid %d", answer.PID)
		s.fail("identity: GET /-/id names process %d, which is none of those started (%v)", answer.PID, pids)
	default:
		id.Nonce = "answered"
	}
}

// stats asks the server's own figures; nil if it offers none.
func (s *server) stats(ctx context.Context, collect bool) *stats {
	path := "/-/stats"
	if collect {
		path += "?gc=1"
	}
	var answer stats
	if offered, err := ask(ctx, s.addr, path, &answer); err != nil || !offered {
		return nil
	}
	return &answer
}

// stop ends the process.
func (r *run) stop(ctx context.Context, s *server) {
	if s.proc == nil {
		return
	}
	grace := r.cfg.Grace
	if ctx.Err() != nil {
		grace = min(grace, time.Second) // somebody waits for the end
	}
	killed, err := s.proc.Stop(grace)
	if err != nil {
		s.fail("%v", err)
	}
	if killed && s.ok() {
		r.note("%s did not end within %v of SIGTERM and was killed (block %d, %s)", s.arm.Name, grace, s.trial.Block+1, s.cell.label)
	}
	if !s.ok() {
		s.trial.LogTail = s.proc.LogTail() // with its last words
	}
}
