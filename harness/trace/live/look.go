package live

import (
	"encoding/binary"
	"fmt"
	"net/netip"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"

	"assay/harness/trace"
)

// threadsOf are the threads of a process; none if it has ended.
func threadsOf(pid int) (ids []int) {
	entries, _ := os.ReadDir(fmt.Sprintf("/proc/%d/task", pid))
	for _, e := range entries {
		if id, err := strconv.Atoi(e.Name()); err == nil {
			ids = append(ids, id)
		}
	}
	slices.Sort(ids)
	return ids
}

// Threads are those of the processes, named by number, the first of each process first.
func Threads(pids []int) (all []trace.Thread) {
	for i, pid := range pids {
		for k, id := range threadsOf(pid) {
			name := fmt.Sprintf("thread %d", k+1)
			if len(pids) > 1 {
				name = fmt.Sprintf("process %d, thread %d", i+1, k+1)
			}
			all = append(all, trace.Thread{ID: id, Process: pid, Name: name})
		}
	}
	return all
}

// Inside are the system calls that the threads are in now, as events of the moment at: what
// began before a record did. A thread in one that blocks is switched out.
func Inside(pids []int, at int64) (events []trace.Event) {
	for _, pid := range pids {
		for _, id := range threadsOf(pid) {
			text, err := os.ReadFile(fmt.Sprintf("/proc/%d/task/%d/syscall", pid, id))
			words := strings.Fields(string(text))
			if err != nil || len(words) < 4 { // running, or not for us to see
				continue
			}
			number, err := strconv.ParseInt(words[0], 10, 64)
			if err != nil || number < 0 {
				continue
			}
			e := trace.Event{At: at, Thread: id, Kind: trace.Enter, Call: callName(number)}
			for _, w := range words[1:4] {
				arg, _ := strconv.ParseUint(strings.TrimPrefix(w, "0x"), 16, 64) // as the kernel writes it
				e.Args = append(e.Args, arg)
			}
			events = append(events, e, trace.Event{At: at, Thread: id, Kind: trace.Off, Waits: true})
		}
	}
	return events
}

// Files says what the processes' descriptors are, by trace.File: listener, client,
// backend I for a connection to backends[I] (host:port), and epoll and the like.
func Files(pids []int, backends []string) map[string]string {
	sockets := socketsOf(backends)
	files := make(map[string]string)
	for _, pid := range pids {
		links, _ := filepath.Glob(fmt.Sprintf("/proc/%d/fd/*", pid))
		for _, link := range links {
			to, err := os.Readlink(link)
			fd, bad := strconv.Atoi(filepath.Base(link))
			if err != nil || bad != nil {
				continue
			}
			name := to
			switch inner := strings.TrimSuffix(to[strings.IndexByte(to, '[')+1:], "]"); {
			case strings.HasPrefix(to, "socket:["):
				if name = sockets[inner]; name == "" {
					name = "socket"
				}
			case strings.HasPrefix(to, "anon_inode:["):
				name = strings.Replace(inner, "eventpoll", "epoll", 1)
			case strings.HasPrefix(to, "pipe:["):
				name = "pipe"
			}
			files[trace.File(pid, fd)] = name
		}
	}
	return files
}

// socketsOf says what TCP sockets over IPv4, which all of the suite's are, are for, by inode.
func socketsOf(backends []string) map[string]string {
	text, _ := os.ReadFile("/proc/net/tcp") // without it a socket is called a socket
	return parseSockets(string(text), backends)
}

// parseSockets reads /proc/net/tcp: a line a socket, addresses in hexadecimal.
func parseSockets(text string, backends []string) map[string]string {
	const remote, state, inode, listening = 2, 3, 9, "0A"
	sockets := make(map[string]string)
	for line := range strings.Lines(text) {
		words := strings.Fields(line)
		if len(words) <= inode {
			continue
		}
		name := "client"
		if words[state] == listening {
			name = "listener"
		}
		if i := slices.Index(backends, hostPort(words[remote])); i >= 0 {
			name = fmt.Sprintf("backend %d", i)
		}
		sockets[words[inode]] = name
	}
	return sockets
}

// hostPort is an address as the kernel prints it, 0100007F:1F90, as host:port; "" for none.
func hostPort(text string) string {
	host, port, _ := strings.Cut(text, ":")
	h, err := strconv.ParseUint(host, 16, 32)
	p, bad := strconv.ParseUint(port, 16, 16)
	if err != nil || bad != nil {
		return ""
	}
	var ip [4]byte
	binary.NativeEndian.PutUint32(ip[:], uint32(h))
	return netip.AddrPortFrom(netip.AddrFrom4(ip), uint16(p)).String()
}

// names says who threads are that wake others. One of a process that has nothing to do with
// the server did not mean to: it was interrupted, by a timer or by what came over the network.
type names struct {
	threads   map[int]string
	processes map[int]string
}

const interrupt = "an interrupt"

func newNames(pids []int, others map[int]string) *names {
	n := &names{threads: map[int]string{0: interrupt}, processes: map[int]string{os.Getpid(): "the client"}}
	for _, t := range Threads(pids) {
		n.threads[t.ID] = t.Name
	}
	for _, pid := range pids {
		n.processes[pid] = "a thread born meanwhile"
	}
	for pid, name := range others {
		n.processes[pid] = name
	}
	return n
}

// of names a thread, and asks once.
func (n *names) of(thread int) string {
	if name, ok := n.threads[thread]; ok {
		return name
	}
	name := interrupt
	status, _ := os.ReadFile(fmt.Sprintf("/proc/%d/status", thread))
	for line := range strings.Lines(string(status)) {
		if v, ok := strings.CutPrefix(line, "Tgid:\t"); ok {
			pid, _ := strconv.Atoi(strings.TrimSpace(v)) // the kernel's own digits
			if known, ok := n.processes[pid]; ok {
				name = known
			}
		}
	}
	n.threads[thread] = name
	return name
}
