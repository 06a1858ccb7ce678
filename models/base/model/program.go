package model

import (
	"errors"
	"fmt"
	"io"
	"os"
	"runtime"
	"strings"
	"time"

	"assay/models/base/sock"
)

// DrainTime is how long a drain may take before the process ends all the same:
// the contract allows five seconds from SIGTERM to exit.
const DrainTime = 4 * time.Second

// Program is a command that offers several models.
type Program struct {
	Name      string // of the executable
	Models    []Model
	Workloads []Workload
}

// Run is the whole command. It returns the exit code: 0 done, 1 the server failed,
// 2 bad input.
func (p *Program) Run(args []string, getenv func(string) string, stdin *os.File, stdout, stderr io.Writer) int {
	err := p.run(args, getenv, stdin, stdout, stderr)
	if err == nil {
		return 0
	}
	fmt.Fprintf(stderr, "%s: %v\n", p.Name, err)
	if wrong := (*BadInput)(nil); errors.As(err, &wrong) {
		return 2
	}
	return 1
}

func (p *Program) run(args []string, getenv func(string) string, stdin *os.File, stdout, stderr io.Writer) error {
	if len(args) != 1 {
		p.usage(stderr)
		return bad("want one model, got %d arguments", len(args))
	}
	switch args[0] {
	case "--describe":
		return p.describe(stdout)
	case "--help", "-h", "help":
		p.usage(stdout)
		return nil
	}
	m, err := p.model(args[0])
	if err != nil {
		return err
	}
	c, err := p.configure(m, getenv)
	if err != nil {
		return err
	}
	if m.OwnThreads || c.options[WatchdogOption] == Slow {
		if err := slowWatchdog(); err != nil {
			return err
		}
	}
	if m.Child != nil && getenv(child) != "" {
		ignoreSignals()
		return m.Child(&Env{Listener: -1, Service: c.service, Options: c.options, Log: stderr})
	}
	return serve(m, c, stdin, stdout, stderr)
}

// model finds a model that this command can run.
func (p *Program) model(name string) (*Model, error) {
	var names []string
	for i := range p.Models {
		m := &p.Models[i]
		if m.Name == name && m.Run == nil {
			return nil, bad("model %s is another executable: start %s", name, strings.Join(m.Argv, " "))
		}
		if m.Name == name {
			return m, nil
		}
		names = append(names, m.Name)
	}
	return nil, bad("no model %q: did you mean %q? There are %s", name, nearest(name, names), strings.Join(names, ", "))
}

// serve opens the listener, says where, and runs the model until it has drained,
// the parent is gone, or the drain took too long.
func serve(m *Model, c *config, stdin *os.File, stdout, stderr io.Writer) error {
	ln, err := sock.Listen(c.listen, c.options.Int("backlog"), m.SharesPort != nil && m.SharesPort(c.options))
	if err != nil {
		return bad("ASSAY_LISTEN: %w", err)
	}
	at, err := sock.Addr(ln)
	if err != nil {
		return err
	}
	stop, err := NewStop()
	if err != nil {
		return err
	}
	// Set in any case, so that the runtime does not change it while a trial runs.
	procs := c.options.Int("procs")
	if procs == 0 {
		procs = runtime.NumCPU()
	}
	runtime.GOMAXPROCS(procs)
	// Signals first: who reads the line below may send one at once.
	signals, orphaned := watchSignals(), watchParent(stdin)
	if _, err := fmt.Fprintf(stdout, "listening %s\n", at); err != nil {
		return fmt.Errorf("cannot say where it listens: %w", err)
	}
	done := make(chan error, 1)
	go func() {
		done <- m.Run(&Env{Listener: ln, Service: c.service, Options: c.options, Stop: stop, Log: stderr})
	}()
	var late <-chan struct{}
	for {
		select {
		case err := <-done:
			return err
		case <-orphaned:
			return nil
		case <-signals:
			c.service.Drain()
			stop.Begin()
			late = after(DrainTime)
			signals = nil
		case <-late:
			fmt.Fprintf(stderr, "%s: not drained within %v: what is open is cut off\n", m.Name, DrainTime)
			return nil
		}
	}
}

// after closes the channel when d has passed. It is no runtime timer: the first of
// those in a process opens a descriptor, and a runtime that gets none panics, which
// is how a reactor that had run out of them would end its drain.
func after(d time.Duration) <-chan struct{} {
	over := make(chan struct{})
	go func() {
		sock.Block(d)
		close(over)
	}()
	return over
}
