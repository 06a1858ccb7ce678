package proc

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"time"
)

// A log is for its first and its last words: one that grows beyond mostLog bytes loses what
// lies behind its first keptLog, again and again, so that no server fills the disk.
const (
	mostLog = 64 << 20
	keptLog = 1 << 20
	logLook = 500 * time.Millisecond
)

// boundLog looks after the child's log until the child ends.
func (p *Proc) boundLog() {
	look := time.NewTicker(logLook)
	defer look.Stop()
	for {
		select {
		case <-p.done:
			return
		case <-look.C:
			if errors.Is(cutLog(p.log, mostLog, keptLog), fs.ErrNotExist) {
				return // there is no name left to cut it by
			}
		}
	}
}

// cutLog leaves the first kept bytes of a log of more than most bytes, and a line that says so. Who
// appends to it goes on behind that. The error is an fs.ErrNotExist where there is no such log.
func cutLog(path string, most, kept int64) error {
	f, err := os.OpenFile(path, os.O_WRONLY|os.O_APPEND, 0)
	if err != nil {
		return err
	}
	info, err := f.Stat()
	if err == nil && info.Size() > most {
		if err = f.Truncate(kept); err == nil {
			_, err = fmt.Fprintf(f, "\n[assay: the log grew beyond %d bytes; what was here is left out]\n", most)
		}
	}
	return errors.Join(err, f.Close())
}
