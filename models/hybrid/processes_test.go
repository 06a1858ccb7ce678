package hybrid

import (
	"bytes"
	"encoding/binary"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"golang.org/x/sys/unix"

	"assay/models/base/model/modeltest"
	"assay/models/base/style"
)

var (
	sum = style.Pure{Name: "sum", Do: func(a, b uint64) uint64 { return a + b }}
	pid = style.Pure{Name: "pid", Do: func(uint64, uint64) uint64 { return uint64(os.Getpid()) }}
	// nap takes a milliseconds, and is no computation at all: it leaves a mark that it has begun.
	nap = style.Pure{Name: "nap", Do: func(a, _ uint64) uint64 {
		if file := os.Getenv(napMark); file != "" {
			_ = os.WriteFile(file, strconv.AppendInt(nil, int64(os.Getpid()), 10), 0o600)
		}
		time.Sleep(time.Duration(a) * time.Millisecond)
		return a
	}}
	fails = style.Pure{Name: "fails", Do: func(uint64, uint64) uint64 { panic("cannot compute") }}
	other = style.Pure{Name: "other", Do: sum.Do} // no route names it
)

// routes compute: parent and child agree on them.
func routes() []style.Route {
	all := modeltest.Routes()
	for _, p := range []*style.Pure{&sum, &pid, &nap, &fails} {
		r := get("/"+p.Name, computing(p))
		r.Pure = []*style.Pure{&sum, p} // a name may be there twice
		all = append(all, r)
	}
	return append(all, get("/other", computing(&other)))
}

// computing answers with what p makes of the query, a+b.
func computing(p *style.Pure) style.Callback {
	return func(w style.Loop, x *style.Exchange, done func(error)) {
		a, b, _ := bytes.Cut(x.Request.Query, []byte{'+'})
		number := func(text []byte) uint64 { n, _ := strconv.ParseUint(string(text), 10, 64); return n }
		style.Compute(w, p, number(a), number(b), func(result uint64) {
			x.Body = strconv.AppendUint(x.Body, result, 10)
			done(nil)
		})
	}
}

func startCrew(t *testing.T, options string) *modeltest.Server {
	return modeltest.Start(t, Model, modeltest.Config{Options: "executor=processes," + options, Routes: routes()})
}

// A computation with a name is done by another process, whatever it comes to; every
// variant comes to the same.
func TestProcesses(t *testing.T) {
	own := strconv.Itoa(os.Getpid())
	for _, options := range variants {
		t.Run(options, func(t *testing.T) {
			s := modeltest.Start(t, Model, modeltest.Config{Options: options, Routes: routes()})
			c := s.Dial()
			c.Want("/sum?3+4", 200, "7")
			c.Want("/sum?18446744073709551615+2", 200, "1")
			c.Want("/fails", 500, "fault in handler: cannot compute\n")
			here := c.Get("/pid").Body == own
			if elsewhere := strings.Contains(options, "processes"); here == elsewhere {
				t.Errorf("computed in this process: %v", here)
			}
			c.Want("/sum?1+1", 200, "2")
		})
	}
}

// A computation that no process knows is an error of the workload, told as such.
func TestUnknownComputation(t *testing.T) {
	c := startCrew(t, "processes=1").Dial()
	c.Want("/other?1+2", 500, "computation \"other\": no route names it in Pure\n")
	c.Want("/sum?1+2", 200, "3")
}

func TestCrowdOfComputations(t *testing.T) {
	s := startCrew(t, "processes=2,queue=64")
	var all sync.WaitGroup
	for i := range 32 {
		c := s.Dial()
		all.Go(func() {
			for n := range 30 {
				c.Want("/sum?"+strconv.Itoa(i)+"+"+strconv.Itoa(n), 200, strconv.Itoa(i+n))
			}
		})
	}
	all.Wait()
}

// With the processes busy and the queue full, computations are refused, and what is
// no computation is served.
func TestCrewFull(t *testing.T) {
	s := startCrew(t, "processes=1,queue=2")
	s.Fill("/nap?600")
	c := s.Dial()
	c.Want("/hello", 200, "hello")
	if a := c.GetWithRoom("/sum?1+1"); a.Status != 200 || a.Body != "2" {
		t.Errorf("with room again: got %d %q, want 200", a.Status, a.Body)
	}
}

// A process that dies takes its one computation with it, and is replaced, again and again.
func TestDeathOfAProcess(t *testing.T) {
	napBegun := napping(t)
	s := startCrew(t, "processes=1")
	victim, queued, c := s.Dial(), s.Dial(), s.Dial()
	last := ""
	for range 3 {
		var now string
		modeltest.Until(t, "another process", func() bool {
			now = c.Get("/pid").Body
			return now != last
		})
		victim.Send(modeltest.Request("/nap?60000"))
		id, _ := strconv.Atoi(now)
		napBegun(id)
		queued.Send(modeltest.Request("/sum?2+3"))
		c.Want("/hello", 200, "hello") // the loop has seen the other by now, or will
		if err := unix.Kill(id, unix.SIGKILL); err != nil {
			t.Fatal(err)
		}
		if a := victim.Read(); a.Status != 500 || a.Body != errDied.Error()+"\n" {
			t.Errorf("lost with its process: got %d %q, want 500", a.Status, a.Body)
		}
		if a := queued.Read(); a.Status != 200 || a.Body != "5" {
			t.Errorf("in the queue meanwhile: got %d %q, want 200", a.Status, a.Body)
		}
		last = now
	}
	s.Drain()
	if n := strings.Count(s.Log(), "signal: killed; another is started\n"); n != 3 {
		t.Errorf("%d deaths are in the log, want 3:\n%s", n, s.Log())
	}
}

// napMark in the environment is a file into which a nap writes whose it is.
const napMark = "ASSAY_TEST_NAP"

// napping is to be called before the server starts, and gives what waits until a process
// has begun to nap.
func napping(t *testing.T) (wait func(pid int)) {
	file := filepath.Join(t.TempDir(), "nap")
	t.Setenv(napMark, file)
	return func(pid int) {
		t.Helper()
		modeltest.Until(t, "the process to nap", func() bool {
			text, err := os.ReadFile(file)
			return err == nil && string(text) == strconv.Itoa(pid)
		})
	}
}

// The end of the server is the end of its processes, computing or not.
func TestProcessesEnd(t *testing.T) {
	napBegun := napping(t)
	s := startCrew(t, "processes=1")
	c := s.Dial()
	id, _ := strconv.Atoi(c.Get("/pid").Body)
	c.Send(modeltest.Request("/nap?60000"))
	napBegun(id)
	c.SetLinger(0) // a reset: the server need not wait to answer
	c.Close()
	s.Drain()
	if err := unix.Kill(id, 0); err != unix.ESRCH {
		t.Errorf("process %d after the end: %v, want none", id, err)
	}
}

// What is no result is none.
func TestOutcome(t *testing.T) {
	if _, err := outcome([]byte("short")); err == nil {
		t.Error("five bytes were read as a result")
	}
	frame := do(nil, []*style.Pure{&fails}, appendTask(nil, 0, 1, 2))
	_, err := outcome(frame)
	if fault, ok := err.(*style.Fault); !ok || fault.Value != "cannot compute" || !bytes.Contains(fault.Stack, []byte("processes_test.go")) {
		t.Errorf("a fault came over as %v", err)
	}
	frame = do(nil, []*style.Pure{&sum}, appendTask(nil, 0, 1, 2))
	if got := binary.LittleEndian.Uint64(frame); got != 3 || len(frame) != resultSize {
		t.Errorf("1+2 = %d in %d bytes", got, len(frame))
	}
}
