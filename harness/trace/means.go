package trace

import (
	"fmt"
	"strings"
	"syscall"
)

// again is what a call on a non-blocking descriptor returns when there is nothing to do.
const again = -int64(syscall.EAGAIN)

// result is a call's return value, in short.
func result(ret int64) string {
	if ret < 0 && ret > -4096 {
		if name := errorName(syscall.Errno(-ret)); name != "" {
			return name
		}
	}
	return fmt.Sprint(ret)
}

func errorName(e syscall.Errno) string {
	switch e {
	case syscall.EAGAIN:
		return "EAGAIN"
	case syscall.EINTR:
		return "EINTR"
	case syscall.ETIMEDOUT:
		return "ETIMEDOUT"
	case syscall.EINPROGRESS:
		return "EINPROGRESS"
	case syscall.ETIME:
		return "ETIME"
	case 512, 513, 514, 516: // the kernel's own: the call is to be made again
		return "restarted"
	}
	return e.Error()
}

// means says in words what a system call is to the request.
func (t *teller) means(process int, c *Event, ret int64, waited bool) string {
	what, known := meanings[c.Call]
	if !known {
		return ""
	}
	file := "a descriptor"
	if len(c.Args) > 0 {
		if name, ok := t.scene.Files[File(process, int(int32(c.Args[0])))]; ok {
			file = name
		}
	}
	return what(file, c.Args, ret, waited)
}

// meaning puts a call on a file in words.
type meaning func(file string, args []uint64, ret int64, waited bool) string

var meanings = map[string]meaning{
	"read": reads, "recvfrom": reads, "recvmsg": reads, "readv": reads, "pread64": reads,
	"write": writes, "sendto": writes, "sendmsg": writes, "writev": writes,
	"epoll_wait": polls, "epoll_pwait": polls, "epoll_pwait2": polls, "poll": polls, "ppoll": polls, "select": polls, "pselect6": polls,
	"futex":           futex,
	"nanosleep":       sleeps,
	"clock_nanosleep": sleeps,
	"epoll_ctl":       registers,
	"io_uring_enter":  enters,
	"accept4":         fixed("takes a connection from the listener's queue"),
	"accept":          fixed("takes a connection from the listener's queue"),
	"socket":          fixed("makes a socket"),
	"connect":         fixed("connects to a backend"),
	"close":           func(file string, _ []uint64, _ int64, _ bool) string { return "closes " + file },
	"shutdown":        func(file string, _ []uint64, _ int64, _ bool) string { return "ends one direction of " + file },
	"setsockopt":      func(file string, _ []uint64, _ int64, _ bool) string { return "sets an option of " + file },
	"clone":           fixed("starts a thread or a process"),
	"clone3":          fixed("starts a thread or a process"),
	"exit":            fixed("the thread ends"),
	"sched_yield":     fixed("lets others run"),
	"tgkill":          fixed("sends a thread a signal, as Go's scheduler does to take a processor away"),
	"rt_sigreturn":    fixed("comes back from a signal"),
	"getpid":          fixed(""),
	"mmap":            fixed("gets memory"),
	"munmap":          fixed("gives memory back"),
	"madvise":         fixed("says what memory is for"),
	"restart_syscall": fixed("goes on with a wait that was interrupted"),
}

func fixed(text string) meaning {
	return func(string, []uint64, int64, bool) string { return text }
}

func reads(file string, _ []uint64, ret int64, waited bool) string {
	subject := file
	switch {
	case file == "client":
		subject = "the request"
	case strings.HasPrefix(file, "backend"):
		subject = "the answer of " + file
	case file == "eventfd":
		subject = "a wake-up"
	}
	switch {
	case ret == again:
		return "nothing more from " + file
	case ret == 0 && waited:
		return "waits for " + subject
	case ret == 0:
		return file + " has ended"
	case waited:
		return "waits for " + subject + ", and reads it"
	}
	return "reads " + subject
}

func writes(file string, _ []uint64, ret int64, _ bool) string {
	switch {
	case ret == again:
		return file + " takes no more for now"
	case file == "client":
		return "answers"
	case strings.HasPrefix(file, "backend"):
		return "asks " + file
	case file == "eventfd":
		return "wakes the loop"
	}
	return "writes to " + file
}

func polls(_ string, _ []uint64, ret int64, waited bool) string {
	switch {
	case ret > 0 && waited:
		return fmt.Sprintf("waits for readiness: %d ready", ret)
	case ret > 0:
		return fmt.Sprintf("asks what is ready: %d", ret)
	case waited:
		return "waits for readiness"
	}
	return "looks for readiness: nothing yet"
}

// futex is told by its operation, without the flags.
func futex(_ string, args []uint64, ret int64, waited bool) string {
	const waitOp, wakeOp, waitBitset, wakeBitset = 0, 1, 9, 10
	if len(args) < 2 {
		if waited {
			return "parks the thread until another wakes it"
		}
		return "parks or wakes a thread"
	}
	switch args[1] & 0x7f {
	case waitOp, waitBitset:
		if ret == again {
			return "need not park: what it waits for has happened"
		}
		return "parks the thread until another wakes it"
	case wakeOp, wakeBitset:
		if ret == 0 {
			return "would wake a parked thread: none"
		}
		return "wakes a parked thread"
	}
	return "parks or wakes a thread"
}

func sleeps(_ string, _ []uint64, _ int64, _ bool) string { return "sleeps for a time" }

func registers(_ string, args []uint64, _ int64, _ bool) string {
	if len(args) > 1 {
		switch args[1] {
		case 1:
			return "has a descriptor watched"
		case 2:
			return "has a descriptor watched no more"
		case 3:
			return "has a descriptor watched again"
		}
	}
	return "changes what is watched"
}

func enters(_ string, args []uint64, _ int64, waited bool) string {
	if len(args) < 3 {
		return "hands over requests, or waits for completions"
	}
	var parts []string
	if args[1] > 0 {
		parts = append(parts, "hands over "+count(int(args[1]), "request"))
	}
	if args[2] > 0 {
		parts = append(parts, "wants "+count(int(args[2]), "completion"))
		if waited {
			parts[len(parts)-1] += " and waits"
		}
	}
	return strings.Join(parts, ", ")
}
