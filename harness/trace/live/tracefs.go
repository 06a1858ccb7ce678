package live

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"

	"golang.org/x/sys/unix"

	"assay/harness/trace"
)

// The tracepoints that are watched. A wake-up is taken where it is decided, in the
// context of who does it.
const (
	sysEnter = "raw_syscalls/sys_enter"
	sysExit  = "raw_syscalls/sys_exit"
	switched = "sched/sched_switch"
	waking   = "sched/sched_waking"
)

// bufferKB is the kernel's memory for events, for each processor.
const bufferKB = 16 << 10

// tracefs records by an instance of its own of the kernel's tracing file system, so that
// it neither disturbs nor sees another's. Where that file system is not mounted, or not in
// this process's sight, it is mounted for this process alone, at no path at all.
type tracefs struct {
	mount   int    // -1: it is mounted for all
	dir     string // of the instance
	formats map[string]format
	names   *names
}

func openTracefs() (Recorder, error) {
	t := &tracefs{mount: -1, formats: make(map[string]format)}
	root := "/sys/kernel/tracing"
	if _, err := os.Stat(root + "/instances"); err != nil {
		if t.mount, err = mountTracefs(); err != nil {
			return nil, fmt.Errorf("tracefs cannot be used: %w", err)
		}
		root = fmt.Sprintf("/proc/self/fd/%d", t.mount)
	}
	for _, point := range []string{sysEnter, sysExit, switched, waking} {
		text, err := os.ReadFile(filepath.Join(root, "events", point, "format"))
		if err != nil {
			return nil, errors.Join(fmt.Errorf("tracefs cannot be used: %w", err), t.Close())
		}
		if t.formats[point], err = parseFormat(string(text)); err != nil {
			return nil, errors.Join(fmt.Errorf("tracefs, event %s: %w", point, err), t.Close())
		}
	}
	dir := filepath.Join(root, "instances", fmt.Sprintf("assay-%d-%d", os.Getpid(), Clock()))
	if err := os.Mkdir(dir, 0o700); err != nil {
		return nil, errors.Join(fmt.Errorf("tracefs cannot be used: %w", err), t.Close())
	}
	t.dir = dir
	err := errors.Join(
		t.write("tracing_on", "0"), t.write("trace_clock", "mono"),
		t.write("buffer_size_kb", strconv.Itoa(bufferKB)), t.write("options/event-fork", "1"),
	)
	if err != nil {
		return nil, errors.Join(fmt.Errorf("tracefs cannot be used: %w", err), t.Close())
	}
	return t, nil
}

// mountTracefs gives a descriptor of the file system's root.
func mountTracefs() (int, error) {
	fs, err := unix.Fsopen("tracefs", unix.FSOPEN_CLOEXEC)
	if err != nil {
		return -1, err
	}
	defer unix.Close(fs)
	if err := unix.FsconfigCreate(fs); err != nil {
		return -1, err
	}
	return unix.Fsmount(fs, unix.FSMOUNT_CLOEXEC, 0)
}

func (t *tracefs) write(file, text string) error {
	return os.WriteFile(filepath.Join(t.dir, file), []byte(text), 0o600)
}

// Source implements Recorder.
func (t *tracefs) Source() string { return "tracefs" }

// Switches implements Recorder.
func (t *tracefs) Switches() bool { return true }

// Start implements Recorder.
func (t *tracefs) Start(pids []int, others map[int]string) error {
	var list []string
	for _, pid := range pids {
		for _, id := range threadsOf(pid) {
			list = append(list, strconv.Itoa(id))
		}
	}
	t.names = newNames(pids, others)
	err := errors.Join(t.write("trace", ""), t.write("set_event_pid", strings.Join(list, " ")))
	for point := range t.formats {
		err = errors.Join(err, t.write("events/"+point+"/enable", "1"))
	}
	return errors.Join(err, t.write("tracing_on", "1"))
}

// Stop implements Recorder.
func (t *tracefs) Stop() ([]trace.Event, error) {
	err := t.write("tracing_on", "0")
	for point := range t.formats {
		err = errors.Join(err, t.write("events/"+point+"/enable", "0"))
	}
	err = errors.Join(err, t.write("set_event_pid", ""))
	if err != nil {
		return nil, fmt.Errorf("tracefs: %w", err)
	}
	cpus, err := filepath.Glob(filepath.Join(t.dir, "per_cpu", "cpu*"))
	if err != nil {
		return nil, fmt.Errorf("tracefs: %w", err)
	}
	d := decoder{formats: t.formats, names: t.names}
	for _, cpu := range cpus {
		if err := t.lost(cpu); err != nil {
			return nil, err
		}
		if err := readPages(filepath.Join(cpu, "trace_pipe_raw"), d.take); err != nil {
			return nil, fmt.Errorf("tracefs: %w", err)
		}
	}
	slices.SortStableFunc(d.events, byTime)
	return d.events, nil
}

// lost is an error if the kernel's memory was not enough.
func (t *tracefs) lost(cpu string) error {
	text, err := os.ReadFile(filepath.Join(cpu, "stats"))
	if err != nil {
		return fmt.Errorf("tracefs: %w", err)
	}
	for line := range strings.Lines(string(text)) {
		name, count, _ := strings.Cut(strings.TrimSpace(line), ": ")
		if (name == "overrun" || name == "dropped events") && count != "0" {
			return fmt.Errorf("tracefs: %s events were lost: too many at once for %d KB a processor; trace fewer requests", count, bufferKB)
		}
	}
	return nil
}

// Close implements Recorder.
func (t *tracefs) Close() (err error) {
	if t.dir != "" {
		err = os.Remove(t.dir) // which an instance takes as a whole
	}
	if t.mount >= 0 {
		err = errors.Join(err, unix.Close(t.mount))
	}
	return err
}

func byTime(a, b trace.Event) int {
	switch {
	case a.At < b.At:
		return -1
	case a.At > b.At:
		return 1
	}
	return 0
}
