package main

import (
	"bufio"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/rogpeppe/go-internal/testscript"
	"golang.org/x/sys/unix"
)

func TestMain(m *testing.M) {
	testscript.Main(m, map[string]func(){"modeld": main})
}

func TestScripts(t *testing.T) { testscript.Run(t, testscript.Params{Dir: "testdata"}) }

// patience is how long anything may take before a test gives up.
const patience = 20 * time.Second

// process is a modeld that runs.
type process struct {
	*exec.Cmd
	t     *testing.T
	addr  string
	stdin io.WriteCloser
}

func start(t *testing.T, model, workload, options string) *process {
	t.Helper()
	return launch(t, exec.Command("modeld", model), workload, options)
}

// launch starts a server with a leash, as the harness does.
func launch(t *testing.T, server *exec.Cmd, workload, options string) *process {
	t.Helper()
	p := &process{t: t, Cmd: server}
	p.Env = append(os.Environ(), "ASSAY_LISTEN=127.0.0.1:0", "ASSAY_WORKLOAD="+workload, "ASSAY_OPTIONS="+options, "ASSAY_NONCE=n-1")
	p.Stderr = os.Stderr
	out, err := p.StdoutPipe()
	if err == nil {
		p.stdin, err = p.StdinPipe()
	}
	if err == nil {
		err = p.Start()
	}
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { p.Process.Kill(); p.Wait() })
	line, err := bufio.NewReader(out).ReadString('\n')
	if err != nil || !strings.HasPrefix(line, "listening 127.0.0.1:") {
		t.Fatalf("first line %q, %v, want listening HOST:PORT", line, err)
	}
	p.addr = strings.TrimSpace(strings.TrimPrefix(line, "listening "))
	return p
}

func (p *process) get(path string) string {
	p.t.Helper()
	r, err := http.Get("http://" + p.addr + path)
	if err != nil {
		p.t.Fatal(err)
	}
	defer r.Body.Close()
	body, err := io.ReadAll(r.Body)
	if err != nil || r.StatusCode != 200 {
		p.t.Fatalf("GET %s: %d %q, %v", path, r.StatusCode, body, err)
	}
	return string(body)
}

// wantExit waits for the end of the process.
func (p *process) wantExit(code int) {
	p.t.Helper()
	ended := make(chan struct{})
	go func() {
		p.Wait()
		close(ended)
	}()
	select {
	case <-ended:
	case <-time.After(patience):
		p.t.Fatal("the process did not end")
	}
	if got := p.ProcessState.ExitCode(); got != code {
		p.t.Errorf("exit %d (%v), want %d", got, p.ProcessState, code)
	}
}

func each(t *testing.T, f func(*testing.T, string)) {
	for _, m := range []string{"serial", "thread", "goroutine", "pool", "reactor", "multireactor", "hybrid", "coroutine", "await"} {
		t.Run(m, func(t *testing.T) { f(t, m) })
	}
}

func TestLife(t *testing.T) {
	each(t, func(t *testing.T, model string) {
		p := start(t, model, "echo", "")
		if got := p.get("/echo?bytes=3"); got != "abc" {
			t.Errorf("echo: got %q, want abc", got)
		}
		var id struct {
			Nonce string
			PID   int
		}
		if err := json.Unmarshal([]byte(p.get("/-/id")), &id); err != nil || id.Nonce != "n-1" || id.PID != p.Process.Pid {
			t.Errorf("identity %+v, %v, want n-1 and %d", id, err, p.Process.Pid)
		}
		p.Process.Signal(unix.SIGTERM)
		p.wantExit(0)
	})
}

func TestOrphan(t *testing.T) {
	p := start(t, "thread", "echo", "")
	p.stdin.Close()
	p.wantExit(0)
}

// A drain that cannot end, for a client that does not take its answer, is cut off.
func TestStuckDrain(t *testing.T) {
	p := start(t, "thread", "echo", "write-timeout=1h")
	c, err := unix.Socket(unix.AF_INET, unix.SOCK_STREAM, 0)
	if err != nil {
		t.Fatal(err)
	}
	defer unix.Close(c)
	unix.SetsockoptInt(c, unix.SOL_SOCKET, unix.SO_RCVBUF, 4096)
	var port int
	fmt.Sscanf(p.addr, "127.0.0.1:%d", &port)
	if err := unix.Connect(c, &unix.SockaddrInet4{Port: port, Addr: [4]byte{127, 0, 0, 1}}); err != nil {
		t.Fatal(err)
	}
	unix.Write(c, []byte("GET /echo?bytes=16000000 HTTP/1.1\r\nHost: a\r\n\r\n"))
	unix.Poll([]unix.PollFd{{Fd: int32(c), Events: unix.POLLIN}}, int(patience.Milliseconds()))
	begun := time.Now()
	p.Process.Signal(unix.SIGTERM)
	p.wantExit(0)
	if took := time.Since(begun); took > patience/2 {
		t.Errorf("the end took %v", took)
	}
}

// Thread is a thread: as many as connections. The runtime has some of its own, a dozen
// more on a busy machine, which connections may take over: far fewer than connections here.
func TestThreadsAreThreads(t *testing.T) {
	p := start(t, "thread", "echo", "procs=64")
	threads := func() int {
		tasks, err := filepath.Glob(fmt.Sprintf("/proc/%d/task/*", p.Process.Pid))
		if err != nil {
			t.Fatal(err)
		}
		return len(tasks)
	}
	conns := func(n int) {
		for range n {
			tr := &http.Transport{}
			t.Cleanup(tr.CloseIdleConnections)
			r, err := (&http.Client{Transport: tr}).Get("http://" + p.addr + "/echo")
			if err != nil {
				t.Fatal(err)
			}
			io.Copy(io.Discard, r.Body)
			r.Body.Close()
		}
	}
	conns(5) // the runtime starts a few threads for itself on the way
	before := threads()
	conns(120)
	if got := threads() - before; got < 100 || got > 180 {
		t.Errorf("120 connections brought %d threads", got)
	}
}

// A stdout that nobody reads any more does not end the server.
func TestClosedStdout(t *testing.T) {
	p := start(t, "goroutine", "echo", "")
	unix.Kill(p.Process.Pid, unix.SIGPIPE)
	if got := p.get("/echo?bytes=1"); got != "a" {
		t.Errorf("after SIGPIPE: got %q", got)
	}
}

// Models that own their threads run with a slow watchdog, the others with Go's own
// unless an option says otherwise.
func TestWatchdog(t *testing.T) {
	for arm, want := range map[string]string{
		"thread": "10000000", "pool": "10000000", "serial": "10000000", "reactor": "10000000", "coroutine": "10000000", "await": "10000000",
		"multireactor": "10000000", "hybrid": "10000000", "prefork": "10000000", "goroutine": "50000", "goroutine:watchdog=slow": "10000000",
	} {
		model, options, _ := strings.Cut(arm, ":")
		p := start(t, model, "echo", options)
		slack, err := os.ReadFile(fmt.Sprintf("/proc/%d/timerslack_ns", p.Process.Pid))
		if os.IsPermission(err) {
			t.Skip("the kernel shows another process's timer slack to the privileged only")
		}
		if got := strings.TrimSpace(string(slack)); err != nil || got != want {
			t.Errorf("%s: timer slack %s, %v, want %s", arm, got, err, want)
		}
		if got := p.get("/echo?bytes=1"); got != "a" {
			t.Errorf("%s: got %q", arm, got)
		}
	}
}
