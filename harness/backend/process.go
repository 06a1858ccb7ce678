package backend

import (
	"bufio"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os/exec"
	"strings"
	"time"
)

// Process is a child that runs Main, seen from its parent.
type Process struct {
	Cmd   *exec.Cmd
	Addrs []string // where each backend listens
	stdin io.Closer
	lost  chan error // what Wait said
}

// startWithin is how long a child may take to say where it listens.
const startWithin = 10 * time.Second

// Start starts cmd, whose arguments make it run Main, and reads where it
// listens. Stdin and Stdout must be free; all else about cmd (processors, limits,
// parent-death signal) is the caller's. The error says what the child printed instead.
func Start(cmd *exec.Cmd) (*Process, error) {
	stdin, err := cmd.StdinPipe()
	if err != nil {
		return nil, fmt.Errorf("start the backends: %w", err)
	}
	stdout, err := cmd.StdoutPipe()
	if err != nil {
		return nil, fmt.Errorf("start the backends: %w", err)
	}
	if err := cmd.Start(); err != nil {
		return nil, fmt.Errorf("start the backends: %w", err)
	}
	p := &Process{Cmd: cmd, stdin: stdin, lost: make(chan error, 1)}
	said := make(chan string, 1)
	go func() {
		r := bufio.NewReader(stdout)
		line, _ := r.ReadString('\n') // its failure is a line that does not say where
		said <- line
		_, _ = io.Copy(io.Discard, r)
		p.lost <- cmd.Wait()
	}()
	select {
	case line := <-said:
		list, ok := strings.CutPrefix(strings.TrimSpace(line), "listening ")
		if ok {
			p.Addrs = strings.Split(list, ",")
			return p, nil
		}
		err = fmt.Errorf("the backends said %q, want where they listen", line)
	case <-time.After(startWithin):
		err = fmt.Errorf("the backends did not say within %v where they listen", startWithin)
	}
	return nil, errors.Join(err, p.kill())
}

// Stop ends the child and waits for it; an error if it did not end well.
func (p *Process) Stop() error {
	if err := p.stdin.Close(); err != nil {
		return errors.Join(fmt.Errorf("stop the backends: %w", err), p.kill())
	}
	select {
	case err := <-p.lost:
		return err
	case <-time.After(startWithin):
		return errors.Join(errors.New("the backends did not stop"), p.kill())
	}
}

func (p *Process) kill() error {
	err := p.Cmd.Process.Kill()
	<-p.lost
	return err
}

// Stats asks the child what it did; with reset its figures start anew behind the answer.
func (p *Process) Stats(reset bool) (Stats, error) { return Fetch(p.Addrs[0], reset) }

// Fetch asks the backends of which one listens at addr what they did.
func Fetch(addr string, reset bool) (Stats, error) { return fetch(addr, reset, "") }

// Brief is Fetch without the histograms: less work for who is about to be measured.
func Brief(addr string, reset bool) (Stats, error) { return fetch(addr, reset, "&brief=1") }

func fetch(addr string, reset bool, more string) (s Stats, err error) {
	url := "http://" + addr + "/-/stats?reset=0"
	if reset {
		url = "http://" + addr + "/-/stats?reset=1"
	}
	client := http.Client{Timeout: startWithin, Transport: &http.Transport{DisableKeepAlives: true}}
	r, err := client.Get(url + more)
	if err != nil {
		return s, fmt.Errorf("the backends' figures: %w", err)
	}
	defer r.Body.Close()
	if err := json.NewDecoder(r.Body).Decode(&s); err != nil {
		return s, fmt.Errorf("the backends' figures: %w", err)
	}
	return s, nil
}
