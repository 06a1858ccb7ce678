package proc

import (
	"bufio"
	"bytes"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
)

// throttleFile is where the kernel counts how long the processor quota of this
// process's control group stopped its threads, and how to read it; "" without one.
var throttleFile = sync.OnceValues(func() (path, field string) {
	group := make(map[string]string) // by controller; "" is the unified one
	if text, err := os.ReadFile("/proc/self/cgroup"); err == nil {
		for line := range strings.Lines(string(text)) {
			if parts := strings.SplitN(strings.TrimSpace(line), ":", 3); len(parts) == 3 {
				for controller := range strings.SplitSeq(parts[1], ",") {
					group[controller] = parts[2]
				}
			}
		}
	}
	for _, try := range []struct{ base, group, field string }{
		{"/sys/fs/cgroup", group[""], "throttled_usec"},
		{"/sys/fs/cgroup/cpu", group["cpu"], "throttled_time"},
		{"/sys/fs/cgroup/cpu,cpuacct", group["cpu"], "throttled_time"},
	} {
		path := filepath.Join(try.base, try.group, "cpu.stat")
		if _, ok := readField(path, try.field); ok {
			return path, try.field
		}
	}
	return "", ""
})

// throttled is how long so far, ns, summed over processors; 0 where nobody counts.
func throttled() int64 {
	path, field := throttleFile()
	if path == "" {
		return 0
	}
	n, _ := readField(path, field)
	if field == "throttled_usec" {
		n *= 1000
	}
	return n
}

// readField reads the number behind a name in a file of "name number" lines.
func readField(path, name string) (int64, bool) {
	text, err := os.ReadFile(path)
	if err != nil {
		return 0, false
	}
	lines := bufio.NewScanner(bytes.NewReader(text))
	for lines.Scan() {
		if value, ok := strings.CutPrefix(lines.Text(), name+" "); ok {
			n, err := strconv.ParseInt(value, 10, 64)
			return n, err == nil
		}
	}
	return 0, false
}

// pressure is how long so far some task has waited for a thing, ns; 0 where the
// kernel does not count it.
func pressure(thing string) int64 {
	text, err := os.ReadFile("/proc/pressure/" + thing)
	if err != nil {
		return 0
	}
	line, _, _ := strings.Cut(string(text), "\n") // "some avg10=… total=…"
	_, total, ok := strings.Cut(line, "total=")
	micros, err := strconv.ParseInt(total, 10, 64)
	if !ok || err != nil {
		return 0
	}
	return micros * 1000
}
