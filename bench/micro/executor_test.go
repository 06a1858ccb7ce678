package micro

import (
	"errors"
	"fmt"
	"runtime"
	"sync/atomic"
	"testing"

	"golang.org/x/sys/unix"
)

// executors take a task that does nothing, have it run elsewhere, and tell who
// submitted it: what offloading costs before there is anything to offload.
var executors = []mechanism{
	{name: "how=goroutines", run: func(c clock, n int) (int, error) { return submit(c, n, false) }},
	{name: "how=goroutine-each", run: submitEach},
	{name: "how=threads/lang=go", run: func(c clock, n int) (int, error) { return submit(c, n, true) }},
	{name: "how=threads-to-loop/lang=go", run: submitFromLoop},
	inC("executor", 1, "how=threads/lang=c/cpus=1"),
	inC("executor", 2, "how=threads/lang=c/cpus=2"),
}

func BenchmarkExecutor(b *testing.B) { measure(b, executors) }
func TestExecutor(t *testing.T)      { verify(t, executors) }

// job is a task and the way back.
type job struct {
	run  func()
	over chan struct{}
}

// workers is how many wait for tasks; one at a time has something to do.
const workers = 4

// pool starts workers on a bounded queue, and gives a function that ends them.
func pool(tasks chan job, threads bool) (end func()) {
	var ends []<-chan error
	for range workers {
		work := func() error {
			for t := range tasks {
				t.run()
				t.over <- struct{}{}
			}
			return nil
		}
		if threads {
			ends = append(ends, onThread(-1, work))
			continue
		}
		over := make(chan error, 1)
		go func() { over <- work() }()
		ends = append(ends, over)
	}
	return func() {
		close(tasks)
		for _, end := range ends {
			<-end
		}
	}
}

// submit hands tasks to workers over a channel. Who submits is locked to a thread if they are.
func submit(c clock, n int, threads bool) (int, error) {
	if threads {
		runtime.LockOSThread()
		defer runtime.UnlockOSThread()
	}
	tasks := make(chan job, 64)
	end := pool(tasks, threads)
	var seen atomic.Int64
	j := job{func() { seen.Add(1) }, make(chan struct{}, 1)}
	c.ResetTimer()
	for range n {
		tasks <- j
		<-j.over
	}
	c.StopTimer()
	end()
	return int(seen.Load()), nil
}

// submitEach starts a goroutine for each task.
func submitEach(c clock, n int) (int, error) {
	seen := 0
	over := make(chan struct{}, 1)
	f := func() {
		seen++
		over <- struct{}{}
	}
	c.ResetTimer()
	for range n {
		go f()
		<-over
	}
	return seen, nil
}

// submitFromLoop is a loop that offloads: the thread posts the end into its mailbox and wakes it
// by an eventfd, for which it sleeps in epoll.
func submitFromLoop(c clock, n int) (int, error) {
	e, err := openEventfd()
	if err != nil {
		return 0, err
	}
	defer e.close()
	p, err := newPoller(e.in)
	if err != nil {
		return 0, err
	}
	defer p.close()
	runtime.LockOSThread()
	defer runtime.UnlockOSThread()
	tasks := make(chan func(), 64)
	mailbox := make(chan func(), 64)
	seen := 0
	then := func() { seen++ }
	other := onThread(-1, func() error {
		for f := range tasks {
			f()
			mailbox <- then
			if _, err := unix.Write(e.out, []byte{1, 0, 0, 0, 0, 0, 0, 0}); err != nil {
				return fmt.Errorf("wake the loop: %w", err)
			}
		}
		return nil
	})
	ran := 0
	task := func() { ran++ }
	c.ResetTimer()
	for i := range n {
		tasks <- task
		for seen == i {
			_, _ = unix.EpollWait(p.fd, p.events[:], -1) // an early return is told by the mailbox
			select {
			case f := <-mailbox:
				f()
			default:
			}
			e.take()
		}
	}
	c.StopTimer()
	close(tasks)
	err = <-other
	if ran != seen {
		err = errors.Join(err, fmt.Errorf("%d tasks ran, %d ends were told", ran, seen))
	}
	return seen, err
}
