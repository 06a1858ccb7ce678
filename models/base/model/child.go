package model

import (
	"fmt"
	"os"
	"slices"
	"strings"

	"golang.org/x/sys/unix"
)

// child in the environment says that a process is to be a Child.
const child = "ASSAY_CHILD"

// ChildFD is where a Child finds its end of what connects it to its parent, and what else
// StartChild was given behind it.
const ChildFD = 3

// IsChild says that StartChild has started this process.
func IsChild() bool { return os.Getenv(child) != "" }

// StartChild runs this executable once more, with the same arguments and
// environment, as a Child that has fds from ChildFD on. It has no stdin and no stdout, and
// shares stderr. The caller closes fds, and waits for the process.
func StartChild(fds ...int) (*os.Process, error) {
	files := make([]*os.File, 0, ChildFD+len(fds))
	defer func() {
		for _, f := range files {
			f.Close()
		}
	}()
	// Opened without package os, which would have the runtime's poller started for it.
	none, err := unix.Open(os.DevNull, unix.O_RDWR|unix.O_CLOEXEC, 0)
	for _, from := range append([]int{none, none, 2}, fds...) {
		if err != nil {
			break
		}
		var own int // a duplicate: a file closes its descriptor
		if own, err = unix.FcntlInt(uintptr(from), unix.F_DUPFD_CLOEXEC, 0); err == nil {
			files = append(files, os.NewFile(uintptr(own), "of a child"))
		}
	}
	if none >= 0 {
		unix.Close(none)
	}
	if err != nil {
		return nil, fmt.Errorf("start a child: %w", err)
	}
	env := slices.DeleteFunc(os.Environ(), func(e string) bool { return strings.HasPrefix(e, slowed+"=") }) // it sees to its own
	p, err := os.StartProcess("/proc/self/exe", os.Args, &os.ProcAttr{Env: append(env, child+"=1"), Files: files})
	if err != nil {
		return nil, fmt.Errorf("start a child: %w", err)
	}
	return p, nil
}
