package gnet

import (
	"context"
	"fmt"
	"io"
	"net"
	"os"
	"time"

	"assay/models/base/sock"

	"github.com/panjf2000/gnet/v2"
	"golang.org/x/sys/unix"
)

// handshake is longer than one takes on a busy machine's loopback.
const handshake = 20 * time.Millisecond

// takeOver closes the contract's listener, which was there before gnet's own, and
// hands gnet who has come in the meantime. New connections are steered to gnet's
// listener first, or one that came between the last accept and the close would be reset.
func (s *server) takeOver() {
	ln := s.env.Listener
	second := unix.SockFilter{Code: unix.BPF_RET | unix.BPF_K, K: 1}
	err := unix.SetsockoptSockFprog(ln, unix.SOL_SOCKET, unix.SO_ATTACH_REUSEPORT_CBPF, &unix.SockFprog{Len: 1, Filter: &second})
	if err != nil {
		fmt.Fprintln(s.env.Log, "gnet: steer new connections:", err)
	}
	// A handshake that has begun at this listener ends at it, and would be reset with it.
	time.Sleep(handshake)
	for {
		fd, err := sock.Accept(ln, true)
		if err != nil {
			break
		}
		if err := s.enroll(fd); err != nil {
			fmt.Fprintln(s.env.Log, "gnet: an early connection is lost:", err)
		}
	}
	unix.Close(ln)
}

func (s *server) enroll(fd int) error {
	f := os.NewFile(uintptr(fd), "early")
	defer f.Close()
	nc, err := net.FileConn(f)
	if err != nil {
		return err
	}
	_, err = s.engine.Register(gnet.NewNetConnContext(context.Background(), nc))
	return err
}

// logger lets through what went wrong.
type logger struct{ io.Writer }

// Debugf implements logging.Logger.
func (logger) Debugf(string, ...any) {}

// Infof implements logging.Logger.
func (logger) Infof(string, ...any) {}

// Warnf implements logging.Logger.
func (l logger) Warnf(format string, args ...any) { fmt.Fprintf(l, "gnet: "+format+"\n", args...) }

// Errorf implements logging.Logger.
func (l logger) Errorf(format string, args ...any) { l.Warnf(format, args...) }

// Fatalf implements logging.Logger.
func (l logger) Fatalf(format string, args ...any) { l.Warnf(format, args...) }
