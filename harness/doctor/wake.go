package doctor

import (
	"fmt"
	"runtime"
	"slices"
	"time"

	"golang.org/x/sys/unix"

	"assay/harness/proc"
)

// onThread runs f on a thread of its own, bound to a processor if cpu is not negative.
// The thread ends with it, so that neither its mask nor its timer slack is left behind.
func onThread(cpu int, f func() error) error {
	done := make(chan error, 1)
	go func() {
		runtime.LockOSThread() // never unlocked: the runtime then ends the thread
		done <- func() error {
			if cpu >= 0 {
				var mask unix.CPUSet
				mask.Set(cpu)
				if err := unix.SchedSetaffinity(0, &mask); err != nil {
					return fmt.Errorf("move to processor %d: %w", cpu, err)
				}
			}
			return f()
		}()
	}()
	return <-done
}

// oversleep is by how much sleeps of 100 µs are too long, as the generator's are: with
// a timer slack of 1 ns.
func oversleep(budget time.Duration) (p50, p99 int64, err error) {
	const asked = 100_000
	var late []int64
	err = onThread(-1, func() error {
		if err := unix.Prctl(unix.PR_SET_TIMERSLACK, 1, 0, 0, 0); err != nil {
			return fmt.Errorf("timer slack: %w", err)
		}
		for end := time.Now().Add(budget); time.Now().Before(end) || len(late) < 100; {
			start := time.Now()
			ts := unix.NsecToTimespec(asked)
			if err := unix.Nanosleep(&ts, nil); err == unix.EINTR {
				continue
			} else if err != nil {
				return err
			}
			late = append(late, int64(time.Since(start))-asked)
		}
		return nil
	})
	p50, p99 = middle(late)
	return p50, p99, err
}

// middle is the median and the 99th percentile; 0 of nothing.
func middle(vs []int64) (p50, p99 int64) {
	if len(vs) == 0 {
		return 0, 0
	}
	slices.Sort(vs)
	return vs[len(vs)/2], vs[len(vs)*99/100]
}

// wakes sends bytes through a pipe from one processor to a reader on another: at
// once after the last, and after a pause in which the reader's processor halts.
func (p *Probes) wakes(from, to int, budget time.Duration) error {
	var err error
	if p.WakeBusy, _, err = wakeUp(from, to, 0, budget/2); err != nil {
		return err
	}
	p.WakeHalt, p.WakeP99, err = wakeUp(from, to, 300*time.Microsecond, budget/2)
	return err
}

func wakeUp(from, to int, pause, budget time.Duration) (p50, p99 int64, err error) {
	var there, back [2]int
	if err := unix.Pipe2(there[:], unix.O_CLOEXEC); err != nil {
		return 0, 0, err
	}
	if err := unix.Pipe2(back[:], unix.O_CLOEXEC); err != nil {
		unix.Close(there[0])
		unix.Close(there[1])
		return 0, 0, err
	}
	var took []int64
	reader := make(chan error, 1)
	go func() {
		err := onThread(to, func() error {
			var b [1]byte
			for {
				if n, err := unix.Read(there[0], b[:]); err == unix.EINTR {
					continue
				} else if n == 0 || err != nil {
					return err
				}
				took = append(took, proc.Now())
				if _, err := unix.Write(back[1], b[:]); err != nil {
					return err
				}
			}
		})
		unix.Close(back[1]) // a sender that waits for the answer must not wait for ever
		reader <- err
	}()
	var sent []int64
	err = onThread(from, func() error {
		var b [1]byte
		for end := time.Now().Add(budget); time.Now().Before(end) || len(sent) < 50; {
			if pause > 0 {
				time.Sleep(pause)
			}
			sent = append(sent, proc.Now())
			if _, err := unix.Write(there[1], b[:]); err != nil {
				return err
			}
			for {
				n, err := unix.Read(back[0], b[:])
				if err == unix.EINTR {
					continue
				}
				if n == 0 || err != nil {
					return fmt.Errorf("the reader is gone: %v", err)
				}
				break
			}
		}
		return nil
	})
	unix.Close(there[1]) // ends the reader
	if failed := <-reader; err == nil {
		err = failed
	}
	unix.Close(there[0])
	unix.Close(back[0])
	for i := range min(len(took), len(sent)) {
		took[i] -= sent[i]
	}
	p50, p99 = middle(took[:min(len(took), len(sent))])
	return p50, p99, err
}
