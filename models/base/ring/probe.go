package ring

import (
	"errors"
	"fmt"
	"os"
	"runtime"
	"strings"
	"time"

	"golang.org/x/sys/unix"
)

// Wish narrows what is looked for, to measure what it is worth, or to be what an
// older kernel would be. Empty fields take the best there is.
type Wish struct {
	Taskrun string // "defer", "coop" or "plain": when the kernel does what completions need
	Shots   string // "multi" or "single": whether one accept and one receive serve for many
}

// Found is what this kernel offers of io_uring, and so what an Engine uses.
type Found struct {
	Taskrun string // as in Wish
	Shots   string
	flags   uint32 // of setup
}

// rungs are the ladder of ways to set up, best first.
var rungs = []Found{
	{Taskrun: "defer", flags: setupSingleIssuer | setupDefer | setupCoop | setupTaskrunFlag | setupSubmitAll}, // Linux 6.1
	{Taskrun: "coop", flags: setupCoop | setupTaskrunFlag | setupSubmitAll},                                   // 5.19
	{Taskrun: "plain"},
}

var taskrunWords = map[string]string{
	"defer": "one issuer, completions worked on when the loop asks (defer_taskrun)",
	"coop":  "completions worked on at the loop's next system call (coop_taskrun)",
	"plain": "completions interrupt the loop",
}

var shotsWords = map[string]string{
	"multi":  "multishot accept and receive into provided buffers",
	"single": "an operation for each accept and each receive, buffers of our own",
}

// String says it in words.
func (f Found) String() string {
	return "io_uring: " + taskrunWords[f.Taskrun] + "; " + shotsWords[f.Shots]
}

// Probe tries what the kernel has, by doing it. The error says why io_uring cannot
// be used here, or not as wished, and what would help.
func Probe(w Wish) (Found, error) {
	runtime.LockOSThread() // one issuer is one thread
	defer runtime.UnlockOSThread()
	for _, f := range rungs {
		if w.Taskrun != "" && w.Taskrun != f.Taskrun {
			continue
		}
		q, err := open(4, 16, f.flags)
		if errors.Is(err, unix.EINVAL) {
			continue
		}
		if err != nil {
			return Found{}, refusal(err)
		}
		multi := tryMulti(q)
		err = q.close()
		switch {
		case w.Shots == "multi" && multi != nil:
			return Found{}, fmt.Errorf("io_uring: this kernel has no multishot receive into provided buffers: it takes Linux 6.0: %w", multi)
		case multi != nil || w.Shots == "single":
			f.Shots = "single"
		default:
			f.Shots = "multi"
		}
		return f, err
	}
	return Found{}, fmt.Errorf("io_uring: this kernel has no taskrun=%s: defer takes Linux 6.1, coop 5.19", w.Taskrun)
}

// refusal puts into words what kernels and sandboxes without io_uring answer.
func refusal(err error) error {
	switch {
	case errors.Is(err, unix.ENOSYS):
		return fmt.Errorf("io_uring is not there (%w): the kernel is built without it, or a sandbox hides it", err)
	case errors.Is(err, unix.EPERM), errors.Is(err, unix.EACCES):
		b, _ := os.ReadFile("/proc/sys/kernel/io_uring_disabled")
		if level := strings.TrimSpace(string(b)); level != "" && level != "0" {
			return fmt.Errorf("io_uring is forbidden (%w): kernel.io_uring_disabled is %s: sysctl -w kernel.io_uring_disabled=0", err, level)
		}
		return fmt.Errorf("io_uring is forbidden (%w): a seccomp filter, as containers have by default, refuses it: run outside, or with a profile that allows io_uring", err)
	case errors.Is(err, unix.ENOMEM):
		return fmt.Errorf("io_uring got no memory (%w): ulimit -l unlimited", err)
	}
	return err
}

// tryMulti receives one byte over a multishot receive into a provided buffer; nil
// if that works and the receive goes on.
func tryMulti(q *queues) (err error) {
	b, err := newBuffers(q, 64)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, b.close()) }()
	pair, err := unix.Socketpair(unix.AF_UNIX, unix.SOCK_STREAM|unix.SOCK_CLOEXEC, 0)
	if err != nil {
		return err
	}
	defer unix.Close(pair[1])
	defer unix.Close(pair[0])
	e, err := q.next()
	if err != nil {
		return err
	}
	e.opcode, e.flags, e.ioprio, e.fd, e.group = doRecv, sqeSelect, recvMulti, int32(pair[0]), group
	if _, err = unix.Write(pair[1], []byte{1}); err != nil {
		return err
	}
	if err = q.enter(1, time.Second, true); err != nil {
		return err
	}
	if q.ready() == 0 {
		return unix.ETIME
	}
	c := q.pop()
	if c.res < 0 {
		return unix.Errno(-c.res)
	}
	if c.flags&cqeMore == 0 {
		return unix.EOPNOTSUPP
	}
	// Its end is waited for, lest it hold the buffers.
	if err = unix.Shutdown(pair[0], unix.SHUT_RDWR); err != nil {
		return err
	}
	return q.enter(1, time.Second, true)
}
