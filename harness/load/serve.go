package load

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
)

// Serve is the generator as a child process: it obeys the commands that come as
// JSON lines on stdin, in their order, and writes one reply a line to stdout. find gives
// the workloads, bench/catalog.Find as a rule.
//
// It returns nil at the end of stdin, at once even in the middle of a slice, so
// that it never outlives its parent. An error is a line that is no command, or a
// stdout that cannot be written.
func Serve(stdin io.Reader, stdout io.Writer, find Finder) (err error) {
	g, err := NewGenerator(find, 1)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, g.Close()) }()
	ctx, cancel := context.WithCancel(context.Background())
	defer cancel()
	commands, ended := receive(ctx, stdin)
	done := make(chan error, 1)
	go func() { done <- obey(ctx, g, commands, stdout) }()
	select {
	case err = <-done:
		return err
	case err = <-ended:
		cancel() // a slice that runs is cut short, and its reply finds no reader
		return errors.Join(err, <-done)
	}
}

// receive decodes commands in the background. ended gets nil at the end of stdin.
func receive(ctx context.Context, stdin io.Reader) (<-chan Command, <-chan error) {
	commands, ended := make(chan Command), make(chan error, 1)
	go func() {
		in := json.NewDecoder(bufio.NewReader(stdin))
		for n := 1; ; n++ {
			var c Command
			if err := in.Decode(&c); err == io.EOF {
				ended <- nil
				return
			} else if err != nil {
				ended <- fmt.Errorf("generator: command %d is no JSON object: %w", n, err)
				return
			}
			select {
			case commands <- c:
			case <-ctx.Done():
				return
			}
		}
	}()
	return commands, ended
}

// obey does one command after the other until ctx ends.
func obey(ctx context.Context, g *Generator, commands <-chan Command, stdout io.Writer) error {
	out := json.NewEncoder(stdout)
	for {
		select {
		case <-ctx.Done():
			return nil
		case c := <-commands:
			r := g.Do(ctx, c)
			if ctx.Err() != nil {
				return nil
			}
			if err := out.Encode(r); err != nil {
				return fmt.Errorf("generator: reply: %w", err)
			}
		}
	}
}
