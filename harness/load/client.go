package load

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os/exec"
	"strings"
	"sync"
	"syscall"
	"time"
)

// replyGrace is what a reply may take beyond the command itself.
const replyGrace = 15 * time.Second

// Client is the parent's side of a generator that runs as a child process. Its
// methods are for one goroutine.
type Client struct {
	cmd     *exec.Cmd
	stdin   io.WriteCloser
	replies chan answer
	log     *tail
	gone    chan struct{} // closed when the child has ended and err is set
	err     error
	grace   time.Duration // from the end of its stdin to the child's end
}

type answer struct {
	reply Reply
	err   error
}

// Start starts the generator argv as a child that may run on processors only; none
// means wherever the parent may. What the child writes to stderr goes to log,
// which may be nil.
func Start(argv []string, processors []int, log io.Writer) (*Client, error) {
	if len(argv) == 0 {
		return nil, errors.New("start the generator: no command line")
	}
	c := &Client{
		cmd: exec.Command(argv[0], argv[1:]...), replies: make(chan answer), log: &tail{to: log},
		gone: make(chan struct{}), grace: 5 * time.Second,
	}
	c.cmd.Stderr = c.log
	// Ctrl-C is for the parent, which ends the generator in its own time.
	c.cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	stdin, err := c.cmd.StdinPipe()
	if err != nil {
		return nil, fmt.Errorf("start the generator %q: %w", argv, err)
	}
	stdout, err := c.cmd.StdoutPipe()
	if err != nil {
		return nil, fmt.Errorf("start the generator %q: %w", argv, err)
	}
	if err := startOn(processors, c.cmd.Start); err != nil {
		return nil, fmt.Errorf("start the generator %q: %w", argv, err)
	}
	c.stdin = stdin
	go c.receive(stdout)
	return c, nil
}

// receive reads replies until the child closes its stdout, and then waits for its end.
func (c *Client) receive(stdout io.Reader) {
	in := json.NewDecoder(bufio.NewReader(stdout))
	for {
		var a answer
		a.err = in.Decode(&a.reply)
		if a.err == io.EOF {
			break
		}
		c.replies <- a
		if a.err != nil {
			break
		}
	}
	c.err = c.cmd.Wait()
	close(c.gone)
}

// PID is the child's process id.
func (c *Client) PID() int { return c.cmd.Process.Pid }

// Do has the child obey a command and waits for its reply, no longer than the
// command may take and a grace; a child that exceeds it, or ctx, is killed, and the Client
// is of no more use. A command that could not be done is an error too.
func (c *Client) Do(ctx context.Context, cmd Command) (Reply, error) {
	line, err := json.Marshal(cmd)
	if err != nil {
		return Reply{}, fmt.Errorf("generator: %s %q: %w", cmd.Op, cmd.Arm, err)
	}
	if _, err := c.stdin.Write(append(line, '\n')); err != nil {
		return Reply{}, c.fail(cmd, fmt.Errorf("it takes no command: %w", err))
	}
	limit := time.NewTimer(cmd.most())
	defer limit.Stop()
	select {
	case a := <-c.replies:
		switch {
		case a.err != nil:
			return Reply{}, c.fail(cmd, fmt.Errorf("its reply is no JSON object: %w", a.err))
		case a.reply.Error != "":
			return a.reply, errors.New(a.reply.Error)
		}
		return a.reply, nil
	case <-c.gone:
		return Reply{}, c.fail(cmd, fmt.Errorf("it has ended: %w", orExit(c.err)))
	case <-ctx.Done():
		return Reply{}, c.fail(cmd, ctx.Err())
	case <-limit.C:
		return Reply{}, c.fail(cmd, fmt.Errorf("no reply in %v", cmd.most()))
	}
}

func orExit(err error) error {
	if err == nil {
		return errors.New("exit status 0")
	}
	return err
}

// most is how long the reply to the command may take.
func (c *Command) most() time.Duration {
	switch c.Op {
	case OpOpen:
		return time.Duration(c.RampNanos) + openWithin + replyGrace
	case OpSlice:
		return time.Duration(c.Duration+c.drain()) + replyGrace
	}
	return replyGrace
}

// fail kills the child and says what it last wrote to its log.
func (c *Client) fail(cmd Command, err error) error {
	_ = c.cmd.Process.Kill() // it may have ended already
	if said := c.log.String(); said != "" {
		return fmt.Errorf("generator: %s %q: %w; its log ends: %s", cmd.Op, cmd.Arm, err, said)
	}
	return fmt.Errorf("generator: %s %q: %w", cmd.Op, cmd.Arm, err)
}

// Close ends the child by the end of its stdin, and kills it if it does not end. The
// error is the child's own; being killed by an earlier failure is none.
func (c *Client) Close() error {
	_ = c.stdin.Close() // it may be closed by the child's end
	limit := time.NewTimer(c.grace)
	defer limit.Stop()
	for {
		select {
		case <-c.replies: // of a command that was given up
		case <-c.gone:
			var exit *exec.ExitError
			if errors.As(c.err, &exit) && exit.ExitCode() < 0 {
				return nil
			}
			return c.err
		case <-limit.C:
			_ = c.cmd.Process.Kill()
			limit.Reset(c.grace)
		}
	}
}

// tail passes on what is written and remembers its end.
type tail struct {
	to   io.Writer
	mu   sync.Mutex
	last []byte
}

const tailBytes = 2 << 10

func (t *tail) Write(b []byte) (int, error) {
	t.mu.Lock()
	t.last = append(t.last, b...)
	t.last = t.last[max(0, len(t.last)-tailBytes):]
	t.mu.Unlock()
	if t.to == nil {
		return len(b), nil
	}
	return t.to.Write(b)
}

func (t *tail) String() string {
	t.mu.Lock()
	defer t.mu.Unlock()
	return strings.TrimSpace(string(t.last))
}
