package live

import (
	"errors"
	"fmt"
	"os/exec"
	"slices"
	"strings"

	"golang.org/x/sys/unix"

	"assay/bench/workload"
	"assay/harness/trace"
)

// Recorder watches the threads of some processes.
type Recorder interface {
	// Source names it: tracefs or strace.
	Source() string
	// Switches says whether it sees switches and wake-ups, or system calls alone.
	Switches() bool
	// Start watches all threads of those processes, and those that they start, from now on.
	// Others is how to call further processes, by number, where they wake one of them. The
	// error wraps ErrNone if this process may not watch them.
	Start(pids []int, others map[int]string) error
	// Stop ends the watch and gives what happened, in order of time. The error says if
	// some of it was lost.
	Stop() ([]trace.Event, error)
	// Close gives back what the recorder holds.
	Close() error
}

// ErrNone says that nothing on this machine can record; the error around it says what would.
var ErrNone = errors.New("system calls cannot be traced here")

// Ways are the names that Open takes.
var Ways = []string{"auto", "tracefs", "strace"}

// Open gives the recorder of that name, and with auto the best that works. The error
// for none wraps ErrNone.
func Open(way string) (Recorder, error) {
	if !slices.Contains(Ways, way) {
		return nil, fmt.Errorf("--with %s: want one of %s; did you mean %q?", way, strings.Join(Ways, ", "), workload.Nearest(way, Ways))
	}
	var why error
	if way != "strace" {
		r, err := openTracefs()
		if err == nil {
			return r, nil
		}
		why = err
	}
	if way != "tracefs" {
		path, err := exec.LookPath("strace")
		if err == nil {
			return &strace{path: path}, nil
		}
		why = errors.Join(why, errors.New("strace is not installed (apt-get install strace, or dnf install strace)"))
	}
	return nil, fmt.Errorf("%w: %s. Run it as root, or install strace", ErrNone, strings.ReplaceAll(why.Error(), "\n", "; "))
}

// Clock is the client's clock: ns of CLOCK_MONOTONIC, which recorders use as well.
func Clock() int64 {
	var ts unix.Timespec
	if err := unix.ClockGettime(unix.CLOCK_MONOTONIC, &ts); err != nil {
		panic(err) // it cannot fail for a clock that there is
	}
	return ts.Nano()
}
