package proc

import (
	"bufio"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"syscall"
	"time"

	"golang.org/x/sys/unix"
)

// Spec is what to start and how.
type Spec struct {
	Name        string   // for messages
	Argv        []string // argv[0] is a path, or looked up in PATH
	Env         []string // the whole environment; nil: the parent's
	Dir         string   // "": the parent's
	CPUs        []int    // processors it may run on; empty: the parent's
	Descriptors uint64   // RLIMIT_NOFILE, soft and hard; 0: as many as the parent may have
	Log         string   // file that its stderr is appended to, bounded as mostLog says; "": the parent's stderr
	StdoutToLog bool     // its stdout too: it has nothing to say to the parent
}

// Proc is a started child and whatever it starts itself. Stop must be called, also
// after the child has died, because its descendants may live.
type Proc struct {
	Name    string
	PID     int
	Started time.Time
	Stdin   *os.File // closed by Stop
	Stdout  *bufio.Reader

	born   uint64 // start time in ticks since boot: with PID, who the child is for ever
	stdout *os.File
	log    string
	mark   string
	cmd    *exec.Cmd
	done   chan struct{}
	seen   seen
}

// Start starts a child. It has the parent's environment or spec.Env, and a mark in
// it by which its descendants are known. An error names the command.
func Start(spec Spec) (*Proc, error) {
	if len(spec.Argv) == 0 {
		return nil, fmt.Errorf("%s: no command to start", spec.Name)
	}
	limit, err := raiseDescriptors()
	if err != nil {
		return nil, err
	}
	if spec.Descriptors == 0 {
		spec.Descriptors = limit
	}
	guard()
	p := &Proc{Name: spec.Name, log: spec.Log, mark: newMark(), done: make(chan struct{})}
	p.cmd = exec.Command(spec.Argv[0], spec.Argv[1:]...)
	p.cmd.Dir = spec.Dir
	if p.cmd.Env = spec.Env; spec.Env == nil {
		p.cmd.Env = os.Environ()
	}
	p.cmd.Env = append(p.cmd.Env, markName+"="+p.mark)
	p.cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true, Pdeathsig: syscall.SIGKILL}
	if err := p.start(spec); err != nil {
		return nil, fmt.Errorf("start %s (%s): %w", spec.Name, strings.Join(spec.Argv, " "), err)
	}
	return p, nil
}

// start opens the child's pipes and hands it to a thread of its own.
func (p *Proc) start(spec Spec) error {
	if errors.Is(p.cmd.Err, exec.ErrDot) {
		p.cmd.Err = nil
	}
	theirs := make([]*os.File, 0, 3)
	defer func() {
		for _, f := range theirs {
			f.Close()
		}
	}()
	in, stdin, err := os.Pipe()
	if err != nil {
		return err
	}
	theirs = append(theirs, in)
	stdout, out, err := os.Pipe()
	if err != nil {
		stdin.Close()
		return err
	}
	theirs = append(theirs, out)
	p.Stdin, p.stdout, p.Stdout = stdin, stdout, bufio.NewReader(stdout)
	p.cmd.Stdin, p.cmd.Stdout, p.cmd.Stderr = in, out, os.Stderr
	if p.log != "" {
		log, err := openLog(p.log)
		if err != nil {
			p.closePipes()
			return err
		}
		theirs = append(theirs, log)
		p.cmd.Stderr = log
		if spec.StdoutToLog {
			p.cmd.Stdout = log
		}
	}
	started := make(chan error)
	go p.own(spec, started)
	if err := <-started; err != nil {
		p.closePipes()
		return err
	}
	if p.log != "" {
		go p.boundLog()
	}
	return nil
}

func openLog(path string) (*os.File, error) {
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		return nil, err
	}
	return os.OpenFile(path, os.O_CREATE|os.O_WRONLY|os.O_APPEND, 0o644)
}

func (p *Proc) closePipes() {
	p.Stdin.Close()
	p.stdout.Close()
}

// own starts the child on a thread that stays until the child is dead, because a
// parent-death signal is sent when the thread that started the child ends.
func (p *Proc) own(spec Spec, started chan<- error) {
	runtime.LockOSThread() // and never unlock: the thread ends with this goroutine
	err := setAffinity(spec.CPUs)
	if err == nil {
		p.Started = time.Now()
		err = p.cmd.Start()
	}
	if err == nil {
		p.PID = p.cmd.Process.Pid
		if m, ok := lookAt(p.PID); ok { // it is there, if only as a zombie: nobody has waited for it
			p.born = m.start
		}
		lim := unix.Rlimit{Cur: spec.Descriptors, Max: spec.Descriptors}
		if err = unix.Prlimit(p.PID, unix.RLIMIT_NOFILE, &lim, nil); err != nil && !errors.Is(err, unix.ESRCH) {
			err = fmt.Errorf("give it %d descriptors (ulimit -n %d): %w", spec.Descriptors, spec.Descriptors, err)
			p.cmd.Process.Kill()
			p.cmd.Wait()
		} else {
			err = nil
		}
	}
	started <- err
	if err != nil {
		return
	}
	p.cmd.Wait() // its verdict is in cmd.ProcessState
	close(p.done)
}

// setAffinity binds the calling thread, and so the child it starts, to cpus. It need
// not be undone: the thread ends with the child.
func setAffinity(cpus []int) error {
	if len(cpus) == 0 {
		return nil
	}
	var mask unix.CPUSet
	for _, cpu := range cpus {
		mask.Set(cpu)
	}
	if err := unix.SchedSetaffinity(0, &mask); err != nil {
		return fmt.Errorf("run on processors %v: %w", cpus, err)
	}
	return nil
}

// Done is closed when the child itself has ended.
func (p *Proc) Done() <-chan struct{} { return p.done }

// Alive says whether the child itself has not ended yet.
func (p *Proc) Alive() bool {
	select {
	case <-p.done:
		return false
	default:
		return true
	}
}

// Exit says in words how the child ended: "exit status 3", "signal: killed"; "" while it lives.
func (p *Proc) Exit() string {
	if p.Alive() {
		return ""
	}
	return p.cmd.ProcessState.String()
}

// ExitCode is the child's exit status, -1 while it lives or if a signal ended it.
func (p *Proc) ExitCode() int {
	if p.Alive() {
		return -1
	}
	return p.cmd.ProcessState.ExitCode()
}

// LogTail is the last lines of the child's log, at most 4 KiB; "" without a log.
func (p *Proc) LogTail() string { return tail(p.log, 4<<10) }

func tail(path string, most int64) string {
	f, err := os.Open(path)
	if err != nil {
		return ""
	}
	defer f.Close()
	info, err := f.Stat()
	if err != nil {
		return ""
	}
	from := max(0, info.Size()-most)
	b := make([]byte, info.Size()-from)
	n, _ := f.ReadAt(b, from) // a log that was cut meanwhile gives what there is
	text := strings.ToValidUTF8(string(b[:n]), "?")
	if from > 0 {
		if _, whole, ok := strings.Cut(text, "\n"); ok {
			text = whole
		}
	}
	return strings.TrimRight(text, "\n")
}
