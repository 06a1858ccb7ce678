package ring

import (
	"bytes"
	"io"
	"math/rand/v2"
	"net"
	"os"
	"runtime"
	"sync"
	"testing"
	"time"

	"go.uber.org/goleak"
	"golang.org/x/sys/unix"

	"assay/models/base/loop"
)

// patience only stops a test from hanging.
const patience = 30 * time.Second

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// source is a loop.Source made of a function.
type source func(loop.Events)

func (f source) Ready(ev loop.Events) { f(ev) }

// turn runs a loop on an engine for the test: begin is called on its thread, and
// has the loop stopped when all is done.
func turn(t *testing.T, e *Engine, begin func(l *loop.Loop)) {
	t.Helper()
	done := make(chan error, 1)
	var l *loop.Loop
	made := make(chan struct{})
	go func() {
		runtime.LockOSThread()
		defer runtime.UnlockOSThread()
		var err error
		if l, err = loop.NewOn(e); err != nil {
			close(made)
			done <- err
			return
		}
		begin(l)
		close(made)
		err = l.Run()
		if flying := e.flying; err == nil {
			err = l.Close()
			if e.flying != 0 {
				t.Errorf("%d operations in flight after the end, %d before it", e.flying, flying)
			}
			if n := e.slots.used(); n != 0 {
				t.Errorf("%d slots are not given back", n)
			}
		}
		done <- err
	}()
	<-made
	select {
	case err := <-done:
		if err != nil {
			t.Error(err)
		}
	case <-time.After(patience):
		l.Stop()
		t.Fatal("the loop does not end")
	}
}

// used is how many slots the kernel has.
func (s *slots) used() int {
	n := -len(s.free[tiny]) - len(s.free[middle]) - len(s.free[large])
	for i := range s.all {
		if s.all[i].b != nil {
			n++
		}
	}
	return n
}

func pair(t *testing.T) (ours int, theirs net.Conn) {
	t.Helper()
	fds, err := unix.Socketpair(unix.AF_UNIX, unix.SOCK_STREAM|unix.SOCK_CLOEXEC, 0)
	if err != nil {
		t.Fatal(err)
	}
	f := os.NewFile(uintptr(fds[1]), "peer")
	defer f.Close()
	c, err := net.FileConn(f)
	if err != nil {
		t.Fatal(err)
	}
	c.SetDeadline(time.Now().Add(patience))
	t.Cleanup(func() { c.Close() })
	return fds[0], c
}

// moody sends back what it receives, but reads and writes when and as much as it
// likes: completions of all kinds meet all states.
type moody struct {
	e     *Engine
	l     *loop.Loop
	rng   *rand.Rand
	fd    int32
	again loop.Timer
	back  []byte
	ended bool
	over  func()
}

func (m *moody) Ready(loop.Events) { m.step() }

func (m *moody) step() {
	if m.fd < 0 {
		return
	}
	for {
		if m.rng.IntN(4) == 0 { // later
			m.l.At(&m.again, loop.Clock()+m.rng.Int64N(int64(2*time.Millisecond)))
			return
		}
		b := make([]byte, 1+m.rng.IntN(300))
		n, errno := m.e.Read(m.fd, b)
		if n > 0 {
			m.back = append(m.back, b[:n]...)
		}
		m.ended = m.ended || n == 0
		sent, _ := m.e.Write(m.fd, m.back[:min(len(m.back), 1+m.rng.IntN(2000))])
		if len(m.back) > 0 && sent > 0 {
			m.back = m.back[sent:]
		}
		switch {
		case m.ended && len(m.back) == 0:
			m.e.Shutdown(m.fd)
			if err := m.l.CloseFD(int(m.fd)); err != nil {
				panic(err)
			}
			m.fd = -1
			m.over()
			return
		case errno == unix.EAGAIN && (sent < 0 || len(m.back) == 0): // an event will come for either
			return
		}
	}
}

// Streams arrive whole and in order, whatever their reader does, with queues and
// buffers so small that all of them overflow all the time.
func TestRandomCompletions(t *testing.T) {
	needsRing(t)
	for _, wish := range []Wish{{}, {Shots: "single"}, {Taskrun: "coop"}, {Taskrun: "plain"}} {
		t.Run(wish.Taskrun+wish.Shots, func(t *testing.T) {
			seed := uint64(time.Now().UnixNano())
			t.Logf("seed %d", seed)
			e, err := build(wish, 128, 8, 16)
			if err != nil {
				t.Fatal(err)
			}
			if e.bufs != nil {
				e.bufs.most = firstBuffers
			}
			const n = 24
			var wg sync.WaitGroup
			turn(t, e, func(l *loop.Loop) {
				open := n
				for i := range n {
					fd, peer := pair(t)
					m := &moody{e: e, l: l, fd: int32(fd), rng: rand.New(rand.NewPCG(seed, uint64(i))), over: func() {
						if open--; open == 0 {
							l.Stop()
						}
					}}
					m.again.Init(m.step)
					e.Stream(fd)
					if err := l.Add(fd, m); err != nil {
						t.Fatal(err)
					}
					wg.Go(func() { converse(t, peer, rand.New(rand.NewPCG(seed, uint64(n+i)))) })
				}
			})
			wg.Wait()
		})
	}
}

// converse sends random bytes in random pieces and wants all of them back.
func converse(t *testing.T, c net.Conn, rng *rand.Rand) {
	all := make([]byte, 1+rng.IntN(60_000))
	for i := range all {
		all[i] = byte(rng.Uint32())
	}
	go func() {
		for rest := all; len(rest) > 0; {
			n := min(len(rest), 1+rng.IntN(4000))
			if _, err := c.Write(rest[:n]); err != nil {
				t.Error(err)
				return
			}
			rest = rest[n:]
		}
		c.(*net.UnixConn).CloseWrite()
	}()
	got, err := io.ReadAll(c)
	if err != nil || !bytes.Equal(got, all) {
		t.Errorf("got %d bytes, %v; want the %d that were sent", len(got), err, len(all))
	}
}

// What was written before a close is sent after it.
func TestCloseSendsFirst(t *testing.T) {
	needsRing(t)
	e, err := New(Wish{}, 4096)
	if err != nil {
		t.Fatal(err)
	}
	fd, peer := pair(t)
	want := bytes.Repeat([]byte("0123456789abcdef"), largeSlot/16)
	unix.SetsockoptInt(fd, unix.SOL_SOCKET, unix.SO_SNDBUF, 4096)
	got := make(chan []byte)
	turn(t, e, func(l *loop.Loop) {
		e.Stream(fd)
		l.Add(fd, source(func(loop.Events) {}))
		if n, errno := e.Write(int32(fd), want); n != len(want) {
			t.Errorf("took %d bytes, %v", n, errno)
		}
		if err := l.CloseFD(fd); err != nil {
			t.Error(err)
		}
		go func() {
			b, err := io.ReadAll(peer)
			if err != nil {
				t.Error(err)
			}
			l.Stop()
			got <- b
		}()
	})
	if b := <-got; !bytes.Equal(b, want) {
		t.Errorf("the peer got %d bytes, want %d", len(b), len(want))
	}
}

// A peer that had not taken what came before gets no more after the close; and one
// that floods a connection nobody reads from is received from only so much.
func TestDeafAndFlooding(t *testing.T) {
	needsRing(t)
	e, err := New(Wish{}, 4096)
	if err != nil {
		t.Fatal(err)
	}
	fd, peer := pair(t)
	flood := make(chan int)
	go func() {
		peer.SetWriteDeadline(time.Now().Add(300 * time.Millisecond))
		n, _ := peer.Write(make([]byte, 64<<20))
		flood <- n
	}()
	turn(t, e, func(l *loop.Loop) {
		e.Stream(fd)
		l.Add(fd, source(func(loop.Events) {}))
		var over loop.Timer
		var taken int
		over.Init(func() {
			if taken = <-flood; taken > 4<<20 {
				t.Errorf("%d bytes were taken from a peer that nobody reads from", taken)
			}
			for { // until nothing is taken any more
				if _, errno := e.Write(int32(fd), make([]byte, 1<<20)); errno != 0 {
					break
				}
			}
			l.CloseFD(fd)
			l.Stop()
		})
		l.At(&over, loop.Clock()+int64(400*time.Millisecond))
	})
	if _, err := unix.FcntlInt(uintptr(fd), unix.F_GETFD, 0); err == nil {
		t.Error("the descriptor is still open")
	}
}

// A peer that does not take the last bytes before a close is cut off after LastSend.
func TestLastSendIsItsOwners(t *testing.T) {
	needsRing(t)
	e, err := New(Wish{}, 4096)
	if err != nil {
		t.Fatal(err)
	}
	e.LastSend = 50 * time.Millisecond
	fd, _ := pair(t)
	var look loop.Timer
	turn(t, e, func(l *loop.Loop) {
		e.Stream(fd)
		if err := l.Add(fd, source(func(loop.Events) {})); err != nil {
			t.Error(err)
		}
		unix.SetsockoptInt(fd, unix.SOL_SOCKET, unix.SO_SNDBUF, 4096)
		if n, errno := e.Write(int32(fd), make([]byte, largeSlot)); n != largeSlot {
			t.Errorf("took %d bytes, %v", n, errno)
		}
		if err := l.CloseFD(fd); err != nil {
			t.Error(err)
		}
		if most := loop.Clock() + int64(e.LastSend); len(e.closing) != 1 || e.closing[0].until > most {
			t.Errorf("%d connections wait for their last bytes, want one, for %v at most", len(e.closing), e.LastSend)
		}
		look.Init(func() {
			if e.leaving == 0 {
				l.Stop()
				return
			}
			l.At(&look, l.Clock()+int64(10*time.Millisecond))
		})
		l.At(&look, 0)
	})
}

// Connections come by the ring as by accept, also when they are more than it holds.
func TestAcceptMany(t *testing.T) {
	needsRing(t)
	for _, wish := range []Wish{{}, {Shots: "single"}} {
		e, err := build(wish, 128, 8, 16)
		if err != nil {
			t.Fatal(err)
		}
		ln, err := net.Listen("tcp", "127.0.0.1:0")
		if err != nil {
			t.Fatal(err)
		}
		f, err := ln.(*net.TCPListener).File()
		if err != nil {
			t.Fatal(err)
		}
		fd, err := unix.Dup(int(f.Fd()))
		if err != nil {
			t.Fatal(err)
		}
		f.Close()
		const n = 100
		got := 0
		turn(t, e, func(l *loop.Loop) {
			if err := e.Listener(fd); err != nil {
				t.Error(err)
			}
			l.Add(fd, source(func(loop.Events) {
				for {
					c, err := e.Accept(fd)
					if err != nil {
						break
					}
					got++
					e.Stream(c)
					l.Add(c, source(func(loop.Events) {}))
					l.CloseFD(c)
				}
				if got == n {
					l.CloseFD(fd)
					l.Stop()
				}
			}))
			go func() {
				for range n {
					c, err := net.Dial("tcp", ln.Addr().String())
					if err != nil {
						t.Error(err)
						return
					}
					defer c.Close()
				}
			}()
		})
		ln.Close()
		if got != n {
			t.Errorf("%+v: accepted %d, want %d", wish, got, n)
		}
	}
}

// Completions of an earlier life of a descriptor, or of none, change nothing, and
// their buffers go back.
func TestStaleCompletions(t *testing.T) {
	needsRing(t)
	e, err := New(Wish{}, 4096)
	if err != nil {
		t.Fatal(err)
	}
	defer func() {
		if err := e.Release(); err != nil {
			t.Error(err)
		}
	}()
	l := e.lines.open(7, stream)
	old := l.user(opReceive, 7)
	l = e.lines.open(7, stream)
	before := *l
	rng := rand.New(rand.NewPCG(1, 2))
	for range 1000 {
		c := cqe{user: old, res: int32(rng.IntN(400) - 200), flags: cqeMore}
		if rng.IntN(2) == 0 {
			c.user = uint64(opReceive+op(rng.IntN(4)))<<(32+lifeBits) | uint64(uint32(rng.Int32()-1<<30))
		}
		e.complete(c)
	}
	if *l != before {
		t.Errorf("the line is %+v, was %+v", *l, before)
	}
	tail := e.bufs.tail
	e.complete(cqe{user: old, res: 1, flags: cqeMore | cqeBuffer | 3<<16})
	if e.bufs.tail != tail+1 {
		t.Error("a stale completion kept its buffer")
	}
	*l = line{}
}
