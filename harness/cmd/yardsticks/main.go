// Command yardsticks measures the suite's servers and its generator beside others of
// their kind and writes results/yardsticks: samples.jsonl, and README.md made of it.
package main

import (
	"context"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"os/signal"
	"path/filepath"
	"strings"
	"time"

	"assay/harness/yardstick"

	"golang.org/x/sys/unix"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, unix.SIGTERM)
	defer stop()
	code := 0
	if err := run(ctx, os.Args[1:], os.Stdin, os.Stdout, os.Stderr); err != nil {
		fmt.Fprintln(os.Stderr, "yardsticks:", err)
		code = exitCode(ctx, err)
	}
	os.Exit(code)
}

// exitCode is the suite's: 1 failed, 2 bad input, 130 interrupted.
func exitCode(ctx context.Context, err error) int {
	var bad badInput
	switch {
	case ctx.Err() != nil:
		return 130
	case errors.As(err, &bad):
		return 2
	}
	return 1
}

type badInput struct{ error }

func run(ctx context.Context, args []string, stdin io.Reader, stdout, stderr io.Writer) error {
	if len(args) == 1 && args[0] == "plain-net" {
		return yardstick.PlainNet(stdin, stdout)
	}
	self, err := os.Executable()
	if err != nil {
		return err
	}
	bin := filepath.Dir(self)
	b := yardstick.Default()
	b.Bin, b.Peers, b.Log = bin, filepath.Join(bin, "peers"), stderr
	f := flag.NewFlagSet("yardsticks", flag.ContinueOnError)
	f.SetOutput(stderr)
	out := f.String("out", "results/yardsticks", "folder for samples.jsonl and README.md")
	parts := f.String("parts", strings.Join(yardstick.Parts, ","), "what to measure; besides there is "+yardstick.Models)
	table := f.Bool("table", false, "measure nothing: make README.md anew from samples.jsonl")
	f.IntVar(&b.Blocks, "blocks", b.Blocks, "fresh processes of each group; six give an interval at 95 %")
	f.IntVar(&b.Trials, "trials", b.Trials, "alternations in a block")
	f.DurationVar(&b.Slice, "slice", b.Slice, "of one trial of a server")
	f.DurationVar(&b.Attack, "attack", b.Attack, "of one trial of a generator, in whole seconds")
	f.IntVar(&b.Slips, "slips", b.Slips, "alternations of the part slip")
	f.Float64Var(&b.Rate, "rate", b.Rate, "of the open loop, per second")
	f.Uint64Var(&b.Seed, "seed", b.Seed, "of the order of trials")
	if err := f.Parse(args); err != nil {
		return badInput{err}
	}
	b.Only = strings.Split(*parts, ",")
	if err := check(b, f.Args()); err != nil {
		return badInput{err}
	}
	samples := filepath.Join(*out, "samples.jsonl")
	if !*table {
		if err := measure(ctx, b, samples, command(args)); err != nil {
			return err
		}
	}
	return render(samples, filepath.Join(*out, "README.md"), stdout)
}

func command(args []string) string {
	return strings.Join(append([]string{"bin/yardsticks"}, args...), " ")
}

func check(b *yardstick.Bench, rest []string) error {
	switch {
	case len(rest) > 0:
		return fmt.Errorf("%q: yardsticks takes no arguments, only flags; see -h", rest)
	case b.Blocks < 1 || b.Trials < 1 || b.Slips < 1 || b.Slice <= 0 || b.Attack < time.Second || !(b.Rate > 0):
		return errors.New("blocks, trials, slips, slice and rate must be above 0, attack at least 1s")
	}
	return yardstick.CheckParts(b.Only)
}

// header is the first line of a file of samples.
type header struct {
	Header yardstick.Header `json:"header"`
}

// measure writes each sample as soon as it is there: an interrupted run keeps what it has.
func measure(ctx context.Context, b *yardstick.Bench, path, command string) error {
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		return err
	}
	file, err := os.Create(path)
	if err != nil {
		return err
	}
	defer file.Close()
	lines := json.NewEncoder(file)
	machine, err := b.Machine(ctx)
	if err != nil {
		return err
	}
	if err := lines.Encode(header{yardstick.Header{Command: command, Machine: machine}}); err != nil {
		return err
	}
	b.Keep = func(s yardstick.Sample) error { return lines.Encode(s) }
	return errors.Join(b.Run(ctx), file.Close())
}

// render makes the table of a file of samples.
func render(from, to string, stdout io.Writer) error {
	file, err := os.Open(from)
	if err != nil {
		return badInput{err}
	}
	defer file.Close()
	h, samples, err := yardstick.Read(file)
	if err != nil {
		return badInput{fmt.Errorf("%s: %w", from, err)}
	}
	var text strings.Builder
	if err := yardstick.Table(&text, h, samples); err != nil {
		return err
	}
	if err := os.WriteFile(to, []byte(text.String()), 0o644); err != nil {
		return err
	}
	_, err = fmt.Fprintf(stdout, "%s\n%s\n", text.String(), to)
	return err
}
