package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"assay/bench/workload"
	"assay/harness/certify"
	"assay/harness/certify/rows"
	"assay/harness/journal"
	"assay/harness/oracle"
)

// certifyOptions are the flags of certify.
type certifyOptions struct {
	laws          []string
	quick, others bool
	duration      time.Duration
	asJSON        bool
}

func newCertify(s streams) *cobra.Command {
	var o certifyOptions
	c := &cobra.Command{
		Use:     "certify",
		GroupID: measure,
		Short:   "measure how accurate the load generator is on this machine",
		Long: `Certify has the load generator load a server whose answer is known, the oracle, and compares
what it recorded with the law's closed form: fixed, two-point and exponential delays, a stall of 1 s in
every 5, and two queues; at 1,000, 10,000 and 30,000 requests a second over 1, 64 and 1,000
connections. Other generators that are installed (wrk, hey, ab, vegeta, fortio, bombardier) and a
client in C that spins are shown beside it on the same oracle.

Sentinels note when the processors paused. A cell is undecided where their pauses can have caused
all that is wrong in it, in length and in the share of requests that they met, or where the oracle
itself was late. After a take that did not keep the law the spinning client has the same cell, and the
cell is taken again: it is kept when a take is, or level when two takes were no later than the spinning client;
broken when three takes were, and none was fine; and undecided when four settle nothing.

The certificate is kept for this binary and this boot, and runs say that they are certified. All of it takes some
twelve minutes, --quick two or three, and longer where cells are taken again. Exit code 1: the generator saw
something else than the law; 3: in some cells that could not be told, as where others work on the machine meanwhile.`,
		Example: `  assay certify
  assay certify --quick
  assay certify --law stall,fixed --others=false --json | jq '.rows[].points'`,
		Args: exactly(),
		RunE: func(c *cobra.Command, _ []string) error { return runCertify(c.Context(), s, o) },
	}
	f := c.Flags()
	f.StringSliceVar(&o.laws, "law", nil, "only these laws: "+strings.Join(lawNames(), ", "))
	f.BoolVar(&o.quick, "quick", false, "1,000 requests a second over 64 connections only")
	f.BoolVar(&o.others, "others", true, "measure other installed generators too")
	f.DurationVar(&o.duration, "duration", 0, "of each cell, and a whole number of a stall's periods; 0: 10s, or 4s with --quick")
	f.BoolVar(&o.asJSON, "json", false, "the certificate as one object; times in ns")
	return c
}

// newOracle is the server whose answer is known: certify starts it.
func newOracle(s streams) *cobra.Command {
	return &cobra.Command{
		Use: "oracle", Hidden: true, DisableFlagParsing: true,
		Short:   "answer by a known law (started by certify)",
		Example: "  assay oracle -law stall:1s,5s",
		RunE: func(_ *cobra.Command, args []string) error {
			if code := oracle.Main(args, s.in, s.out, s.err); code != 0 {
				return &exitError{code, errors.Join(errQuiet, errors.New("oracle"))}
			}
			return nil
		},
	}
}

func lawNames() []string {
	names := make([]string, len(oracle.Kinds))
	for i, k := range oracle.Kinds {
		names[i] = string(k)
	}
	return names
}

// cells are what the flags ask for, and in words what they leave out.
func (o *certifyOptions) cells() (cells []certify.Cell, partial string, err error) {
	p := certify.Plan{Quick: o.quick}
	for _, name := range o.laws {
		if !slices.Contains(lawNames(), name) {
			return nil, "", fmt.Errorf("unknown law %q: did you mean %q? There are %s", name, workload.Nearest(name, lawNames()), strings.Join(lawNames(), ", "))
		}
		p.Laws = append(p.Laws, oracle.Kind(name))
	}
	if o.duration < 0 || o.duration > time.Hour {
		return nil, "", fmt.Errorf("duration %v: want up to an hour, like 10s", o.duration)
	}
	cells = p.Cells()
	for i := range cells {
		if o.duration > 0 {
			cells[i].Lasts(o.duration)
		}
	}
	var left []string
	if o.quick {
		left = append(left, "1,000/s over 64 connections only")
	}
	if len(o.laws) > 0 {
		left = append(left, "only "+strings.Join(o.laws, ", "))
	}
	if o.duration > 0 {
		left = append(left, fmt.Sprintf("%v a cell", o.duration))
	}
	return cells, strings.Join(left, "; "), nil
}

func runCertify(ctx context.Context, s streams, o certifyOptions) error {
	cells, partial, err := o.cells()
	if err != nil {
		return badInput(err)
	}
	self, err := os.Executable()
	if err != nil {
		return fmt.Errorf("cannot tell where this executable is: %w", err)
	}
	bin, err := binaries()
	if err != nil {
		return err
	}
	cert, err := certify.New(self, time.Now())
	if err != nil {
		return err
	}
	session, err := rows.New(rows.Session{
		Oracle: []string{self, "oracle"}, Generator: []string{self, "generator"}, Sentinel: []string{self, "sentinel"}, Bin: bin,
		Say: func(format string, args ...any) { fmt.Fprintf(s.err, format+"\n", args...) },
	})
	if err != nil {
		return err
	}
	others := func(c certify.Cell) bool { return o.others && c.Shows(o.quick) }
	fmt.Fprintln(s.err, "certify:", about(cells, others, session.Installed()))
	cert.Machine, cert.Partial = session.Machine(), partial
	err = session.Run(ctx, cells, others, func(r certify.Row) error {
		cert.Rows = append(cert.Rows, r)
		return nil
	})
	if err != nil {
		return err
	}
	cert.Conclude(rows.Ours)
	return concludeCertificate(s, o, cert)
}

// certificateOf says what is known of the accuracy of the generator in this executable, for the
// record of a run. That there is no certificate keeps no run from being made.
func certificateOf(self string) journal.Certificate {
	hash, err := certify.HashFile(self)
	var boot string
	if err == nil {
		boot, err = certify.BootID()
	}
	var found *certify.Certificate
	if err == nil {
		found, err = certify.Find(hash, boot)
	}
	if err != nil {
		return journal.Certificate{Says: "not certified: " + err.Error()}
	}
	c := journal.Certificate{Says: found.Says()}
	if found != nil {
		c.Made, c.Sum = found.Made.UTC(), found.Sum
	}
	return c
}

// about says how long the cells take, ours and the others generators', with its arithmetic.
func about(cells []certify.Cell, others func(certify.Cell) bool, installed int) string {
	var sum time.Duration
	ours, theirs := 0, 0
	for _, c := range cells {
		if c.NotMeant != "" {
			continue
		}
		ours++
		sum += c.Takes()
		if others(c) {
			theirs += installed
			sum += time.Duration(installed) * c.Takes()
		}
	}
	text := fmt.Sprintf("about %v: %d of %d cells can be meant", sum.Round(time.Second), ours, len(cells))
	if theirs > 0 {
		text += fmt.Sprintf(", and %d trials of %d other generators", theirs, installed)
	}
	if ours > 0 {
		text += fmt.Sprintf(", %v each", (sum / time.Duration(ours+theirs)).Round(100*time.Millisecond))
	}
	return text
}

// concludeCertificate keeps and shows the certificate; the error is its verdict.
func concludeCertificate(s streams, o certifyOptions, cert *certify.Certificate) error {
	path, err := cert.Save()
	if err != nil {
		return err
	}
	if o.asJSON {
		err = writeJSON(s.out, cert)
	} else {
		err = cert.Table(s.out)
		fmt.Fprintf(s.out, "\n%v\n%s: %s of binary %.12s on this boot, kept in %s\n", cert.Cells, rows.Ours, cert.Says(), cert.Binary, path)
	}
	if err != nil {
		return err
	}
	switch n := cert.Cells; {
	case cert.Certified:
		return nil
	case n.Broken > 0:
		return fmt.Errorf("not certified: in %d cells the generator saw something else than the law, in %d it saw the law, in %d it was level with a client that spins, %d are undecided", n.Broken, n.Kept, n.Level, n.Undecided)
	case len(cert.Rows) == n.NotMeant:
		return undecided(errors.New("nothing could be measured: no cell that was asked for can be meant"))
	case n.Kept > 0:
		return undecided(fmt.Errorf("certified except %d undecided: there the processors paused, or the oracle did not keep its law, or failed; in %d cells the generator saw the law, in %d it was level with a client that spins", n.Undecided, n.Kept, n.Level))
	}
	return undecided(fmt.Errorf("%d cells could not be decided: the processors paused, or the oracle did not keep its law, or failed", cert.Cells.Undecided))
}
