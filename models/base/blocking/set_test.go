package blocking

import (
	"net/netip"
	"testing"
	"time"

	"assay/models/base/conn"
	"assay/models/base/sock"

	"golang.org/x/sys/unix"
)

// member is a set with one member, and the socket of its peer.
func member(t *testing.T) (*Set, *Member, int) {
	t.Helper()
	s, err := NewSet()
	if err != nil {
		t.Fatal(err)
	}
	ln, err := sock.Listen("127.0.0.1:0", 0, false)
	if err != nil {
		t.Fatal(err)
	}
	at, err := sock.Addr(ln)
	if err != nil {
		t.Fatal(err)
	}
	peer, done, err := sock.Begin(at, netip.Addr{})
	if err != nil {
		t.Fatal(err)
	}
	for !done {
		sock.Wait(peer, unix.POLLOUT, time.Second)
		if done, err = sock.Finish(peer, at); err != nil {
			t.Fatal(err)
		}
	}
	fd, err := sock.Accept(ln, false)
	if err != nil {
		t.Fatal(err)
	}
	if err := s.Add(fd, &conn.Service{RequestTimeout: time.Hour}); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		unix.Close(peer)
		unix.Close(ln)
		s.Close()
	})
	return s, s.members[fd], peer
}

// ready waits for up to within and returns who was ready.
func ready(t *testing.T, s *Set, within time.Duration) (all []*Member) {
	t.Helper()
	until := time.Now().Add(within)
	for len(all) == 0 && time.Now().Before(until) {
		err := s.Wait(time.Until(until), func(m *Member) { all = append(all, m) }, func(fd int) { t.Errorf("descriptor %d is ready", fd) })
		if err != nil {
			t.Fatal(err)
		}
	}
	return all
}

const (
	soon  = 50 * time.Millisecond // for what must not happen
	sure  = 10 * time.Second      // for what must
	short = 20 * time.Millisecond
)

// A member that Wait gave has one owner until it is armed again.
func TestSetGivesOnce(t *testing.T) {
	s, m, peer := member(t)
	for range 3 {
		unix.Write(peer, []byte("x"))
		if got := ready(t, s, sure); len(got) != 1 || got[0] != m || m.Expired {
			t.Fatalf("%d members ready, want the one", len(got))
		}
		unix.Write(peer, []byte("x"))
		if got := ready(t, s, soon); len(got) != 0 {
			t.Fatal("a member was given while it had an owner")
		}
		unix.Read(m.Stream.FD, make([]byte, 10))
		s.Arm(m, conn.Idle)
		if got := ready(t, s, soon); len(got) != 0 {
			t.Fatal("a member was given with nothing to read")
		}
	}
	m.Stream.Close()
	s.Arm(m, conn.Closed)
	if s.members[m.Stream.FD] != nil || s.Clients.Count() != 0 {
		t.Error("a closed member is still known")
	}
}

// The same for one that is overdue: not even a hang-up gives it a second owner.
func TestSetOverdue(t *testing.T) {
	s, m, peer := member(t)
	unix.Write(peer, []byte("x"))
	ready(t, s, sure)
	unix.Read(m.Stream.FD, make([]byte, 10))
	if err := s.armUntil(m, time.Now().Add(short)); err != nil {
		t.Fatal(err)
	}
	if got := ready(t, s, sure); len(got) != 1 || !m.Expired {
		t.Fatalf("%d members, expired %v, want the one that is overdue", len(got), m.Expired)
	}
	m.Expired = false
	unix.Shutdown(peer, unix.SHUT_RDWR)
	if got := ready(t, s, soon); len(got) != 0 {
		t.Fatal("a hang-up gave the member a second owner")
	}
	s.Arm(m, conn.Idle)
	if got := ready(t, s, sure); len(got) != 1 || m.Expired {
		t.Fatalf("%d members, expired %v, want the one, hung up", len(got), m.Expired)
	}
}

// A deadline that is armed while another thread waits wakes it in time.
func TestSetWakesForDeadline(t *testing.T) {
	s, m, peer := member(t)
	unix.Write(peer, []byte("x"))
	ready(t, s, sure)
	unix.Read(m.Stream.FD, make([]byte, 10))
	go func() {
		time.Sleep(short)
		s.armUntil(m, time.Now().Add(short))
	}()
	if got := ready(t, s, sure); len(got) != 1 || !m.Expired {
		t.Fatalf("%d members, want the one that is overdue", len(got))
	}
}

// What comes before the deadline takes the member off the heap.
func TestSetInTime(t *testing.T) {
	s, m, peer := member(t)
	unix.Write(peer, []byte("x"))
	ready(t, s, sure)
	if err := s.armUntil(m, time.Now().Add(time.Hour)); err != nil {
		t.Fatal(err)
	}
	if got := ready(t, s, sure); len(got) != 1 || m.Expired || len(s.due) != 0 {
		t.Fatalf("%d members, expired %v, %d deadlines left", len(got), m.Expired, len(s.due))
	}
}

// A request that comes in pieces rings for its first deadline only: who waits wakes for it in
// any case, and what is later can wait until then.
func TestSetRingsOnce(t *testing.T) {
	s, m, peer := member(t)
	rang := func() bool {
		p := []unix.PollFd{{Fd: int32(s.bell), Events: unix.POLLIN}}
		n, err := unix.Poll(p, 0)
		return err == nil && n == 1
	}
	for piece := range 5 {
		unix.Write(peer, []byte("x"))
		if got := ready(t, s, sure); len(got) != 1 || m.Expired {
			t.Fatalf("%d members, expired %v, want the one", len(got), m.Expired)
		}
		unix.Read(m.Stream.FD, make([]byte, 10))
		if err := s.armUntil(m, time.Now().Add(time.Hour)); err != nil {
			t.Fatal(err)
		}
		if rang() != (piece == 0) {
			t.Errorf("piece %d: the bell rings: %v", piece, rang())
		}
		if got := ready(t, s, soon/10); len(got) != 0 {
			t.Fatal("a member was given with nothing to read")
		}
	}
}
