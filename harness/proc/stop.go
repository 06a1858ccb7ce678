package proc

import (
	"fmt"
	"slices"
	"time"

	"golang.org/x/sys/unix"
)

// Grace is how long the contract gives a server to stop after SIGTERM.
const Grace = 5 * time.Second

// Stop ends the child and everything it started: end of stdin and SIGTERM, at most
// grace of waiting, SIGKILL. killed says that the last was needed. The error names
// processes that could not be ended. It may be called more than once.
func (p *Proc) Stop(grace time.Duration) (killed bool, err error) {
	defer p.stdout.Close()
	p.Stdin.Close()
	if gone, err := p.end(unix.SIGTERM, grace); gone || err != nil {
		return false, err
	}
	gone, err := p.end(unix.SIGKILL, Grace)
	if err == nil && !gone {
		left, _ := p.left()
		err = fmt.Errorf("%s: processes %v outlive SIGKILL: they wait in the kernel; see /proc/PID/stack", p.Name, pidsOf(left))
	}
	return true, err
}

// end sends the signal to all who are left until nobody is, at most for the time given.
func (p *Proc) end(signal unix.Signal, within time.Duration) (gone bool, err error) {
	deadline := time.Now().Add(within)
	told := make(map[member]bool)
	for pause := time.Millisecond; ; pause = min(2*pause, 50*time.Millisecond) {
		left, err := p.left()
		if err != nil {
			return false, err
		}
		if len(left) == 0 {
			<-p.done // it was left out only because it has been waited for, or is about to be
			return true, nil
		}
		if !time.Now().Before(deadline) {
			return false, nil
		}
		for _, m := range left {
			who := member{pid: m.pid, start: m.start}
			if !told[who] {
				told[who] = true
				m.signal(signal)
			}
		}
		p.pause(pause)
	}
}

// pause waits, but not longer than the child lives if it does.
func (p *Proc) pause(d time.Duration) {
	if !p.Alive() {
		time.Sleep(d)
		return
	}
	select {
	case <-p.done:
	case <-time.After(d):
	}
}

// left are all living processes of the tree, marked ones included.
func (p *Proc) left() ([]member, error) {
	tree, err := p.members()
	if err != nil {
		return nil, err
	}
	marked, err := p.marked()
	if err != nil {
		return nil, err
	}
	for _, m := range marked {
		if !slices.ContainsFunc(tree, func(t member) bool { return t.pid == m.pid }) {
			tree = append(tree, m)
		}
	}
	return slices.DeleteFunc(tree, func(m member) bool { return m.state == "Z" || m.state == "X" }), nil
}

// signal sends to this very process: the descriptor is opened before its start
// time is compared, so a pid that was given away in between is not hit.
func (m member) signal(s unix.Signal) {
	fd, err := unix.PidfdOpen(m.pid, 0)
	if err != nil {
		return // gone
	}
	defer unix.Close(fd)
	if now, ok := lookAt(m.pid); ok && now.start == m.start {
		unix.PidfdSendSignal(fd, s, nil, 0)
	}
}

func pidsOf(ms []member) []int {
	pids := make([]int, len(ms))
	for i, m := range ms {
		pids[i] = m.pid
	}
	return pids
}
