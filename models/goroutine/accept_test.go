package goroutine

import (
	"io"
	"testing"
	"time"

	"assay/models/base/conn"
	"assay/models/base/model"
	"assay/models/base/model/modeltest"
	"assay/models/base/sock"

	"golang.org/x/sys/unix"
)

// Who came into the queue while the drain began is accepted before the listener is closed.
func TestAcceptRest(t *testing.T) {
	ln, err := sock.Listen("127.0.0.1:0", 0, false)
	if err != nil {
		t.Fatal(err)
	}
	at, err := sock.Addr(ln)
	if err != nil {
		t.Fatal(err)
	}
	stop, err := model.NewStop()
	if err != nil {
		t.Fatal(err)
	}
	defer stop.Close()
	dial := func() {
		fd, err := sock.Dial(at, modeltest.Patience)
		if err != nil {
			t.Error(err)
			return
		}
		t.Cleanup(func() { unix.Close(fd) })
	}
	dial()
	accepted := 0
	env := &model.Env{Listener: ln, Service: &conn.Service{}, Stop: stop, Log: io.Discard}
	err = accept(env, func(fd int) {
		unix.Close(fd)
		if accepted++; accepted > 1 {
			return
		}
		for range 3 { // while the acceptor is here
			dial()
		}
		stop.Begin()
		time.Sleep(50 * time.Millisecond) // the drain is seen before the queue is
	})
	if err != nil || accepted != 4 {
		t.Errorf("accepted %d, %v, want 4", accepted, err)
	}
}
