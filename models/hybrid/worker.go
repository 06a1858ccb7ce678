package hybrid

import (
	"errors"
	"fmt"
	"os"
	"slices"
	"time"

	"assay/models/base/loop"
	"assay/models/base/model"

	"golang.org/x/sys/unix"
)

// worker is the parent's side of one worker process, and of those that replace it.
type worker struct {
	crew   *crew
	fd     int // the parent's end of the socket; -1: there is none
	proc   *os.Process
	busy   bool
	task   task
	useful bool          // this process has answered
	rest   time.Duration // before the next start
	again  loop.Timer
}

var errDied = errors.New("the process that computed has died")

// firstRest and mostRest bound how long a crew waits before it starts another process
// in place of one that has died without an answer.
const (
	firstRest = 10 * time.Millisecond
	mostRest  = time.Second
)

// launch starts a process. It takes milliseconds; any goroutine may do it while there
// is no process.
func (w *worker) launch() error {
	ends, err := unix.Socketpair(unix.AF_UNIX, unix.SOCK_SEQPACKET|unix.SOCK_CLOEXEC, 0)
	if err != nil {
		return fmt.Errorf("socket of a worker process: %w", err)
	}
	defer unix.Close(ends[1])
	w.fd = ends[0]
	if err := unix.SetNonblock(w.fd, true); err != nil {
		return fmt.Errorf("socket of a worker process: %w", err)
	}
	w.proc, err = model.StartChild(ends[1])
	return err
}

// join makes a started process one of the crew.
func (w *worker) join() error {
	if err := w.crew.loop.Add(w.fd, w); err != nil {
		return err
	}
	w.useful = false
	w.crew.idle = append(w.crew.idle, w)
	w.crew.hand()
	return nil
}

// give sends a task. The socket is empty, so there is room; where the process has
// died, Ready will be told.
func (w *worker) give(t task) {
	w.busy, w.task = true, t
	var frame [taskSize]byte
	_ = unix.Send(w.fd, appendTask(frame[:0], t.which, t.a, t.b), unix.MSG_NOSIGNAL)
}

// Ready implements loop.Source.
func (w *worker) Ready(loop.Events) {
	buf := w.crew.buf[:]
	for w.fd >= 0 {
		n, err := unix.Read(w.fd, buf)
		switch {
		case err == unix.EINTR:
		case err == unix.EAGAIN:
			return
		case err != nil || n == 0 || !w.busy:
			w.died()
		default:
			w.answered(buf[:n])
		}
	}
}

func (w *worker) answered(frame []byte) {
	then := w.task.then
	w.busy, w.task = false, task{}
	w.useful, w.rest = true, 0
	w.crew.idle = append(w.crew.idle, w)
	w.crew.hand()
	then(outcome(frame))
}

// died answers the task that is lost, and has another process started.
func (w *worker) died() {
	c := w.crew
	if i := slices.Index(c.idle, w); i >= 0 {
		c.idle = slices.Delete(c.idle, i, i+1)
	}
	if w.useful {
		w.rest = 0
	}
	w.replace(fmt.Sprintf("worker process %d has ended", w.proc.Pid))
	if then := w.task.then; w.busy {
		w.busy, w.task = false, task{}
		then(0, errDied)
	}
}

// replace clears away what is left of a process, or of the attempt to start one, and
// has another started after a rest, which grows as long as none is of use.
func (w *worker) replace(why string) {
	c := w.crew
	if err := w.close(); err != nil {
		fmt.Fprintf(c.env.Log, "close a worker process's socket: %v\n", err)
	}
	proc := w.proc
	w.proc = nil
	c.aside.Go(func() {
		if proc != nil {
			why += ": " + reap(proc)
		}
		c.loop.Post(func() {
			fmt.Fprintf(c.env.Log, "%s; another is started\n", why)
			c.loop.At(&w.again, c.loop.Clock()+int64(w.rest))
			w.rest = min(max(2*w.rest, firstRest), mostRest)
		})
	})
}

// reap ends a process that does not answer any more, and says how it ended.
func reap(p *os.Process) string {
	_ = p.Kill() // it fails where it has ended already
	state, err := p.Wait()
	if err != nil {
		return err.Error()
	}
	return state.String()
}

// restart starts a process in place of one that has died, while the loop goes on.
func (w *worker) restart() {
	c := w.crew
	c.aside.Go(func() {
		err := w.launch()
		c.loop.Post(func() {
			if err == nil {
				err = w.join()
			}
			if err != nil {
				w.replace(err.Error())
			}
		})
	})
}

func (w *worker) close() error {
	if w.fd < 0 {
		return nil
	}
	fd := w.fd
	w.fd = -1
	return w.crew.loop.CloseFD(fd)
}

// end ends the process, if there is one; the loop has ended.
func (w *worker) end() error {
	err := w.close()
	if w.proc != nil {
		reap(w.proc)
	}
	return err
}
