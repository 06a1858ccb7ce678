package model

import (
	"io"
	"os"
	"os/signal"

	"golang.org/x/sys/unix"
)

// watchSignals reports SIGTERM and SIGINT, and lets writes to a closed pipe be
// errors like any other.
func watchSignals() <-chan os.Signal {
	signal.Ignore(unix.SIGPIPE)
	c := make(chan os.Signal, 1)
	signal.Notify(c, unix.SIGTERM, unix.SIGINT)
	return c
}

// ignoreSignals leaves it to the parent to end a child: a terminal's Ctrl-C, and a
// SIGTERM for the whole group, reach both.
func ignoreSignals() { signal.Ignore(unix.SIGPIPE, unix.SIGTERM, unix.SIGINT) }

// watchParent reports the end of stdin, which is how a server learns that
// whoever started it is gone. Only a pipe or a socket is such a leash: a terminal
// would stop a process in the background that reads it, and /dev/null has always ended.
func watchParent(stdin *os.File) <-chan struct{} {
	if stdin == nil {
		return nil
	}
	var st unix.Stat_t
	if err := unix.Fstat(int(stdin.Fd()), &st); err != nil {
		return nil
	}
	if kind := st.Mode & unix.S_IFMT; kind != unix.S_IFIFO && kind != unix.S_IFSOCK {
		return nil
	}
	gone := make(chan struct{})
	go func() {
		io.Copy(io.Discard, stdin)
		close(gone)
	}()
	return gone
}
