package conformance

import (
	"errors"
	"fmt"
	"net"
	"syscall"
	"time"

	"golang.org/x/sys/unix"
)

func drainNeeds(workload string, conns int) Needs {
	return Needs{Workload: workload, Conns: conns, Own: true}
}

// drainCases: SIGTERM means stop accepting, finish what was accepted, exit 0 within 5 s.
var drainCases = []Case{
	{"drain/nothing-open", "SIGTERM without a connection: exit 0", drainNeeds("echo", 1), drainNothing},
	{"drain/idle", "idle connections are closed", drainNeeds("echo", 20), drainIdle},
	{"drain/never-spoke", "connections without a byte are closed", drainNeeds("echo", 20), drainNeverSpoke},
	{"drain/in-flight", "requests that wait for backends are answered", drainNeeds("fanout", 20), drainInFlight},
	{"drain/in-flight-one", "one request that waits for backends is answered", drainNeeds("fanout", 1), drainOne},
	{"drain/pipelined", "all whole requests of a pipeline are answered", drainNeeds("fanout", 1), drainPipelined},
	{"drain/pipelined-later", "so is one that came behind another while that one was being answered", drainNeeds("fanout", 1), drainPipelinedLater},
	{"drain/accept-queue", "requests sent before SIGTERM are answered, accepted by then or not", drainNeeds("echo", 100), drainQueue},
	{"drain/new-refused", "new connections are refused while old ones are finished", drainNeeds("fanout", 2), drainRefuses},
	{"drain/slow-reader", "an answer on its way is finished", drainNeeds("echo", 1), drainSlowReader},
	{"drain/half-a-request", "half a request does not hold it up", drainNeeds("echo", 5), drainHalf},
	{"drain/stalled-backend", "a backend that never answers does not hold it up", Needs{Workload: "fanout", Options: "backend-timeout=500ms", Conns: 3, Own: true}, drainStalled},
	{"drain/under-load", "of 50 busy clients none loses the answer to a request it sent", drainNeeds("fanout", 50), drainUnderLoad},
	{"drain/twice", "a second SIGTERM changes nothing", drainNeeds("fanout", 1), drainTwice},
}

func drainNothing(t *T) { t.WantExit(t.server.Proc, t.Terminate(), 0) }

func drainIdle(t *T) {
	all := t.dialMany(20)
	for _, c := range all {
		c.Alive()
	}
	start := t.Terminate()
	for _, c := range all {
		c.WantEnd()
	}
	t.WantExit(t.server.Proc, start, 0)
}

func drainNeverSpoke(t *T) {
	all := t.dialMany(20)
	time.Sleep(20 * tick)
	start := t.Terminate()
	for _, c := range all {
		c.WantEnd()
	}
	t.WantExit(t.server.Proc, start, 0)
}

func drainInFlight(t *T) {
	all := t.dialMany(20)
	for i, c := range all {
		c.Send(get(ask(i, 300+i, 100, 200)))
	}
	t.callsBegun(20)
	start := t.Terminate()
	for i, c := range all {
		c.Want(200, mean(i, 3))
		c.WantEnd()
	}
	t.WantExit(t.server.Proc, start, 0)
}

// callsBegun waits until so many backend calls are under way.
func (t *T) callsBegun(n int) {
	t.Eventually(fmt.Sprintf("%d backend calls under way", n), func() bool {
		return t.run.backends.server.Take(false).InFlight >= n
	})
}

func drainOne(t *T) {
	c := t.Dial()
	c.Send(get(ask(1, 300, 300, 300)))
	t.callsBegun(3)
	start := t.Terminate()
	c.Want(200, mean(1, 3))
	c.WantEnd()
	t.WantExit(t.server.Proc, start, 0)
}

func drainPipelined(t *T) {
	c := t.Dial()
	c.Send(get(ask(1, 200, 0, 0)) + get(ask(2, 100)) + get(ask(3, 0, 100)))
	t.callsBegun(1)
	start := t.Terminate()
	c.Want(200, mean(1, 3))
	c.Want(200, mean(2, 1))
	c.Want(200, mean(3, 2))
	c.WantEnd()
	t.WantExit(t.server.Proc, start, 0)
}

// drainPipelinedLater sends two further requests while the first is waited for: a server that reads
// only when it has answered finds them in its socket, and not in a buffer of its own.
func drainPipelinedLater(t *T) {
	c := t.Dial()
	c.Send(get(ask(1, 300)))
	t.callsBegun(1)
	c.Send(get(ask(2, 100)) + get(ask(3, 0, 50)))
	time.Sleep(20 * tick)
	start := t.Terminate()
	c.Want(200, mean(1, 1))
	c.Want(200, mean(2, 1))
	c.Want(200, mean(3, 2))
	c.WantEnd()
	t.WantExit(t.server.Proc, start, 0)
}

// drainQueue stops the process while clients connect and ask, so that it finds them
// all at once, and SIGTERM with them.
func drainQueue(t *T) {
	t.Dial().Alive()
	t.must(unix.Kill(t.server.PID, unix.SIGSTOP), "SIGSTOP")
	all := t.dialMany(99)
	for i, c := range all {
		c.Send(get(fmt.Sprintf("/echo?bytes=%d", i)))
	}
	t.Terminate()
	start := time.Now()
	t.must(unix.Kill(t.server.PID, unix.SIGCONT), "SIGCONT")
	for i, c := range all {
		a, err := c.TryRead("GET", t.patience)
		if err != nil || a.Body != letters(i) {
			t.Fatalf("connection %d of %d: answer %d %s, %v", i, len(all), a.Status, brief(a.Body), err)
		}
		c.WantEnd()
	}
	t.WantExit(t.server.Proc, start, 0)
}

func drainRefuses(t *T) {
	const delay = 1500 // ms: long enough to see refusals before the answer, short of the backend's deadline
	c := t.Dial()
	c.Send(get(ask(1, delay)))
	t.callsBegun(1)
	start := t.Terminate()
	t.Eventually("new connections are refused", func() bool {
		late, err := net.DialTimeout("tcp", t.server.addr, t.patience)
		if err == nil {
			late.Close()
		}
		return errors.Is(err, syscall.ECONNREFUSED)
	})
	if !t.server.Alive() && time.Since(start) < delay*time.Millisecond/2 {
		t.Fatalf("it ended before it had answered%s", t.server.obituary(0))
	}
	c.Want(200, mean(1, 1))
	t.WantExit(t.server.Proc, start, 0)
}

func drainSlowReader(t *T) {
	c := t.dial(4096)
	c.Send(get("/echo?bytes=8388608"))
	peeker{c}.Read(make([]byte, 1))
	start := t.Terminate()
	time.Sleep(100 * tick)
	if a := c.Read(); a.Body != letters(8<<20) {
		t.Fatalf("answer %d with %d bytes, want 200 with %d", a.Status, len(a.Body), 8<<20)
	}
	c.WantEnd()
	t.WantExit(t.server.Proc, start, 0)
}

func drainHalf(t *T) {
	all := t.dialMany(5)
	for i, c := range all {
		c.Send(post("/echo", "hello")[:15+10*i])
	}
	time.Sleep(20 * tick)
	start := t.Terminate()
	t.WantExit(t.server.Proc, start, 0)
	for _, c := range all {
		if a, err := c.TryRead("GET", t.patience); err == nil && a.Status == 200 {
			t.Fatalf("half a request was answered: %d %s", a.Status, brief(a.Body))
		}
	}
}

func drainStalled(t *T) {
	all := t.dialMany(3)
	for i, c := range all {
		c.Send(get(ask(i, 0, 0, 0) + "&fault=stall"))
	}
	time.Sleep(20 * tick)
	start := t.Terminate()
	for _, c := range all {
		if a, err := c.TryRead("GET", t.patience); err == nil && a.Status != 504 {
			t.Fatalf("answer %d, want 504 or the end", a.Status)
		}
	}
	t.WantExit(t.server.Proc, start, 0)
}

// drainUnderLoad lets clients ask one request after another, and terminates the
// server amid that. A request whose last byte was sent before SIGTERM is owed its
// answer; one sent later may be, or finds the connection closed.
func drainUnderLoad(t *T) {
	all := t.dialMany(50)
	began := make(chan time.Time, 1)
	time.AfterFunc(150*time.Millisecond, func() {
		began <- time.Now()
		syscall.Kill(t.server.PID, syscall.SIGTERM)
	})
	lost := make([]time.Time, len(all)) // when the request was sent that had no answer
	t.All(len(all), func(i int) { lost[i] = askUntilClosed(t, all[i]) })
	start := <-began
	for i, sent := range lost {
		if !sent.IsZero() && sent.Before(start) {
			t.Fatalf("connection %d of 50 lost the answer to a request sent %v before SIGTERM", i, start.Sub(sent))
		}
	}
	t.WantExit(t.server.Proc, start, 0)
}

// askUntilClosed asks until the server closes the connection. It returns when the
// request was sent that had no answer; zero if the last answer said it was the last.
func askUntilClosed(t *T, c *Conn) time.Time {
	for n := 0; ; n++ {
		c.Send(get(ask(n, 30, 20)))
		sent := time.Now()
		a, err := c.TryRead("GET", t.patience)
		switch {
		case err != nil && broken(err):
			return sent
		case err != nil:
			t.Fatalf("request %d: %v", n, err)
		case a.Status != 200 || a.Body != mean(n, 2):
			t.Fatalf("request %d: answer %d %s", n, a.Status, brief(a.Body))
		case a.Close:
			c.WantEnd()
			return time.Time{}
		}
	}
}

func drainTwice(t *T) {
	c := t.Dial()
	c.Send(get(ask(1, 400)))
	t.callsBegun(1)
	start := t.Terminate()
	time.Sleep(100 * time.Millisecond)
	t.Terminate()
	c.Want(200, mean(1, 1))
	t.WantExit(t.server.Proc, start, 0)
}
