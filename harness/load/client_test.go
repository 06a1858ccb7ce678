package load

import (
	"bytes"
	"context"
	"fmt"
	"os"
	"runtime"
	"strings"
	"testing"
	"time"

	"golang.org/x/sys/unix"
)

// As a child, the test binary is whatever generator the test needs.
func TestMain(m *testing.M) {
	switch os.Getenv("LOAD_TEST_CHILD") {
	case "":
		os.Exit(m.Run())
	case "serve":
		if err := Serve(os.Stdin, os.Stdout, findNumbers); err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
	case "deaf": // reads nothing, says nothing, ignores the end of stdin
		time.Sleep(time.Minute)
	case "fails":
		fmt.Fprintln(os.Stderr, "no generator today")
		os.Exit(3)
	case "babbles":
		fmt.Println("hello")
		time.Sleep(time.Minute)
	case "processors":
		var set unix.CPUSet
		err := unix.SchedGetaffinity(0, &set)
		fmt.Printf("{\"connected\":%d,\"cpu\":%d}\n", set.Count(), runtime.NumCPU())
		if err != nil {
			os.Exit(1)
		}
	}
}

func startChild(t *testing.T, kind string, processors []int) *Client {
	t.Helper()
	t.Setenv("LOAD_TEST_CHILD", kind)
	exe, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	c, err := Start([]string{exe}, processors, nil)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = c.Close() })
	return c
}

func TestClient(t *testing.T) {
	s := newServer(t, answer1)
	c := startChild(t, "serve", nil)
	ctx := context.Background()
	if r, err := c.Do(ctx, openNumbers(s.addr, 2)); err != nil || r.Connected != 2 {
		t.Fatalf("open: %+v, %v", r, err)
	}
	r, err := c.Do(ctx, Command{Op: OpSlice, Arm: "a", Rate: 500, Duration: int64(100 * time.Millisecond), Drain: int64(20 * time.Second)})
	if err != nil || r.Load.Answers != 50 {
		t.Fatalf("slice: %+v, %v", r, err)
	}
	accounted(t, r)
	if _, err := c.Do(ctx, Command{Op: OpSlice, Arm: "none", Duration: 1e9}); err == nil || !strings.Contains(err.Error(), "is not open") {
		t.Errorf("slice on no arm: %v", err)
	}
	if _, err := c.Do(ctx, Command{Op: OpClose, Arm: "a"}); err != nil {
		t.Errorf("a command after one that could not be done: %v", err)
	}
	if err := c.Close(); err != nil {
		t.Errorf("close: %v", err)
	}
	if err := unix.Kill(c.PID(), 0); err != unix.ESRCH {
		t.Errorf("the child is still there (%v)", err)
	}
}

// A child that does not answer is killed when its time, or the context, is over.
func TestClientGivesUp(t *testing.T) {
	c := startChild(t, "deaf", nil)
	ctx, cancel := context.WithTimeout(context.Background(), 100*time.Millisecond)
	defer cancel()
	if _, err := c.Do(ctx, Command{Op: OpCPU}); err == nil || !strings.Contains(err.Error(), "deadline exceeded") {
		t.Errorf("deaf child: %v", err)
	}
	if err := c.Close(); err != nil {
		t.Errorf("close: %v", err)
	}
}

// A child that ignores the end of its stdin is killed by Close.
func TestCloseKills(t *testing.T) {
	c := startChild(t, "deaf", nil)
	c.grace = 100 * time.Millisecond
	if err := c.Close(); err != nil {
		t.Errorf("close: %v", err)
	}
	if err := unix.Kill(c.PID(), 0); err != unix.ESRCH {
		t.Errorf("the child is still there (%v)", err)
	}
}

func TestClientTellsWhatTheChildSaid(t *testing.T) {
	c := startChild(t, "fails", nil)
	_, err := c.Do(context.Background(), Command{Op: OpCPU})
	if err == nil || !strings.Contains(err.Error(), "no generator today") {
		t.Errorf("failed child: %v; want the end of its log", err)
	}
	babbler := startChild(t, "babbles", nil)
	if _, err := babbler.Do(context.Background(), Command{Op: OpCPU}); err == nil || !strings.Contains(err.Error(), "no JSON object") {
		t.Errorf("babbling child: %v", err)
	}
}

func TestStartRefuses(t *testing.T) {
	for _, c := range []struct {
		argv       []string
		processors []int
		want       string
	}{
		{nil, nil, "no command line"},
		{[]string{"/no/such/generator"}, nil, "/no/such/generator"},
		{[]string{"true"}, []int{-1}, "want distinct numbers"},
		{[]string{"true"}, []int{1023}, "choose among those"},
	} {
		if _, err := Start(c.argv, c.processors, nil); err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("Start(%q, %v): %v, want %q", c.argv, c.processors, err, c.want)
		}
	}
}

// The child runs where it is told from its first instruction, and this process where it did.
func TestProcessors(t *testing.T) {
	runtime.LockOSThread() // affinity is a thread's
	defer runtime.UnlockOSThread()
	var before, after unix.CPUSet
	if err := unix.SchedGetaffinity(0, &before); err != nil {
		t.Fatal(err)
	}
	last := 0
	for i := range 1024 {
		if before.IsSet(i) {
			last = i
		}
	}
	c := startChild(t, "processors", []int{last})
	r := <-c.replies
	if r.err != nil || r.reply.Connected != 1 || r.reply.CPU != 1 {
		t.Errorf("the child may run on %d processors and its runtime saw %d (%v), want 1", r.reply.Connected, r.reply.CPU, r.err)
	}
	if err := unix.SchedGetaffinity(0, &after); err != nil || after != before {
		t.Errorf("this thread's processors were not restored (%v)", err)
	}
}

func TestTail(t *testing.T) {
	var to bytes.Buffer
	log := &tail{to: &to}
	for range 1000 {
		fmt.Fprintln(log, "a line of the log")
	}
	fmt.Fprintln(log, "the end")
	if s := log.String(); len(s) > tailBytes || !strings.HasSuffix(s, "the end") {
		t.Errorf("tail of %d bytes ends %q", len(s), s[max(0, len(s)-20):])
	}
	if to.Len() != 1000*18+8 {
		t.Errorf("%d bytes passed on", to.Len())
	}
}
