package live

import "golang.org/x/sys/unix"

// olderNames are calls that this architecture has besides.
var olderNames = map[int64]string{
	unix.SYS_EPOLL_WAIT: "epoll_wait", unix.SYS_POLL: "poll", unix.SYS_SELECT: "select", unix.SYS_OPEN: "open",
	unix.SYS_STAT: "stat", unix.SYS_FORK: "fork", unix.SYS_VFORK: "vfork", unix.SYS_PIPE: "pipe", unix.SYS_DUP2: "dup2",
	unix.SYS_ARCH_PRCTL: "arch_prctl", unix.SYS_PAUSE: "pause", unix.SYS_TIME: "time",
}
