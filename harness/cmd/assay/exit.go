package main

import (
	"context"
	"errors"
	"fmt"
	"io"

	"github.com/spf13/cobra"
	"golang.org/x/sys/unix"
)

// The exit codes of every verb.
const (
	exitFailed      = 1   // a check failed, a regression, or trials that failed
	exitBadInput    = 2   // the command line or a file it names is wrong
	exitUndecided   = 3   // what there is cannot decide the question
	exitInterrupted = 130 // SIGINT; what was finished is kept
)

// exitError is an error with the exit code that it means.
type exitError struct {
	code int
	err  error
}

func (e *exitError) Error() string { return e.err.Error() }
func (e *exitError) Unwrap() error { return e.err }

func badInput(err error) error  { return &exitError{exitBadInput, err} }
func undecided(err error) error { return &exitError{exitUndecided, err} }

// errQuiet is wrapped by an error whose message has been printed already.
var errQuiet = errors.New("reported above")

// errInterrupted is the cause of a context that a signal ended.
var errInterrupted = errors.New("interrupted")

// exitCode prints the error of a verb and gives the exit code. An error without a
// code of its own means 1; any error after a signal means that it came of it.
func exitCode(ctx context.Context, err error, stderr io.Writer) int {
	if err == nil {
		return 0
	}
	code := exitFailed
	var coded *exitError
	switch {
	case errors.Is(err, context.Canceled) && errors.Is(context.Cause(ctx), errInterrupted):
		code, err = exitInterrupted, errInterrupted
	case errors.As(err, &coded):
		code = coded.code
	}
	if errors.Is(err, unix.EMFILE) {
		err = fmt.Errorf("%w; raise the limit of descriptors: ulimit -n 4096", err)
	}
	if !errors.Is(err, errQuiet) {
		fmt.Fprintf(stderr, "assay: %v\n", err)
	}
	return code
}

// exactly wants n arguments, named for the message.
func exactly(names ...string) cobra.PositionalArgs {
	return func(c *cobra.Command, args []string) error {
		if len(args) == len(names) {
			return nil
		}
		want := "no argument"
		if len(names) > 0 {
			want = "the arguments"
			for _, n := range names {
				want += " " + n
			}
		}
		return badInput(fmt.Errorf("%s takes %s, got %d; see assay %s --help", c.Name(), want, len(args), c.Name()))
	}
}
