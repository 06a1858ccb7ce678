package rows

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"runtime"
	"strings"
	"time"

	hdr "github.com/HdrHistogram/hdrhistogram-go"
	"golang.org/x/sys/unix"

	"assay/harness/certify"
	"assay/harness/load"
	"assay/harness/oracle"
	"assay/harness/proc"
	"assay/harness/trial"
)

// Ours is the name of assay's generator in rows.
const Ours = "assay"

// Session measures with one pair of commands on one machine.
type Session struct {
	Oracle    []string // command line that starts package oracle's Main; options are added
	Generator []string // command line that starts load.Serve
	Sentinel  []string // command line that starts package sentinel's Main; none: nobody watches for pauses
	Bin       string   // folder that is looked into for other generators, before PATH
	Log       string   // file for what the children say; "": stderr
	Say       func(format string, args ...any)

	load, server []int // processors
}

// New splits the processors as a campaign does.
func New(s Session) (*Session, error) {
	cpus, err := proc.Processors()
	if err != nil {
		return nil, err
	}
	s.load, s.server = proc.Split(cpus)
	if s.Say == nil {
		s.Say = func(string, ...any) {}
	}
	return &s, nil
}

// Machine says in words what is measured on.
func (s *Session) Machine() []string {
	var u unix.Utsname
	kernel := "unknown kernel"
	if err := unix.Uname(&u); err == nil {
		kernel = unix.ByteSliceToString(u.Sysname[:]) + " " + unix.ByteSliceToString(u.Release[:])
	}
	where := fmt.Sprintf("oracle on processors %v, generators on %v", s.server, s.load)
	if len(s.load) > 0 && len(s.server) > 0 && s.load[0] == s.server[0] {
		where = fmt.Sprintf("oracle and generators share processor %d: nothing measured here is worth much", s.load[0])
	}
	return []string{fmt.Sprintf("%s, loopback; %s, %s", where, kernel, runtime.Version())}
}

// Run measures the cells with our generator, and those that others asks with the others. keep
// gets each row as soon as it is there. The error is ctx's or keep's: a cell that fails is a row.
func (s *Session) Run(ctx context.Context, cells []certify.Cell, others func(certify.Cell) bool, keep func(certify.Row) error) error {
	for i, c := range cells {
		if c.NotMeant == "" {
			s.Say("cell %d/%d  %s at %.0f/s over %d connections", i+1, len(cells), c.Law, c.Rate, c.Conns)
		}
		if err := keep(s.Cell(ctx, c)); err != nil {
			return err
		}
		if c.NotMeant == "" && others(c) {
			for _, r := range Rivals {
				row, installed := s.Rival(ctx, r, c)
				if !installed {
					continue
				}
				if err := keep(row); err != nil {
					return err
				}
			}
		}
		if err := ctx.Err(); err != nil {
			return err
		}
	}
	return nil
}

// Cell measures our generator in one cell: again where a take is undecided for the machine's sake, and
// again where the law is broken, because a generator that is wrong is wrong each time, and a machine that was busy
// with something else is not. A take that did not keep the law is followed by the client that spins, in the same cell,
// where it is there. A take that failed is the last.
func (s *Session) Cell(ctx context.Context, c certify.Cell) certify.Row {
	row := certify.NewRow(Ours, c)
	if c.NotMeant != "" {
		return row
	}
	return s.settle(c, row, func() (certify.Take, error) { return s.take(ctx, row, c) })
}

// settle takes until the cell is settled.
func (s *Session) settle(c certify.Cell, row certify.Row, take func() (certify.Take, error)) certify.Row {
	var takes []certify.Take
	for {
		t, err := take()
		if err != nil {
			return row.Failed(err)
		}
		takes = append(takes, t)
		r, settled := certify.Settle(c, takes, certify.DefaultBound)
		if settled {
			return r
		}
		s.Say("  %s; take %d of at most %d", r.Brief(), len(takes)+1, certify.MostTakes)
	}
}

// take measures once, and asks the client that spins where the law was not kept.
func (s *Session) take(ctx context.Context, row certify.Row, c certify.Cell) (t certify.Take, err error) {
	if t.Ours, err = s.ours(ctx, c); err != nil {
		return t, err
	}
	t.Row = row.Judge(c, t.Ours, certify.DefaultBound)
	if t.Row.Verdict == certify.Kept || Spinner.missing(s) {
		return t, nil
	}
	s.Say("  the law was not kept: now the client that spins")
	spin, err := s.rival(ctx, Spinner, c)
	if err != nil {
		s.Say("  which failed: %v", err)
		return t, ctx.Err()
	}
	t.Spin = &spin
	return t, nil
}

// warmUp is load before the measurement, which neither side counts.
const warmUp = 300 * time.Millisecond

func (s *Session) ours(ctx context.Context, c certify.Cell) (o certify.Outcome, err error) {
	srv, err := s.start(ctx, c.Law)
	if err != nil {
		return o, err
	}
	defer srv.Stop(proc.Grace)
	g, err := load.Start(s.Generator, s.load, nil)
	if err != nil {
		return o, err
	}
	defer g.Close()
	slice := load.Command{Op: load.OpSlice, Rate: c.Rate, Arrivals: c.Arrivals(), Seed: 1}
	warm := slice
	warm.Duration, warm.Discard = int64(warmUp), true
	if _, err := g.Do(ctx, load.Command{Op: load.OpOpen, Addr: srv.addr, Conns: c.Conns, URLPath: "/", RampNanos: int64(c.Conns) * int64(50*time.Microsecond)}); err != nil {
		return o, err
	}
	if _, err := g.Do(ctx, warm); err != nil {
		return o, err
	}
	if _, err := srv.stats(ctx, "/-/reset"); err != nil {
		return o, err
	}
	watch := s.watch()
	defer watch.Close()
	slice.Duration, slice.Seed = int64(c.Duration), 2
	r, err := g.Do(ctx, slice)
	if err != nil {
		return o, err
	}
	o.Pauses = s.pauses(watch, r)
	if o.Oracle, err = srv.stats(ctx, "/-/stats"); err != nil {
		return o, err
	}
	return o, read(r.Load, &o)
}

// read turns a slice's figures into an outcome.
func read(f *trial.LoadFigures, o *certify.Outcome) error {
	if f == nil || len(f.Classes) != 1 {
		return errors.New("the generator tells of no requests")
	}
	var h [3]*hdr.Histogram
	for i, text := range []string{f.Classes[0].Response, f.Classes[0].Service, f.Classes[0].Slip} {
		var err error
		if h[i], err = hdr.Decode([]byte(text)); err != nil {
			return fmt.Errorf("the generator's histogram: %w", err)
		}
	}
	o.Response, o.Service = certify.FromHistogram(h[0]), certify.FromHistogram(h[1])
	o.SlipP50, o.SlipP99 = float64(h[2].ValueAtQuantile(50)), float64(h[2].ValueAtQuantile(99))
	o.Achieved = f.Achieved
	for _, n := range f.Errors {
		o.Errors += n
	}
	return nil
}

// server is a started oracle.
type server struct {
	*proc.Proc
	addr string
}

// readyWithin is how long an oracle may take to listen.
const readyWithin = 10 * time.Second

func (s *Session) start(ctx context.Context, law oracle.Law) (*server, error) {
	argv := append(append([]string{}, s.Oracle...), "-law", law.String())
	p, err := proc.Start(proc.Spec{Name: "oracle", Argv: argv, CPUs: s.server, Log: s.Log})
	if err != nil {
		return nil, err
	}
	ctx, cancel := context.WithTimeout(ctx, readyWithin)
	defer cancel()
	addr, err := p.Listening(ctx)
	if err != nil {
		p.Stop(0)
		return nil, err
	}
	return &server{p, addr}, nil
}

// stats asks the oracle what it did.
func (s *server) stats(ctx context.Context, path string) (got oracle.Stats, err error) {
	ctx, cancel := context.WithTimeout(ctx, readyWithin)
	defer cancel()
	r, err := http.NewRequestWithContext(ctx, http.MethodGet, "http://"+s.addr+path, nil)
	if err != nil {
		return got, err
	}
	client := http.Client{Transport: &http.Transport{DisableKeepAlives: true}}
	a, err := client.Do(r)
	if err != nil {
		return got, fmt.Errorf("ask the oracle what it did: %w", err)
	}
	defer a.Body.Close()
	text, err := io.ReadAll(io.LimitReader(a.Body, 1<<20))
	if err == nil {
		err = json.Unmarshal(text, &got)
	}
	if err != nil {
		return got, fmt.Errorf("what the oracle says of itself, %.80q: %w", strings.TrimSpace(string(text)), err)
	}
	return got, nil
}
