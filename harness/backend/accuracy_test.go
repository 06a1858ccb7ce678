package backend

import (
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"testing"
	"time"

	"golang.org/x/sys/unix"

	"assay/models/base/loop"
	"assay/models/base/sock"
)

// BenchmarkDelays says how late answers are at 5,000 calls a second, drawn as a
// Poisson process over 64 connections, with the client on the same processor:
//
//	go test ./harness/backend -run '^$' -bench Delays -benchtime 25000x
//
// late-* is by the backend's own clock, when the answer is written; it is what a
// campaign compares between arms.
func BenchmarkDelays(b *testing.B) {
	for _, spin := range []string{"0s", "20us", "50us"} {
		b.Run("spin="+spin, func(b *testing.B) { benchmarkDelays(b, spin) })
	}
}

func benchmarkDelays(b *testing.B, spin string) {
	oneProcessor(b)
	cmd := exec.Command(os.Args[0])
	cmd.Env = append(os.Environ(), asChild+"=-spin "+spin)
	p, err := Start(cmd)
	if err != nil {
		b.Fatal(err)
	}
	defer func() {
		if err := p.Stop(); err != nil {
			b.Error(err)
		}
	}()
	if _, err := p.Stats(true); err != nil {
		b.Fatal(err)
	}
	b.ResetTimer()
	callers(b, p.Addrs[0])
	b.StopTimer()
	got, err := p.Stats(false)
	if err != nil {
		b.Fatal(err)
	}
	b.ReportMetric(float64(got.Late.P50)/1000, "late-p50-us")
	b.ReportMetric(float64(got.Late.P90)/1000, "late-p90-us")
	b.ReportMetric(float64(got.Late.P99)/1000, "late-p99-us")
	b.ReportMetric(float64(got.CPU)/float64(got.Calls)/1000, "cpu-us/call")
	b.ReportMetric(float64(got.Calls)/(float64(got.Wall)/1e9), "calls/s")
}

// sink is a connection whose answers are thrown away.
type sink int

func (s sink) Ready(loop.Events) {
	var b [4096]byte
	_, _ = unix.Read(int(s), b[:]) // what fails shows as a call not counted
}

// callers makes b.N calls from one loop, as the generator does.
func callers(b *testing.B, addr string) {
	const conns, rate, delay = 64, 5000, 20_000
	l, err := loop.New()
	if err != nil {
		b.Fatal(err)
	}
	defer l.Close()
	to, err := sock.Parse(addr)
	if err != nil {
		b.Fatal(err)
	}
	var fds [conns]int
	for i := range fds {
		fd, err := unix.Socket(unix.AF_INET, unix.SOCK_STREAM|unix.SOCK_CLOEXEC, 0)
		if err != nil {
			b.Fatal(err)
		}
		defer unix.Close(fd)
		if err := unix.Connect(fd, &unix.SockaddrInet4{Port: int(to.Port()), Addr: to.Addr().As4()}); err != nil {
			b.Fatal(err)
		}
		if err := unix.SetNonblock(fd, true); err != nil {
			b.Fatal(err)
		}
		if err := l.Add(fd, sink(fd)); err != nil {
			b.Fatal(err)
		}
		fds[i] = fd
	}
	random := rand.New(rand.NewPCG(1, 2))
	request := []byte(get(12345, 0, delay, ""))
	var timer loop.Timer
	n := 0
	timer.Init(func() {
		if n == b.N {
			l.Stop()
			return
		}
		if _, err := unix.Write(fds[n%conns], request); err != nil {
			b.Error(err)
		}
		gap := int64(random.ExpFloat64() * float64(time.Second) / rate)
		if n++; n == b.N {
			gap = int64(100 * time.Millisecond) // until the last answer is there
		}
		l.At(&timer, timer.When()+gap)
	})
	l.At(&timer, loop.Clock())
	if err := l.Run(); err != nil {
		b.Fatal(err)
	}
}

// oneProcessor puts this process, and with it its children, on one processor.
func oneProcessor(b *testing.B) {
	var before, one unix.CPUSet
	if err := unix.SchedGetaffinity(0, &before); err != nil {
		b.Fatal(err)
	}
	for i := range 1024 {
		if before.IsSet(i) {
			one.Set(i)
			break
		}
	}
	tasks, err := os.ReadDir("/proc/self/task")
	if err != nil {
		b.Fatal(err)
	}
	for _, task := range tasks {
		var tid int
		if _, err := fmt.Sscan(task.Name(), &tid); err != nil {
			b.Fatal(err)
		}
		if err := unix.SchedSetaffinity(tid, &one); err != nil {
			b.Fatal(err)
		}
	}
}
