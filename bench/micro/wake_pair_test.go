package micro

import (
	"errors"
	"fmt"
	"io"
	"net"
	"runtime"
	"sync/atomic"

	"golang.org/x/sys/unix"
)

// pairWakes are threads that wake each other by a byte on a socket, each waiting for it
// in one of the ways in which servers wait, and beside them two that look at a word in memory.
func pairWakes() []mechanism {
	all := []mechanism{{name: "via=spinning/sides=2/lang=go/cpus=2", run: wakeSpinning, lacks: lacksProcessors(2)}}
	for _, cpus := range []int{1, 2} {
		for _, by := range []string{"read", "poll", "epoll"} {
			all = append(all, mechanism{
				name:  fmt.Sprintf("via=socket-%s/sides=2/lang=go/cpus=%d", by, cpus),
				run:   func(c clock, n int) (int, error) { return wakePair(c, n, cpus, by) },
				lacks: lacksProcessors(cpus),
			})
		}
		all = append(all, inC("wake-pair", cpus, fmt.Sprintf("via=pipe-epoll/sides=2/lang=c/cpus=%d", cpus)))
	}
	return append(all, mechanism{name: "via=netpoller/sides=2/lang=go", run: wakeNetpoller})
}

// wakeSpinning is the floor for two threads: neither sleeps, so nobody is woken, and a
// processor each is burnt for it.
func wakeSpinning(c clock, n int) (int, error) {
	if runtime.GOMAXPROCS(0) < 2 { // both are always running
		defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(2))
	}
	var turn atomic.Uint32
	here, there := sides(2)
	seen := 0
	other := onThread(there, func() error {
		for {
			switch turn.Load() {
			case 1:
				seen++
				turn.Store(0)
			case noMore:
				return nil
			}
		}
	})
	err := <-onThread(here, func() error {
		c.ResetTimer()
		for range n {
			turn.Store(1)
			for turn.Load() == 1 {
			}
		}
		c.StopTimer()
		turn.Store(noMore)
		return nil
	})
	return seen, errors.Join(err, <-other)
}

// wakePair plays ping-pong over a socket pair between two threads.
func wakePair(c clock, n, cpus int, by string) (int, error) {
	p, err := unix.Socketpair(unix.AF_UNIX, unix.SOCK_STREAM|unix.SOCK_CLOEXEC, 0)
	if err != nil {
		return 0, fmt.Errorf("socketpair: %w", err)
	}
	var waits [2]func()
	for i, fd := range p {
		wait, over, err := waiter(fd, by)
		if err != nil {
			return 0, err
		}
		defer over()
		waits[i] = wait
	}
	here, there := sides(cpus)
	seen := 0
	other := onThread(there, func() error {
		var one [1]byte
		for {
			waits[1]()
			if n, err := unix.Read(p[1], one[:]); n != 1 {
				return err
			}
			seen++
			_, _ = unix.Write(p[1], one[:])
		}
	})
	err = <-onThread(here, func() error {
		defer unix.Close(p[0]) // which ends the other
		var one [1]byte
		c.ResetTimer()
		defer c.StopTimer()
		for range n {
			if _, err := unix.Write(p[0], one[:]); err != nil {
				return err
			}
			waits[0]()
			if _, err := unix.Read(p[0], one[:]); err != nil {
				return err
			}
		}
		return nil
	})
	err = errors.Join(err, <-other)
	unix.Close(p[1])
	return seen, err
}

// waiter is how a thread waits before it reads: a wait that returns early, for a signal, is
// made good by the read, which blocks.
func waiter(fd int, by string) (wait, over func(), err error) {
	switch by {
	case "poll":
		return func() { _, _ = unix.Poll([]unix.PollFd{{Fd: int32(fd), Events: unix.POLLIN}}, -1) }, func() {}, nil
	case "epoll":
		p, err := newPoller(fd)
		if err != nil {
			return nil, nil, err
		}
		return func() { _, _ = unix.EpollWait(p.fd, p.events[:], -1) }, p.close, nil
	default:
		return func() {}, func() {}, nil
	}
}

// wakeNetpoller is the same between goroutines on package net.
func wakeNetpoller(c clock, n int) (int, error) {
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return 0, err
	}
	defer ln.Close()
	seen, over := 0, make(chan struct{})
	go func() {
		defer close(over)
		c, err := ln.Accept()
		if err != nil {
			return
		}
		defer c.Close()
		var one [1]byte
		for {
			if _, err := io.ReadFull(c, one[:]); err != nil {
				return
			}
			seen++
			_, _ = c.Write(one[:])
		}
	}()
	conn, err := net.Dial("tcp", ln.Addr().String())
	if err != nil {
		return 0, err
	}
	var one [1]byte
	c.ResetTimer()
	for range n {
		_, _ = conn.Write(one[:])
		if _, err = conn.Read(one[:]); err != nil {
			break
		}
	}
	c.StopTimer()
	conn.Close()
	<-over
	return seen, err
}
