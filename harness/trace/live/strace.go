package live

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"

	"golang.org/x/sys/unix"

	"assay/harness/trace"
)

// strace records by the program of that name, which stops a thread twice for every
// system call: the order is right, the times are not those of an untraced server.
type strace struct {
	path string
	cmd  *exec.Cmd
	out  *os.File
	said *strings.Builder
}

// Source implements Recorder.
func (s *strace) Source() string { return "strace" }

// Switches implements Recorder.
func (s *strace) Switches() bool { return false }

// Start implements Recorder.
func (s *strace) Start(pids []int, _ map[int]string) error {
	out, err := os.CreateTemp("", "assay-strace-")
	if err != nil {
		return fmt.Errorf("strace: %w", err)
	}
	s.out = out
	args := []string{"-f", "-e", "signal=none", "-X", "raw", "--absolute-timestamps=format:unix,precision:ns", "--syscall-times=ns", "-s", "0", "-o", out.Name()}
	for _, pid := range pids {
		args = append(args, "-p", strconv.Itoa(pid))
	}
	s.cmd, s.said = exec.Command(s.path, args...), new(strings.Builder)
	stderr, err := s.cmd.StderrPipe()
	if err == nil {
		err = s.cmd.Start()
	}
	if err != nil {
		return fmt.Errorf("strace: %w", err)
	}
	return s.attached(stderr, len(pids))
}

// attached waits until strace says that it holds all processes.
func (s *strace) attached(stderr io.Reader, processes int) error {
	lines := make(chan string, 100)
	go func() {
		defer close(lines)
		for scan := bufio.NewScanner(stderr); scan.Scan(); {
			lines <- scan.Text()
		}
	}()
	late := time.After(10 * time.Second)
	for held := 0; held < processes; {
		select {
		case line, ok := <-lines:
			if !ok {
				return fmt.Errorf("%w: strace cannot attach (%s); it needs root, or kernel.yama.ptrace_scope=0", ErrNone, strings.TrimSpace(s.said.String()))
			}
			s.said.WriteString(line + " ")
			if strings.Contains(line, "attached") && !strings.Contains(line, "ptrace(") {
				held++
			}
		case <-late:
			return errors.New("strace has not attached within 10 s")
		}
	}
	go func() {
		for range lines { // so that it never stands
		}
	}()
	return nil
}

// Stop implements Recorder.
func (s *strace) Stop() ([]trace.Event, error) {
	offset := clockOffset()
	err := s.cmd.Process.Signal(unix.SIGINT)
	_ = s.cmd.Wait() // it ends by that signal
	s.cmd = nil
	if err != nil {
		return nil, fmt.Errorf("strace: %w", err)
	}
	if _, err := s.out.Seek(0, io.SeekStart); err != nil {
		return nil, fmt.Errorf("strace: %w", err)
	}
	events, err := parseStrace(s.out, offset)
	return events, errors.Join(err, s.discard())
}

func (s *strace) discard() error {
	if s.out == nil {
		return nil
	}
	err := errors.Join(s.out.Close(), os.Remove(s.out.Name()))
	s.out = nil
	return err
}

// Close implements Recorder.
func (s *strace) Close() error {
	if s.cmd != nil && s.cmd.Process != nil {
		_ = s.cmd.Process.Kill() // it may have ended
		_ = s.cmd.Wait()
	}
	return s.discard()
}

// clockOffset is what to subtract from strace's clock, of the day, to get Clock's, in ns.
func clockOffset() int64 { return time.Now().UnixNano() - Clock() }

// The three kinds of strace's lines: a whole call, its beginning, its end.
var (
	wholeCall = regexp.MustCompile(`^(\d+) +(\d+\.\d+) (\w+)\((.*)\) += (-?\d+|0x[0-9a-f]+|\?).* <(\d+\.\d+)>$`)
	callBegan = regexp.MustCompile(`^(\d+) +(\d+\.\d+) (\w+)\((.*) <unfinished \.\.\.>$`)
	callEnded = regexp.MustCompile(`^(\d+) +(\d+\.\d+) <\.\.\. (\w+) resumed>.*\) += (-?\d+|0x[0-9a-f]+|\?).* <(\d+\.\d+)>$`)
	errorWord = regexp.MustCompile(`\) += -1 (E[A-Z0-9]+) `)
)

// parseStrace reads what strace -f wrote. Of a call in two lines the second's time is
// that of its return.
func parseStrace(r io.Reader, offset int64) (events []trace.Event, err error) {
	scan := bufio.NewScanner(r)
	scan.Buffer(nil, 1<<20)
	for scan.Scan() {
		line := scan.Text()
		if m := wholeCall.FindStringSubmatch(line); m != nil {
			at, took := nanos(m[2])-offset, nanos(m[6])
			events = append(events, begun(m, at), ended(line, m[1], m[3], m[5], at+took))
		} else if m := callBegan.FindStringSubmatch(line); m != nil {
			events = append(events, begun(m, nanos(m[2])-offset))
		} else if m := callEnded.FindStringSubmatch(line); m != nil {
			events = append(events, ended(line, m[1], m[3], m[4], nanos(m[2])-offset))
		}
	}
	if err := scan.Err(); err != nil {
		return nil, fmt.Errorf("what strace wrote: %w", err)
	}
	slices.SortStableFunc(events, byTime)
	return events, nil
}

func begun(m []string, at int64) trace.Event {
	thread, _ := strconv.Atoi(m[1]) // digits
	e := trace.Event{At: at, Thread: thread, Kind: trace.Enter, Call: m[3]}
	for word := range strings.SplitSeq(m[4], ",") {
		arg, err := strconv.ParseUint(strings.TrimSpace(word), 0, 64)
		if err != nil || len(e.Args) == 3 {
			break
		}
		e.Args = append(e.Args, arg)
	}
	return e
}

func ended(line, thread, call, ret string, at int64) trace.Event {
	id, _ := strconv.Atoi(thread) // digits
	value, _ := strconv.ParseInt(ret, 0, 64)
	if m := errorWord.FindStringSubmatch(line); m != nil {
		value = -int64(errorNumber(m[1]))
	}
	return trace.Event{At: at, Thread: id, Kind: trace.Exit, Call: call, Ret: value}
}

// errorNumber is an error's number by its name; EINVAL for one that is not known.
func errorNumber(name string) unix.Errno {
	for e := unix.Errno(1); e < 200; e++ {
		if unix.ErrnoName(e) == name {
			return e
		}
	}
	return unix.EINVAL
}

// nanos reads seconds with a fraction.
func nanos(text string) int64 {
	whole, fraction, _ := strings.Cut(text, ".")
	s, _ := strconv.ParseInt(whole, 10, 64) // digits, by the pattern
	f, _ := strconv.ParseInt((fraction + "000000000")[:9], 10, 64)
	return s*1e9 + f
}
