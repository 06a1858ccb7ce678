package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/signal"
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"
	"golang.org/x/sys/unix"

	"assay/bench/workload"
)

// The groups that help is sorted into.
const (
	measure = "measure"
	read    = "read"
	know    = "know"
)

// streams are what a verb reads and writes, and the words it was called with.
type streams struct {
	in       io.Reader
	out, err io.Writer
	args     []string
}

// run is the whole command: it returns the exit code.
func run(args []string, stdin io.Reader, stdout, stderr io.Writer) int {
	ctx, stop := watchSignals()
	defer stop()
	root := newRoot(streams{stdin, stdout, stderr, args})
	root.SetArgs(args)
	root.SetIn(stdin)
	root.SetOut(stdout)
	root.SetErr(stderr)
	return exitCode(ctx, root.ExecuteContext(ctx), stderr)
}

// watchSignals ends the context at the first SIGINT, SIGTERM or SIGHUP (the terminal is
// gone); a second one kills the process as usual. Under nohup a SIGHUP stays ignored.
func watchSignals() (ctx context.Context, stop func()) {
	ctx, cancel := context.WithCancelCause(context.Background())
	signals := make(chan os.Signal, 1)
	ends := []os.Signal{os.Interrupt, unix.SIGTERM}
	if !signal.Ignored(unix.SIGHUP) {
		ends = append(ends, unix.SIGHUP)
	}
	signal.Notify(signals, ends...)
	go func() {
		select {
		case <-signals:
			signal.Stop(signals)
			cancel(errInterrupted)
		case <-ctx.Done():
		}
	}()
	return ctx, func() {
		signal.Stop(signals)
		cancel(nil)
	}
}

func newRoot(s streams) *cobra.Command {
	root := &cobra.Command{
		Use:   "assay",
		Short: "measures how a server's way to wait changes what the same work costs",
		Long: `assay serves one workload through many ways to wait (threads, goroutines, callbacks, pools),
measures each as a process of its own, and says how they compare, with intervals.

Exit codes of all verbs: 0 done; 1 a check failed, a regression, or trials that failed or are INVALID;
2 bad input; 3 cannot be decided; 130 interrupted.`,
		Example: `  assay run --profile quick
  assay run --workload fanout --set cpu=200us --models goroutine,reactor
  assay run --server 'mine=./mysvc --port {port}' --url-path /hello
  assay list models`,
		SilenceUsage: true, SilenceErrors: true,
		Args: cobra.ArbitraryArgs,
		RunE: func(c *cobra.Command, args []string) error {
			if len(args) == 0 {
				return c.Help()
			}
			return unknownVerb(c, args[0])
		},
	}
	root.AddGroup(
		&cobra.Group{ID: measure, Title: "Measure:"},
		&cobra.Group{ID: read, Title: "Read:"},
		&cobra.Group{ID: know, Title: "Know:"},
	)
	root.SetHelpCommandGroupID(know)
	root.SetCompletionCommandGroupID(know)
	root.SetFlagErrorFunc(flagError)
	for _, verb := range []func(streams) *cobra.Command{
		newRun, newTune, newLoad, newServe, newCheck, newTrace,
		newReport, newValidity, newCompare, newVerify, newPublish,
		newList, newShape, newDoctor, newSimulate,
		newGenerator, newBackend, newSentinel, newCertify, newOracle,
	} {
		root.AddCommand(verb(s))
	}
	root.InitDefaultHelpCmd()
	root.InitDefaultCompletionCmd(s.args...)
	for _, c := range root.Commands() {
		switch c.Name() {
		case "help":
			c.Args = helped
		case "completion":
			c.Args, c.RunE = cobra.ArbitraryArgs, completed
		}
	}
	return root
}

// helped wants the words behind help to be a verb, if there are any.
func helped(c *cobra.Command, args []string) error {
	if found, rest, err := c.Root().Find(args); err != nil || found == c.Root() && len(rest) > 0 {
		return unknownVerb(c.Root(), args[0])
	}
	return nil
}

// completed is completion without a shell that it knows.
func completed(c *cobra.Command, args []string) error {
	if len(args) == 0 {
		return c.Help()
	}
	shells := verbs(c)
	return badInput(fmt.Errorf("unknown shell %q: did you mean %q? There are %s",
		args[0], workload.Nearest(args[0], shells), strings.Join(shells, ", ")))
}

// unknownVerb names the nearest verb.
func unknownVerb(root *cobra.Command, verb string) error {
	names := verbs(root)
	return badInput(fmt.Errorf("unknown verb %q: did you mean %q? There are %s",
		verb, workload.Nearest(verb, names), strings.Join(names, ", ")))
}

// verbs are the names of a command's visible subcommands.
func verbs(c *cobra.Command) []string {
	var names []string
	for _, sub := range c.Commands() {
		if !sub.Hidden {
			names = append(names, sub.Name())
		}
	}
	return names
}

// flagError names the nearest known flag where one is unknown, and what a flag wants
// where its value is of another kind.
func flagError(c *cobra.Command, err error) error {
	var invalid *pflag.InvalidValueError
	if errors.As(err, &invalid) {
		if f := invalid.GetFlag(); wanted[f.Value.Type()] != "" {
			err = fmt.Errorf("--%s %q: want %s", f.Name, invalid.GetValue(), wanted[f.Value.Type()])
		}
	}
	var unknown *pflag.NotExistError
	if !errors.As(err, &unknown) {
		return badInput(fmt.Errorf("%w; see %s --help", err, c.CommandPath()))
	}
	var names []string
	c.Flags().VisitAll(func(f *pflag.Flag) { names = append(names, f.Name) })
	name := unknown.GetSpecifiedName()
	return badInput(fmt.Errorf("%s has no option --%s: did you mean --%s? See %s --help",
		c.Name(), name, workload.Nearest(name, names), c.CommandPath()))
}

// wanted is what flags of a type take, for people.
var wanted = map[string]string{
	"float64": "a number", "int": "a whole number", "uint64": "a whole number, 0 or more",
	"duration": "a duration like 300ms or 10s", "bool": "true or false",
}
