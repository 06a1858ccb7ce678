package coroutine

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"runtime"
	"strings"
	"testing"

	"golang.org/x/sys/unix"

	"assay/models/base/conn"
	"assay/models/base/loop"
	"assay/models/base/model"
	"assay/models/base/model/modeltest"
	"assay/models/base/nonblocking"
	"assay/models/base/sock"
	"assay/models/base/style"
)

// rig is a server, its backend and its client on one loop and one thread, so that
// nothing but the style's dispatch differs from one measurement to the next.
type rig struct {
	loop    *loop.Loop
	srv     *nonblocking.Server
	sched   *scheduler // nil: callback style
	backend *nonblocking.Server
	client  int // the client's end of the connection
	in      [4096]byte
	request []byte
	piece   int // requests sent at a time, but for the first, which goes alone
	length  int // of an answer, learned from the first
	got     int // bytes of the answers to what was sent
	left    int // pieces to send
	err     error
	idle    int // coroutines when the loop ended
	all     int
	cpu     int64 // processor time of the loop, ns
}

// alone is, as options, a server without backends.
const alone = "request-timeout=11s"

// newRig makes a server of callback style, or of coroutines with these options.
// Server and backend have the routes of modeltest, and these.
func newRig(t testing.TB, callback bool, options string, routes ...style.Route) *rig {
	t.Helper()
	must := func(err error) {
		if err != nil {
			t.Helper()
			t.Fatal(err)
		}
	}
	l, err := loop.New()
	must(err)
	values, err := Model.Parse(options)
	must(err)
	service := func() *conn.Service {
		s := model.NewService(values)
		s.Routes = append(modeltest.Routes(), routes...)
		return s
	}
	r := &rig{loop: l}
	r.backend, err = nonblocking.New(l, service(), nonblocking.Callback)
	must(err)
	ln, err := sock.Listen("127.0.0.1:0", 0, false)
	must(err)
	at, err := sock.Addr(ln)
	must(err)
	must(r.backend.Listen(ln))
	front := service()
	if !strings.Contains(options, alone) {
		front.Backends = []string{at.String()}
	}
	if callback {
		r.srv, err = nonblocking.New(l, front, nonblocking.Callback)
	} else if r.sched, err = newScheduler(l, &model.Env{Service: front, Options: values, Log: io.Discard}, nil); err == nil {
		r.srv = r.sched.srv
	}
	must(err)
	fds, err := unix.Socketpair(unix.AF_UNIX, unix.SOCK_STREAM|unix.SOCK_NONBLOCK|unix.SOCK_CLOEXEC, 0)
	must(err)
	must(r.srv.Adopt(fds[0]))
	r.client = fds[1]
	return r
}

// serve sends n requests one after another and reads their answers.
func (r *rig) serve(n int, target string) error { return r.servePieces(n, 1, target) }

// servePieces sends one request alone, then n-1 times as many at once as piece says.
func (r *rig) servePieces(n, piece int, target string) error {
	r.request, r.piece, r.left = []byte(modeltest.Request(target)), piece, n
	return r.run(r.turn)
}

// run sends the request and turns the loop until turn, called at each turn, stops it.
// Then it ends everything, as the model does: on one thread, coroutines after the loop.
func (r *rig) run(turn func()) error {
	if _, err := unix.Write(r.client, r.request); err != nil {
		return err
	}
	r.loop.OnTurn = turn
	runtime.LockOSThread()
	defer runtime.UnlockOSThread()
	begun := threadTime()
	err := r.srv.Run()
	r.cpu = threadTime() - begun
	err = errors.Join(err, r.err, r.srv.Close(), r.backend.Close())
	if r.sched != nil {
		r.idle, r.all = len(r.sched.idle), len(r.sched.all)
		r.sched.stop()
	}
	return errors.Join(err, unix.Close(r.client), r.loop.Close())
}

// turn is the client: it takes answers, and sends the next piece when all are there.
func (r *rig) turn() {
	for {
		n, err := unix.Read(r.client, r.in[:])
		if err == unix.EAGAIN {
			return
		}
		if err != nil || r.got == 0 && (n < 12 || string(r.in[9:12]) != "200") {
			r.err = fmt.Errorf("answer %.60q, %v", r.in[:max(n, 0)], err)
		}
		r.got += n
		if r.length == 0 {
			r.length, r.request = n, bytes.Repeat(r.request, r.piece)
		} else if r.got < r.length*r.piece && r.err == nil {
			continue
		}
		r.got = 0
		if r.left--; r.left == 0 || r.err != nil {
			r.loop.Stop()
			return
		}
		_, r.err = unix.Write(r.client, r.request)
		return
	}
}

// threadTime is the processor time of the calling thread so far, in ns.
func threadTime() int64 {
	var t unix.Timespec
	_ = unix.ClockGettime(unix.CLOCK_THREAD_CPUTIME_ID, &t)
	return t.Nano()
}
