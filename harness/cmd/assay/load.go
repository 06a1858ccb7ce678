package main

import (
	"errors"
	"fmt"
	"io"
	"maps"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"assay/bench/workload"
	"assay/harness/load"
)

func newLoad(s streams) *cobra.Command {
	var o load.Options
	var asJSON bool
	c := &cobra.Command{
		Use:     "load URL",
		GroupID: measure,
		Short:   "load one URL and say how long its answers took",
		Long: `Load asks one URL again and again from one event loop and prints rates, errors and times:
response time from the intended send (free of coordinated omission), service time from the
actual send, and slip, how late the generator itself was. Without --rate it is a closed loop:
each connection sends its next request after the last answer, which measures capacity, not
latency under load.`,
		Example: `  assay load http://127.0.0.1:8080/echo --rate 2000 --conns 64 --duration 10s
  assay load http://127.0.0.1:8080/echo --conns 64
  assay load http://127.0.0.1:8080/echo --rate 500 --arrivals constant --json | jq .response_ns.p99`,
		Args: exactly("URL"),
		RunE: func(c *cobra.Command, args []string) error {
			o.URL = args[0]
			if err := checkLoad(&o); err != nil {
				return badInput(err)
			}
			p := newProgress(s.err)
			if !asJSON {
				o.Progress = func(x load.Progress) { p.show(loadLine(x)) }
			}
			sum, err := load.Run(c.Context(), o)
			p.done()
			if err != nil && sum.Requests == 0 {
				return err
			}
			return errors.Join(writeSummary(s, sum, asJSON), err, noAnswer(sum))
		},
	}
	f := c.Flags()
	f.Float64Var(&o.Rate, "rate", 0, "requests per second on a schedule of their own; 0: closed loop")
	f.StringVar(&o.Arrivals, "arrivals", "poisson", "poisson, constant or burst")
	f.IntVar(&o.Burst, "burst", 0, "requests at an instant, with --arrivals burst")
	f.IntVar(&o.Conns, "conns", 64, "connections that carry requests")
	f.IntVar(&o.Idle, "idle", 0, "further connections that stay silent")
	f.BoolVar(&o.NewConns, "new-conns", false, "a connection per request")
	f.DurationVar(&o.Duration, "duration", 10*time.Second, "of the measurement")
	f.DurationVar(&o.Warmup, "warmup", 0, "load before it that is thrown away")
	f.DurationVar(&o.Ramp, "ramp", 0, "over which the connections are opened")
	f.DurationVar(&o.Drain, "drain", 2*time.Second, "wait for the last answers")
	f.DurationVar(&o.Timeout, "timeout", 0, "of a request; 0: the end of the drain")
	f.Uint64Var(&o.Seed, "seed", 0, "of the schedule; 0: drawn")
	f.IntVar(&o.Loops, "loops", 1, "event loops, a thread each")
	f.BoolVar(&asJSON, "json", false, "one object; times in ns")
	return c
}

// arrivals are the schedules of an open loop.
var arrivals = []string{"poisson", "constant", "burst"}

// The most that load takes: a loop is a thread, and the requests of an instant wait in memory.
const (
	mostLoops = 256
	mostBurst = 1_000_000
)

// checkLoad refuses what cannot be meant, before anything is sent.
func checkLoad(o *load.Options) error {
	switch {
	case !slices.Contains(arrivals, o.Arrivals):
		return fmt.Errorf("unknown arrivals %q: did you mean %q? There are poisson, constant and burst", o.Arrivals, workload.Nearest(o.Arrivals, arrivals))
	case !(o.Rate >= 0 && o.Rate <= 1e7):
		return fmt.Errorf("rate %v: want requests per second from 0 (closed loop) to 10000000", o.Rate)
	case o.Conns < 1 || o.Idle < 0:
		return fmt.Errorf("conns %d, idle %d: want at least one connection, and none below zero", o.Conns, o.Idle)
	case o.Duration <= 0:
		return fmt.Errorf("duration %v: want more than nothing, like 10s", o.Duration)
	case o.Warmup < 0 || o.Ramp < 0 || o.Drain <= 0 || o.Timeout < 0:
		return fmt.Errorf("warmup %v, ramp %v, drain %v, timeout %v: none can be negative, and the drain needs time", o.Warmup, o.Ramp, o.Drain, o.Timeout)
	case o.Loops < 1 || o.Loops > mostLoops:
		return fmt.Errorf("loops %d: want 1 to %d, a processor each", o.Loops, mostLoops)
	case o.Arrivals != "burst" && o.Burst != 0:
		return fmt.Errorf("burst %d: it belongs to --arrivals burst", o.Burst)
	case o.Arrivals == "burst" && (o.Burst < 1 || o.Burst > mostBurst || o.Rate == 0):
		return fmt.Errorf("burst %d at rate %v: --arrivals burst wants --burst from 1 to %d, and a --rate", o.Burst, o.Rate, mostBurst)
	case o.Rate > 0 && o.Rate*o.Duration.Seconds() < 1:
		return fmt.Errorf("rate %v over %v is less than one request: lengthen the duration or raise the rate", o.Rate, o.Duration)
	}
	return checkURL(o.URL)
}

// noAnswer is the verdict on a load that got nothing right.
func noAnswer(s load.Summary) error {
	if s.Requests > 0 && s.Response.Count == 0 || s.Achieved == 0 {
		return errors.New("no request got a right answer")
	}
	return nil
}

func loadLine(p load.Progress) string {
	what := "load"
	if p.Warmup {
		what = "warm-up"
	}
	return fmt.Sprintf("%s %v/%v  %d sent, %d answered, %d failed, %d waiting", what, p.Elapsed.Round(time.Second), p.Of, p.Requests, p.Answers, p.Faults, p.Queued)
}

func writeSummary(s streams, sum load.Summary, asJSON bool) error {
	if asJSON {
		return writeJSON(s.out, sum)
	}
	return summaryText(s.out, sum)
}

func summaryText(w io.Writer, s load.Summary) error {
	offered := "closed loop"
	if s.Offered > 0 {
		offered = fmt.Sprintf("%.1f/s offered", s.Offered)
	}
	if _, err := fmt.Fprintf(w, "%s, %.1f/s achieved, %d requests\n", offered, s.Achieved, s.Requests); err != nil {
		return err
	}
	for _, kind := range slices.Sorted(maps.Keys(s.Errors)) {
		fmt.Fprintf(w, "errors: %d %s\n", s.Errors[kind], kind)
	}
	fmt.Fprintf(w, "%-10s%12s%12s%12s%12s%12s\n", "", "p50", "p90", "p99", "p99.9", "max")
	for _, row := range []struct {
		name string
		q    load.Quantiles
	}{{"response", s.Response}, {"service", s.Service}, {"slip", s.Slip}} {
		fmt.Fprintf(w, "%-10s", row.name)
		for _, ns := range []int64{row.q.P50, row.q.P90, row.q.P99, row.q.P999, row.q.Max} {
			fmt.Fprintf(w, "%12v", brief(time.Duration(ns)))
		}
		fmt.Fprintln(w)
	}
	for _, n := range s.Notes {
		fmt.Fprintln(w, "– "+n)
	}
	return nil
}

// brief keeps three or four digits of a time.
func brief(d time.Duration) time.Duration {
	for _, unit := range []time.Duration{time.Second, time.Millisecond, time.Microsecond} {
		if d >= unit {
			return d.Round(unit / 100)
		}
	}
	return d
}

// checkURL wants what the generator speaks: HTTP/1.1 in the clear.
func checkURL(text string) error {
	u, err := url.Parse(text)
	switch {
	case err != nil:
		return fmt.Errorf("URL %q: %w", text, err)
	case u.Scheme != "http" || u.Hostname() == "":
		return fmt.Errorf("URL %q: want http://host:port/path", text)
	case u.User != nil:
		return fmt.Errorf("URL %q: a name and password are not sent; leave them out", text)
	case strings.ContainsFunc(u.RequestURI(), func(r rune) bool { return r <= ' ' || r > '~' }):
		return fmt.Errorf("URL %q: percent-encode blanks and what is beyond ASCII", text)
	}
	if port := u.Port(); port != "" {
		if n, err := strconv.Atoi(port); err != nil || n < 1 || n > 65535 {
			return fmt.Errorf("URL %q: want a port from 1 to 65535", text)
		}
	}
	return nil
}
