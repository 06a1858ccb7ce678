package micro

import (
	"net"
	"runtime"
	"testing"

	"golang.org/x/sys/unix"
)

// BenchmarkWake sends a byte to somebody who waits for it in one of the ways in
// which servers wait for a socket, and gets one back the same way.
func BenchmarkWake(b *testing.B) {
	b.Run("wait=read", func(b *testing.B) { wake(b, func(int) {}) })
	b.Run("wait=poll", func(b *testing.B) {
		wake(b, func(fd int) {
			_, _ = unix.Poll([]unix.PollFd{{Fd: int32(fd), Events: unix.POLLIN}}, -1)
		})
	})
	b.Run("wait=epoll", func(b *testing.B) {
		wake(b, epollOf(b))
	})
	b.Run("wait=netpoller", wakeNetpoller)
}

// wake plays ping-pong over a socket pair between two threads, each of which calls
// wait before it reads.
func wake(b *testing.B, wait func(fd int)) {
	fds, err := unix.Socketpair(unix.AF_UNIX, unix.SOCK_STREAM|unix.SOCK_CLOEXEC, 0)
	if err != nil {
		b.Fatal(err)
	}
	done := make(chan struct{})
	go func() {
		runtime.LockOSThread()
		defer close(done)
		var one [1]byte
		for {
			wait(fds[1])
			if n, err := unix.Read(fds[1], one[:]); n != 1 || err != nil {
				return
			}
			_, _ = unix.Write(fds[1], one[:])
		}
	}()
	runtime.LockOSThread()
	defer runtime.UnlockOSThread()
	var one [1]byte
	for b.Loop() {
		if _, err := unix.Write(fds[0], one[:]); err != nil {
			b.Fatal(err)
		}
		wait(fds[0])
		if _, err := unix.Read(fds[0], one[:]); err != nil {
			b.Fatal(err)
		}
	}
	unix.Close(fds[0])
	<-done
	unix.Close(fds[1])
}

// epollOf gives a wait on an epoll instance for each descriptor, made at its first use.
func epollOf(b *testing.B) func(fd int) {
	var made [1024]int // by descriptor; each is used by one thread
	return func(fd int) {
		if made[fd] == 0 {
			ep, err := unix.EpollCreate1(unix.EPOLL_CLOEXEC)
			if err == nil {
				err = unix.EpollCtl(ep, unix.EPOLL_CTL_ADD, fd, &unix.EpollEvent{Events: unix.EPOLLIN})
			}
			if err != nil {
				b.Error(err)
				return
			}
			made[fd] = ep
			b.Cleanup(func() { unix.Close(ep) })
		}
		var events [1]unix.EpollEvent
		_, _ = unix.EpollWait(made[fd], events[:], -1) // an early return is told by the read
	}
}

// wakeNetpoller is the same between goroutines on package net.
func wakeNetpoller(b *testing.B) {
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		b.Fatal(err)
	}
	defer ln.Close()
	go func() {
		c, err := ln.Accept()
		if err != nil {
			return
		}
		defer c.Close()
		var one [1]byte
		for {
			if _, err := c.Read(one[:]); err != nil {
				return
			}
			_, _ = c.Write(one[:])
		}
	}()
	c, err := net.Dial("tcp", ln.Addr().String())
	if err != nil {
		b.Fatal(err)
	}
	defer c.Close()
	var one [1]byte
	for b.Loop() {
		if _, err := c.Write(one[:]); err != nil {
			b.Fatal(err)
		}
		if _, err := c.Read(one[:]); err != nil {
			b.Fatal(err)
		}
	}
}
