package sentinel

import (
	"encoding/json"
	"fmt"
	"os"
	"strconv"
	"strings"
	"time"

	"assay/harness/proc"
)

// Client is the sentinels' process, seen from its parent. A nil Client watches nothing.
// Its methods are for one goroutine.
type Client struct {
	proc *proc.Proc
	err  error // after which it is of no more use
}

// takeWithin is how long the process may take to answer.
const takeWithin = 5 * time.Second

// Start starts argv, whose arguments make it run Main; the processors are added. What
// it writes to stderr goes to the file log.
func Start(argv []string, cpus []int, log string) (*Client, error) {
	return StartSharp(argv, cpus, Sharp{}, log)
}

// StartSharp is Start where they are to watch more closely than is usual, or less.
func StartSharp(argv []string, cpus []int, sharp Sharp, log string) (*Client, error) {
	names := make([]string, len(cpus))
	for i, cpu := range cpus {
		names[i] = strconv.Itoa(cpu)
	}
	p, err := proc.Start(proc.Spec{
		Name: "sentinels", Argv: append(argv[:len(argv):len(argv)], strings.Join(names, ","), sharp.Period.String(), sharp.Bound.String()), CPUs: cpus, Log: log,
		// Go's monitor would take a sentinel's sleep for work and interrupt it every 10 ms.
		Env: append(os.Environ(), "GODEBUG=asyncpreemptoff=1"),
	})
	if err != nil {
		return nil, err
	}
	c := &Client{proc: p}
	if _, err := c.Take(); err != nil {
		return nil, err
	}
	return c, nil
}

// Take is what was noted since the last time. After an error the process has been ended.
func (c *Client) Take() (Report, error) {
	if c == nil || c.err != nil {
		return Report{}, nil // said once
	}
	type answer struct {
		report Report
		err    error
	}
	answered := make(chan answer, 1)
	go func() {
		r, err := c.ask()
		answered <- answer{r, err}
	}()
	var err error
	select {
	case a := <-answered:
		if a.err == nil {
			return a.report, nil
		}
		err = a.err
	case <-time.After(takeWithin):
		err = fmt.Errorf("no answer within %v", takeWithin)
	}
	c.err = fmt.Errorf("sentinels: %w; log: %s", err, c.proc.LogTail())
	_, _ = c.proc.Stop(0)
	return Report{}, c.err
}

// ask puts the question and waits for the answer.
func (c *Client) ask() (r Report, err error) {
	if _, err = c.proc.Stdin.WriteString("\n"); err != nil {
		return r, err
	}
	line, err := c.proc.Stdout.ReadBytes('\n')
	if err == nil {
		err = json.Unmarshal(line, &r)
	}
	return r, err
}

// Close ends the process.
func (c *Client) Close() error {
	if c == nil || c.err != nil {
		return nil
	}
	_, err := c.proc.Stop(time.Second)
	return err
}
