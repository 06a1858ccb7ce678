package backend

import (
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"os/signal"
	"runtime"
	"slices"
	"strings"

	"golang.org/x/sys/unix"
)

// Main is the process: it prints "listening A,B,C" on stdout and serves until the
// end of stdin, SIGTERM or SIGINT. It returns the exit code: 0, 1 when it cannot serve, 2 for a bad argument.
func Main(args []string, stdin io.Reader, stdout, stderr io.Writer) int {
	o, err := options(args, stderr)
	if errors.Is(err, flag.ErrHelp) {
		return 0
	}
	if err != nil {
		fmt.Fprintln(stderr, err)
		return 2
	}
	if err := run(o, stdin, stdout); err != nil {
		fmt.Fprintln(stderr, err)
		return 1
	}
	return 0
}

func options(args []string, stderr io.Writer) (Options, error) {
	o := Options{Nonce: os.Getenv("ASSAY_NONCE")}
	f := flag.NewFlagSet("backend", flag.ContinueOnError)
	f.SetOutput(stderr)
	count := f.Int("count", 1, "how many backends")
	host := f.String("host", "127.0.0.1", "the address they listen on, each at a free port")
	listen := f.String("listen", "", "host:port of each, separated by commas, instead of count and host")
	f.DurationVar(&o.Spin, "spin", 0, "how long before an answer is due to poll instead of sleep")
	if err := f.Parse(args); err != nil {
		return o, err
	}
	switch {
	case f.NArg() > 0:
		return o, fmt.Errorf("backend: argument %q: want options only", f.Arg(0))
	case *listen != "":
		o.Listen = strings.Split(*listen, ",")
	case *count < 1 || *count > 64:
		return o, fmt.Errorf("backend: -count %d: want 1 to 64", *count)
	default:
		o.Listen = slices.Repeat([]string{*host + ":0"}, *count)
	}
	return o, nil
}

func run(o Options, stdin io.Reader, stdout io.Writer) error {
	// With no processor to spare, Go's monitor takes the sleeping loop's away and
	// must be woken when the loop returns: lateness that the backend would add to every delay.
	runtime.GOMAXPROCS(max(runtime.GOMAXPROCS(0), 2))
	s, err := New(o)
	if err != nil {
		return err
	}
	if _, err := fmt.Fprintf(stdout, "listening %s\n", strings.Join(s.Addrs(), ",")); err != nil {
		return errors.Join(fmt.Errorf("backend: say where it listens: %w", err), s.Close())
	}
	signals := make(chan os.Signal, 1)
	signal.Notify(signals, unix.SIGTERM, os.Interrupt)
	defer signal.Stop(signals)
	go func() {
		<-signals
		s.Stop()
	}()
	go func() {
		_, _ = io.Copy(io.Discard, stdin) // an error ends it as the end does
		s.Stop()
	}()
	return errors.Join(s.Run(), s.Close())
}
