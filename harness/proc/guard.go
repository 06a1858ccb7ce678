package proc

import (
	"crypto/rand"
	"encoding/hex"
	"fmt"
	"os"
	"os/exec"
	"sync"
	"sync/atomic"
	"syscall"
)

// markName is the environment variable by which everything that a child starts is
// known, also what has left its process group and lost its parent.
const markName = "ASSAY_TREE"

var (
	markBase  = sync.OnceValue(func() string { b := make([]byte, 8); rand.Read(b); return hex.EncodeToString(b) })
	markCount atomic.Uint64
)

func newMark() string { return fmt.Sprintf("%s.%d.", markBase(), markCount.Add(1)) }

// guardScript waits until the pipe from its parent breaks and then ends whoever
// bears the parent's mark. It is a shell so that it needs no program of ours.
const guardScript = `trap '' INT TERM HUP
read -r nothing
for again in 1 2 3; do
	for environ in $(grep -lsF "$0" /proc/[0-9]*/environ); do
		pid=${environ#/proc/}
		kill -9 "${pid%/environ}"
	done
done 2>/dev/null`

// guard starts this process's guard, once, and holds the pipe that it waits on as
// long as this process lives. A child dies with its parent by its parent-death
// signal, but nothing tells what the child started: the guard does. Without a shell
// there is none, and only SIGKILL of this process shows the difference.
var guard = sync.OnceValue(func() *os.File {
	r, w, err := os.Pipe()
	if err != nil {
		return nil
	}
	defer r.Close()
	sh := exec.Command("/bin/sh", "-c", guardScript, markName+"="+markBase()+".")
	sh.Stdin = r
	sh.SysProcAttr = &syscall.SysProcAttr{Setsid: true} // out of reach of Ctrl-C
	if err := sh.Start(); err != nil {
		w.Close()
		return nil
	}
	go sh.Wait()
	return w
})
