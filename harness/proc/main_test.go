package proc

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"net"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"runtime"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"golang.org/x/sys/unix"
)

// The test binary is its own helper: started with this variable it is one of these
// misbehaving servers.
const helperName = "ASSAY_PROC_TEST_HELPER"

var helpers = map[string]func(){
	"server":    func() { announce(); waitForEnd() },
	"hang":      func() { select {} },
	"die":       func() { fmt.Fprintln(os.Stderr, "first\ncannot go on"); os.Exit(7) },
	"babble":    func() { fmt.Println("hello"); select {} },
	"endless":   func() { fmt.Print(strings.Repeat("z", 5000)); select {} },
	"chatty":    chatty,
	"deaf":      func() { signal.Ignore(syscall.SIGTERM); announce(); select {} },
	"forks":     forks,
	"shell":     func() { announce(); run("sleep", "1000").Wait() },
	"port":      func() { l, _ := net.Listen("tcp", "127.0.0.1:"+os.Args[1]); serveNothing(l) },
	"threads":   threads,
	"spin":      spin,
	"spinchild": func() { fork("spin").Wait(); announce(); waitForEnd() },
	"crew":      func() { crew() },
	"worker":    func() { spin(); time.Sleep(time.Hour) },
	"touch":     touch,
	"limits":    limits,
	"parent":    parent,
}

func TestMain(m *testing.M) {
	if f := helpers[os.Getenv(helperName)]; f != nil {
		f()
		return
	}
	os.Exit(m.Run())
}

// helper is the Spec of a helper.
func helper(t *testing.T, name string, args ...string) Spec {
	t.Helper()
	return Spec{
		Name: name, Argv: append([]string{os.Args[0]}, args...), Env: append(os.Environ(), helperName+"="+name),
		Log: filepath.Join(t.TempDir(), name+".log"),
	}
}

// start starts a helper and ends it with the test.
func start(t *testing.T, spec Spec) *Proc {
	t.Helper()
	p, err := Start(spec)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { p.Stop(time.Second) })
	return p
}

// soon bounds what a test waits for: it only keeps a broken test from hanging.
func soon(t *testing.T) context.Context {
	ctx, cancel := context.WithTimeout(context.Background(), 30*time.Second)
	t.Cleanup(cancel)
	return ctx
}

// listening starts a helper that announces itself.
func listening(t *testing.T, spec Spec) (p *Proc, addr string) {
	t.Helper()
	p = start(t, spec)
	addr, err := p.Listening(soon(t))
	if err != nil {
		t.Fatal(err, p.LogTail())
	}
	return p, addr
}

func announce() net.Listener {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		panic(err)
	}
	fmt.Println("listening " + l.Addr().String())
	return l
}

func serveNothing(l net.Listener) {
	defer runtime.KeepAlive(l)
	waitForEnd()
}

// chatty writes a MiB more than its log may have.
func chatty() {
	fmt.Fprintln(os.Stderr, "first")
	for range mostLog>>20 + 1 {
		os.Stderr.WriteString(strings.Repeat("z", 1<<20))
	}
	waitForEnd()
}

func waitForEnd() { io.Copy(io.Discard, os.Stdin) }

func run(argv ...string) *exec.Cmd {
	c := exec.Command(argv[0], argv[1:]...)
	if err := c.Start(); err != nil {
		panic(err)
	}
	return c
}

func fork(name string) *exec.Cmd {
	c := exec.Command(os.Args[0])
	c.Env = append(os.Environ(), helperName+"="+name)
	c.Stdout, c.Stderr = os.Stderr, os.Stderr
	if err := c.Start(); err != nil {
		panic(err)
	}
	return c
}

// forks leaves descendants of three kinds, all deaf: a child, one in a session of
// its own, and one whose parent has ended. It says their pids on stdout.
func forks() {
	announce()
	var pids []string
	for _, line := range []string{
		"trap '' TERM; echo $$; sleep 1000; sleep 1000",
		"exec setsid sh -c 'trap \"\" TERM; echo $$; sleep 1000; sleep 1000'",
		"setsid sh -c 'trap \"\" TERM; echo $$; sleep 1000; sleep 1000' & sleep 0.1",
	} {
		c := exec.Command("sh", "-c", line)
		out, err := c.StdoutPipe()
		if err != nil {
			panic(err)
		}
		if err := c.Start(); err != nil {
			panic(err)
		}
		pid, err := bufio.NewReader(out).ReadString('\n')
		if err != nil {
			panic(err)
		}
		pids = append(pids, strings.TrimSpace(pid))
	}
	if err := os.WriteFile(os.Args[1], []byte(strings.Join(pids, " ")), 0o600); err != nil {
		panic(err)
	}
	signal.Ignore(syscall.SIGTERM)
	select {}
}

// threads runs threads that live shortly, and switch twice each at least.
func threads() {
	n, _ := strconv.Atoi(os.Args[1])
	for range n {
		done := make(chan bool)
		go func() {
			runtime.LockOSThread() // and never unlock: the thread ends
			unix.Nanosleep(&unix.Timespec{Nsec: 1000}, nil)
			close(done)
		}()
		<-done
	}
	announce()
	waitForEnd()
}

// spin burns a quarter of a second of CPU.
func spin() {
	var ts unix.Timespec
	for ts.Nano() < 250e6 {
		if err := unix.ClockGettime(unix.CLOCK_PROCESS_CPUTIME_ID, &ts); err != nil {
			panic(err)
		}
	}
	if len(os.Args) > 1 {
		announce()
		waitForEnd()
	}
}

// touch holds 64 MB and says so.
func touch() {
	b, err := unix.Mmap(-1, 0, 64<<20, unix.PROT_READ|unix.PROT_WRITE, unix.MAP_PRIVATE|unix.MAP_ANON)
	if err != nil {
		panic(err)
	}
	for i := 0; i < len(b); i += 4096 {
		b[i] = 1
	}
	announce()
	waitForEnd()
}

// limits says what it was given: processors, descriptors, transparent huge pages.
func limits() {
	announce()
	cpus, _ := Processors()
	var lim unix.Rlimit
	unix.Getrlimit(unix.RLIMIT_NOFILE, &lim)
	thp, _ := unix.PrctlRetInt(unix.PR_GET_THP_DISABLE, 0, 0, 0, 0)
	os.WriteFile(os.Args[1], fmt.Appendf(nil, "%v %d %d thp=%d", cpus, lim.Cur, lim.Max, thp), 0o600)
	waitForEnd()
}

// parent starts a forking child and waits for its own end.
func parent() {
	child := Spec{Name: "child", Argv: []string{os.Args[0], os.Args[1]}, Env: append(os.Environ(), helperName+"=forks")}
	p, err := Start(child)
	if err != nil {
		panic(err)
	}
	if _, err := p.Listening(context.Background()); err != nil {
		panic(err)
	}
	for {
		if _, err := os.Stat(os.Args[1]); err == nil {
			break
		}
		time.Sleep(10 * time.Millisecond)
	}
	fmt.Printf("child %d\n", p.PID)
	select {}
}

// crew has one child at a time, which uses 250 ms of CPU and stays until it is killed; then the next.
func crew() {
	announce()
	for {
		fork("worker").Wait()
	}
}
