package oracle

import (
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"os/signal"
	"runtime"
	"runtime/debug"
	"time"

	"golang.org/x/sys/unix"
)

// memoryLimit is where the collector sets in although it is off, bytes.
const memoryLimit = 1 << 30

// Main is the oracle as a child process. It prints "listening HOST:PORT", serves until the end
// of stdin, SIGTERM or SIGINT, and prints its Stats as a line of JSON. It returns the exit code: 2 for
// a bad option, 1 for a failure. GET /-/stats gives the same at any time, and GET /-/reset
// begins anew after it.
func Main(args []string, stdin io.Reader, stdout, stderr io.Writer) int {
	f := flag.NewFlagSet("oracle", flag.ContinueOnError)
	f.SetOutput(stderr)
	text := f.String("law", "fixed:10ms", "how long answers take: "+forms)
	addr := f.String("listen", "127.0.0.1:0", "IPv4 host:port")
	seed := f.Uint64("seed", 1, "of the law's draws")
	spin := f.Duration("spin", 5*time.Millisecond, "poll this long after the last event and before the next departure")
	if err := f.Parse(args); err != nil {
		return 2
	}
	law, err := Parse(*text)
	if err == nil && (f.NArg() > 0 || *spin < 0) {
		err = fmt.Errorf("arguments %q, spin %v: want none, and none below 0", f.Args(), *spin)
	}
	if err != nil {
		fmt.Fprintln(stderr, "oracle:", err)
		return 2
	}
	if err := serve(*addr, law, *seed, *spin, stdin, stdout); err != nil {
		fmt.Fprintln(stderr, "oracle:", err)
		return 1
	}
	return 0
}

func serve(addr string, law Law, seed uint64, spin time.Duration, stdin io.Reader, stdout io.Writer) error {
	defer debug.SetMemoryLimit(debug.SetMemoryLimit(memoryLimit))
	defer debug.SetGCPercent(debug.SetGCPercent(-1)) // a collection would be part of a delay
	if runtime.GOMAXPROCS(0) < 2 {
		runtime.GOMAXPROCS(2) // with none to spare, the runtime takes a sleeper's away
	}
	s, err := New(addr, law, seed)
	if err != nil {
		return err
	}
	defer s.Close()
	s.Spin = spin
	if _, err := fmt.Fprintf(stdout, "listening %s\n", s.Addr()); err != nil {
		return err
	}
	end := make(chan os.Signal, 1)
	signal.Notify(end, unix.SIGTERM, os.Interrupt)
	defer signal.Stop(end)
	over := make(chan struct{})
	go func() {
		select {
		case <-end:
			s.Stop()
		case <-over:
		}
	}()
	go func() {
		_, _ = io.Copy(io.Discard, stdin) // its end and its failure mean the same
		s.Stop()
	}()
	err = s.Run()
	close(over)
	return errors.Join(err, json.NewEncoder(stdout).Encode(s.Stats()))
}
