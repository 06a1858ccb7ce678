package blocking

import (
	"math"
	"os"
	"path"
	"strconv"
	"strings"

	"golang.org/x/sys/unix"
)

// ceiling is how many threads the system lets this process start, as far as it
// says: the user's limit, the kernel's, and those of its control groups. A thread
// that cannot be started ends a Go process, so this is asked beforehand.
func ceiling() int {
	most := math.MaxInt32
	lower := func(file string, taken int) {
		if n, err := number(file); err == nil {
			most = min(most, n-taken)
		}
	}
	alive := tasks()
	lower("/proc/sys/kernel/threads-max", alive)
	lower("/proc/sys/kernel/pid_max", alive)
	var user unix.Rlimit
	if os.Geteuid() != 0 && unix.Getrlimit(unix.RLIMIT_NPROC, &user) == nil && user.Cur < math.MaxInt32 {
		most = min(most, int(user.Cur)-alive) // those of other users counted too: on the safe side
	}
	for group := cgroup(); group != ""; group = path.Dir(group) {
		folder := "/sys/fs/cgroup" + group
		taken, _ := number(folder + "/pids.current")
		lower(folder+"/pids.max", taken)
		if group == "/" {
			break
		}
	}
	return most
}

// number reads a file that holds one number; an error for "max" and for no file.
func number(file string) (int, error) {
	text, err := os.ReadFile(file)
	if err != nil {
		return 0, err
	}
	return strconv.Atoi(strings.TrimSpace(string(text)))
}

// tasks counts the threads of the machine: "0.1 0.2 0.3 1/234 5678".
func tasks() int {
	text, _ := os.ReadFile("/proc/loadavg")
	fields := strings.Fields(string(text))
	if len(fields) < 4 {
		return 0
	}
	_, all, _ := strings.Cut(fields[3], "/")
	n, _ := strconv.Atoi(all)
	return n
}

// cgroup is the process's path in the unified hierarchy: "0::/a/b"; "" without one.
func cgroup() string {
	text, _ := os.ReadFile("/proc/self/cgroup")
	for line := range strings.Lines(string(text)) {
		if rest, ok := strings.CutPrefix(strings.TrimSpace(line), "0::/"); ok {
			return "/" + rest
		}
	}
	return ""
}
