package load

import (
	"fmt"
	"runtime"
	"slices"

	"golang.org/x/sys/unix"
)

// startOn has start fork a child that may run on processors only: a child inherits
// the affinity of the thread that forks it, from its very first instruction.
func startOn(processors []int, start func() error) error {
	if len(processors) == 0 {
		return start()
	}
	runtime.LockOSThread()
	defer runtime.UnlockOSThread()
	var before, wanted unix.CPUSet
	if err := unix.SchedGetaffinity(0, &before); err != nil {
		return fmt.Errorf("processors of this thread: %w", err)
	}
	for _, p := range processors {
		wanted.Set(p)
	}
	if slices.Min(processors) < 0 || wanted.Count() != len(processors) {
		return fmt.Errorf("processors %v: want distinct numbers from 0 up", processors)
	}
	if err := unix.SchedSetaffinity(0, &wanted); err != nil {
		return fmt.Errorf("processors %v: %w: choose among those this process may use", processors, err)
	}
	err := start()
	if back := unix.SchedSetaffinity(0, &before); err == nil && back != nil {
		err = fmt.Errorf("restore the processors of this thread: %w", back)
	}
	return err
}
