package rows

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"time"

	"assay/harness/certify"
	"assay/harness/proc"
	"assay/harness/yardstick"
)

// Rival is another generator: how it is called and read. In Argv the words in braces are
// yardstick.Generator's.
type Rival struct {
	Name   string
	Closed bool // it knows no rate: its next request waits for the last answer
	Argv   []string
	Then   []string // a second command that prints what Read reads
	Read   func(out []byte) (Told, error)
}

// Told is what a generator says of itself. Times are in ns.
type Told struct {
	Rate             float64 // answers per second
	Quantiles        map[float64]float64
	SlipP50, SlipP99 float64 // of the generator itself, where it knows; 0: it does not
	Service          map[float64]float64
	Errors           uint64
	Count            int64         // of response times; 0: the oracle's is taken
	Bars             []certify.Bar // all response times, where it tells them; else nil
}

// Spinner is the yardstick of what the machine allows: a client in C that spins. It is warmed up as
// ours is, and tells its response times in ten thousand steps.
var Spinner = Rival{
	Name: certify.Spinner, Read: readSpin,
	Argv: []string{"spin", "{addr}", "/", "{conns}", "{rate}", "{seconds}", "{arrivals}", "2", "{warm}", "10000"},
}

// Rivals are the generators that are looked for.
var Rivals = []Rival{
	Spinner,
	known("vegeta"),
	known("fortio"),
	known("bombardier"),
	known("hey"),
	{Name: "wrk", Closed: true, Argv: []string{"wrk", "-t1", "-c{conns}", "-d{seconds}s", "--latency", "{url}"}, Read: readWrk},
	{Name: "ab", Closed: true, Argv: []string{"ab", "-k", "-q", "-c", "{conns}", "-t", "{seconds}", "-n", "10000000", "{url}"}, Read: readAB},
}

// known is a generator that the yardsticks know to call and to read.
func known(name string) Rival {
	for _, g := range yardstick.Open {
		if g.Name == name {
			return Rival{Name: name, Argv: g.Argv, Then: g.Then, Read: func(out []byte) (Told, error) {
				v, err := g.Read(out)
				if err != nil {
					return Told{}, err
				}
				return fromValues(v)
			}}
		}
	}
	return Rival{Name: name, Read: func([]byte) (Told, error) { return Told{}, errors.New("nobody knows how to call it") }}
}

// Rival measures another generator in a cell; installed is false where it is not found.
func (s *Session) Rival(ctx context.Context, r Rival, c certify.Cell) (row certify.Row, installed bool) {
	row = certify.NewRow(r.Name, c)
	if r.Name != Spinner.Name {
		row.Arrivals = "constant"
	}
	if r.Closed {
		row.Arrivals = "closed"
	}
	if len(r.Argv) == 0 || r.missing(s) {
		return row, false
	}
	s.Say("          %s", r.Name)
	o, err := s.rival(ctx, r, c)
	if err != nil {
		return row.Failed(err), true
	}
	return row.Show(c, o, certify.DefaultBound), true
}

// Installed is how many of the Rivals are there to be measured.
func (s *Session) Installed() (n int) {
	for _, r := range Rivals {
		if len(r.Argv) > 0 && !r.missing(s) {
			n++
		}
	}
	return n
}

func (r *Rival) missing(s *Session) bool {
	name := r.Argv[0]
	if name == "sh" {
		name = r.Name
	}
	_, err := s.find(name)
	return err != nil
}

func (s *Session) rival(ctx context.Context, r Rival, c certify.Cell) (o certify.Outcome, err error) {
	srv, err := s.start(ctx, c.Law)
	if err != nil {
		return o, err
	}
	defer srv.Stop(proc.Grace)
	dir, err := os.MkdirTemp("", "certify")
	if err != nil {
		return o, err
	}
	defer os.RemoveAll(dir)
	seconds := int(max(1, c.Duration.Seconds()))
	path, _ := s.find(r.Name)
	fill := strings.NewReplacer(
		"{url}", "http://"+srv.addr+"/", "{addr}", srv.addr, "{conns}", strconv.Itoa(c.Conns),
		"{rate}", fmt.Sprintf("%.0f", c.Rate), "{each}", fmt.Sprintf("%.0f", c.Rate/float64(c.Conns)),
		"{seconds}", strconv.Itoa(seconds), "{ms}", strconv.Itoa(seconds*1000), "{tmp}", filepath.Join(dir, "out"),
		"{vegeta}", path, "{arrivals}", c.Arrivals(), "{warm}", strconv.FormatFloat(warmUp.Seconds(), 'f', -1, 64),
	)
	ctx, cancel := context.WithTimeout(ctx, c.Duration+20*time.Second)
	defer cancel()
	out, err := s.output(ctx, dir, r.Argv, fill)
	if err == nil && r.Then != nil {
		out, err = s.output(ctx, dir, r.Then, fill)
	}
	if err != nil {
		return o, err
	}
	told, err := r.Read(out)
	if err != nil {
		return o, fmt.Errorf("%s: %w", r.Name, err)
	}
	if o.Oracle, err = srv.stats(ctx, "/-/stats"); err != nil {
		return o, err
	}
	o.Achieved, o.Errors, o.SlipP50, o.SlipP99 = told.Rate, told.Errors, told.SlipP50, told.SlipP99
	o.Response = certify.Seen{Count: cmp.Or(told.Count, int64(o.Oracle.Requests)), Quantiles: told.Quantiles, Bars: told.Bars}
	o.Service.Quantiles = told.Service
	return o, nil
}

// output runs a command on the load's processors and gives what it printed.
func (s *Session) output(ctx context.Context, dir string, argv []string, fill *strings.Replacer) ([]byte, error) {
	command := make([]string, len(argv))
	for i, a := range argv {
		command[i] = fill.Replace(a)
	}
	path, err := s.find(command[0])
	if err != nil {
		return nil, err
	}
	command[0] = path
	p, err := proc.Start(proc.Spec{Name: argv[0], Argv: command, CPUs: s.load, Log: filepath.Join(dir, "log")})
	if err != nil {
		return nil, err
	}
	defer p.Stop(proc.Grace)
	stop := context.AfterFunc(ctx, func() { p.Stop(0) })
	defer stop()
	out, err := io.ReadAll(p.Stdout)
	if err == nil {
		<-p.Done()
		if p.ExitCode() != 0 && len(out) == 0 {
			err = errors.New(p.Exit())
		}
	}
	if err == nil {
		err = ctx.Err()
	}
	if err != nil {
		return nil, fmt.Errorf("%s: %w: %.300s", strings.Join(command, " "), err, p.LogTail())
	}
	return out, nil
}

// find is where a command is: in the folder of binaries, of its peers, or in PATH. There is
// another spin there on some machines, so ours is not looked for in PATH.
func (s *Session) find(name string) (string, error) {
	for _, dir := range []string{s.Bin, filepath.Join(s.Bin, "peers")} {
		path := filepath.Join(dir, name)
		if _, err := os.Stat(path); err == nil && s.Bin != "" {
			return path, nil
		}
	}
	if name == Spinner.Name {
		return "", exec.ErrNotFound
	}
	return exec.LookPath(name)
}
