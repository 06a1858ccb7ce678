package prefork

import (
	"bufio"
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"net"
	"os"
	"os/exec"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"assay/models/base/model"
	"assay/models/base/model/modeltest"

	"golang.org/x/sys/unix"
)

const serving = "ASSAY_TEST_SERVER"

// TestMain is also the server's processes: this executable is what they run.
func TestMain(m *testing.M) {
	if os.Getenv(serving) != "" {
		p := model.Program{Name: "modeld", Models: []model.Model{Model}, Workloads: []model.Workload{{Name: "test", Routes: modeltest.Routes()}}}
		os.Exit(p.Run([]string{"prefork"}, os.Getenv, os.Stdin, os.Stdout, os.Stderr))
	}
	os.Exit(m.Run())
}

// server is one in processes of its own.
type server struct {
	t    *testing.T
	cmd  *exec.Cmd
	addr string
	log  lockedBuffer
	back *modeltest.Backend
}

type lockedBuffer struct {
	mu sync.Mutex
	b  bytes.Buffer
}

func (b *lockedBuffer) Write(p []byte) (int, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.b.Write(p)
}

func (b *lockedBuffer) String() string {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.b.String()
}

func serve(t *testing.T, options string) *server {
	t.Helper()
	s := &server{t: t, cmd: exec.Command(os.Args[0]), back: modeltest.NewBackend(t)}
	s.cmd.Env = append(os.Environ(), serving+"=1", "ASSAY_WORKLOAD=test", "ASSAY_NONCE=n", "ASSAY_OPTIONS="+options, "ASSAY_BACKENDS="+s.back.Addr)
	s.cmd.Stderr = &s.log
	stdin, err := s.cmd.StdinPipe()
	if err != nil {
		t.Fatal(err)
	}
	stdout, err := s.cmd.StdoutPipe()
	if err == nil {
		err = s.cmd.Start()
	}
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		stdin.Close()
		s.cmd.Process.Kill()
		s.cmd.Wait()
		if t.Failed() {
			t.Logf("log of the server:\n%s", s.log.String())
		}
	})
	first, err := bufio.NewReader(stdout).ReadString('\n')
	if err != nil {
		t.Fatal(err)
	}
	s.addr = strings.TrimPrefix(strings.TrimSpace(first), "listening ")
	return s
}

func (s *server) dial() *modeltest.Client {
	s.t.Helper()
	c, err := net.Dial("tcp", s.addr)
	if err != nil {
		s.t.Fatal(err)
	}
	s.t.Cleanup(func() { c.Close() })
	return modeltest.NewClient(s.t, c.(*net.TCPConn))
}

// pidOf asks who serves a connection.
func (s *server) pidOf(c *modeltest.Client) int {
	s.t.Helper()
	var id struct{ PID int }
	if a := c.Get("/-/id"); json.Unmarshal([]byte(a.Body), &id) != nil || id.PID == 0 {
		s.t.Fatalf("/-/id answers %q", a.Body)
	}
	return id.PID
}

// children are the pids of the server's workers.
func (s *server) children() []int {
	b, err := os.ReadFile(fmt.Sprintf("/proc/%d/task/%[1]d/children", s.cmd.Process.Pid))
	if err != nil { // without CONFIG_PROC_CHILDREN; and workers are children of one thread, which need not be the first
		b = nil
	}
	tasks, _ := os.ReadDir(fmt.Sprintf("/proc/%d/task", s.cmd.Process.Pid))
	for _, task := range tasks {
		if more, err := os.ReadFile(fmt.Sprintf("/proc/%d/task/%s/children", s.cmd.Process.Pid, task.Name())); err == nil {
			b = append(append(b, ' '), more...)
		}
	}
	var pids []int
	for _, f := range strings.Fields(string(b)) {
		if pid, err := strconv.Atoi(f); err == nil && !slices.Contains(pids, pid) {
			pids = append(pids, pid)
		}
	}
	return pids
}

func gone(pids []int) bool {
	for _, pid := range pids {
		if state, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", pid)); err == nil && !bytes.Contains(state, []byte(") Z ")) {
			return false
		}
	}
	return true
}

// A worker that is killed under load takes its own requests along, and no others, and is
// replaced.
func TestKilledWorkerUnderLoad(t *testing.T) {
	s := serve(t, "workers=3")
	clients := make([]*modeltest.Client, 9)
	owners := make([]int, len(clients))
	for i := range clients {
		clients[i] = s.dial()
		owners[i] = s.pidOf(clients[i])
	}
	victim := owners[0]
	before := s.requests()
	var all sync.WaitGroup
	over := make(chan struct{})
	failed := make([]error, len(clients))
	for i, c := range clients {
		all.Go(func() {
			for {
				select {
				case <-over:
					return
				default:
				}
				if _, err := io.WriteString(c.TCPConn, modeltest.Request("/hello")); err != nil {
					failed[i] = err
					return
				}
				if a, err := c.TryRead(); err != nil || a.Status != 200 {
					failed[i] = fmt.Errorf("%d, %w", a.Status, err)
					return
				}
			}
		})
	}
	modeltest.Until(t, "some load", func() bool { return s.requests() > before+100 })
	if err := unix.Kill(victim, unix.SIGKILL); err != nil {
		t.Fatal(err)
	}
	modeltest.Until(t, "the worker to be replaced", func() bool {
		now := s.children()
		return len(now) == 3 && !slices.Contains(now, victim)
	})
	modeltest.Until(t, "its place to be filled", func() bool { return !slices.Contains(owners, s.pidOf(s.dial())) })
	close(over)
	all.Wait()
	for i := range clients {
		if (failed[i] != nil) != (owners[i] == victim) {
			t.Errorf("client %d of worker %d, with %d killed: %v", i, owners[i], victim, failed[i])
		}
	}
	if !strings.Contains(s.log.String(), "is replaced") || !strings.Contains(s.log.String(), "killed") {
		t.Errorf("the log does not tell: %s", s.log.String())
	}
}

// requests are those of all workers.
func (s *server) requests() int64 {
	s.t.Helper()
	f := figures{}
	c := s.dial()
	defer c.Close()
	if a := c.Get("/-/stats"); json.Unmarshal([]byte(a.Body), &f) != nil {
		s.t.Fatalf("/-/stats answers %q", a.Body)
	}
	return f["requests"]
}

// Whichever worker is asked answers with the sums of all.
func TestStatsAreOfAll(t *testing.T) {
	s := serve(t, "workers=3")
	var clients []*modeltest.Client
	for range 6 {
		c := s.dial()
		c.Want("/hello", 200, "hello")
		clients = append(clients, c)
	}
	for _, c := range clients {
		f := figures{}
		if a := c.Get("/-/stats?gc=1"); json.Unmarshal([]byte(a.Body), &f) != nil || f["requests"] != 6 || f["collections"] < 3 || f["threads"] < 8 {
			t.Errorf("/-/stats answers %q, want 6 requests, a collection in each of 3 workers, threads of 4 processes", a.Body)
		}
	}
	// Two who ask at once wait for each other.
	var both sync.WaitGroup
	for _, c := range clients {
		both.Go(func() {
			for range 20 {
				if a := c.Get("/-/stats"); !strings.Contains(a.Body, `"requests":6,`) {
					t.Errorf("/-/stats answers %q", a.Body)
					return
				}
			}
		})
	}
	both.Wait()
	// What a worker had told stays in the sums when it is gone.
	victim := s.pidOf(clients[0])
	unix.Kill(victim, unix.SIGKILL)
	modeltest.Until(t, "the worker to be replaced", func() bool {
		now := s.children()
		return len(now) == 3 && !slices.Contains(now, victim)
	})
	if n := s.requests(); n != 6 {
		t.Errorf("%d requests after the end of a worker, want 6", n)
	}
}

// SIGTERM to the parent reaches all: what is in hand is answered, and nobody is left.
func TestDrainReachesAll(t *testing.T) {
	s := serve(t, "workers=3")
	idle := s.dial()
	idle.Want("/hello", 200, "hello")
	var busy []*modeltest.Client
	for i := range 3 {
		c := s.dial()
		c.Send(modeltest.Request("/ask?hold-one"))
		busy = append(busy, c)
		modeltest.Until(t, "the call to be held", func() bool { return int(s.back.Held.Load()) == i+1 })
	}
	workers := s.children()
	if len(workers) != 3 {
		t.Errorf("%d workers, want 3", len(workers))
	}
	s.cmd.Process.Signal(unix.SIGTERM)
	for _, pid := range workers { // as a signal to the group would
		unix.Kill(pid, unix.SIGTERM)
	}
	time.Sleep(20 * time.Millisecond)
	s.back.Release()
	for _, c := range busy {
		if a := c.Read(); a.Status != 200 || !a.Close {
			t.Errorf("got %+v, want the answer and the end", a)
		}
	}
	idle.WantClosed()
	if err := s.cmd.Wait(); err != nil {
		t.Errorf("the server ended with %v", err)
	}
	if !gone(workers) {
		t.Error("workers are left")
	}
}

// With the parent killed its workers end, also one that is busy.
func TestNoOrphans(t *testing.T) {
	s := serve(t, "workers=3,backend-timeout=1h")
	c := s.dial()
	c.Send(modeltest.Request("/ask?hold-one"))
	modeltest.Until(t, "the call to be held", func() bool { return s.back.Held.Load() == 1 })
	workers := s.children()
	s.cmd.Process.Kill()
	modeltest.Until(t, "the workers to be gone", func() bool { return gone(workers) })
}

// A worker that dies at once is not started again and again without a rest, and
// others serve meanwhile.
func TestRestBetweenDeaths(t *testing.T) {
	w := worker{}
	var rests []time.Duration
	for range 8 {
		w.born = time.Now()
		w.delay()
		rests = append(rests, w.rest)
	}
	if rests[0] != firstRest || rests[1] != 2*firstRest || rests[7] != mostRest {
		t.Errorf("rests of %v, want %v, twice that, and %v in the end", rests, firstRest, mostRest)
	}
	w.born = time.Now().Add(-steady)
	if w.delay(); w.rest != 0 {
		t.Errorf("a worker that had served rests %v, want none", w.rest)
	}
	s := serve(t, "workers=2")
	dead := make(map[int]bool)
	for range 3 { // always the one of the two that is younger
		modeltest.Until(t, "two workers", func() bool { return len(s.children()) == 2 })
		pids := s.children()
		pid := slices.Max(pids)
		dead[pid] = true
		unix.Kill(pid, unix.SIGKILL)
		modeltest.Until(t, "the place to be empty", func() bool { return !slices.Contains(s.children(), pid) })
		s.dial().Want("/hello", 200, "hello")
	}
	if len(dead) != 3 {
		t.Errorf("%d workers died, want 3", len(dead))
	}
}
