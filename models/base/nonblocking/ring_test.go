package nonblocking

import (
	"testing"

	"assay/models/base/conn"
	"assay/models/base/loop"
	"assay/models/base/ring"
)

// overRing has the tests' servers run over io_uring. It is set by TestOverRing
// alone: tests of this package are not parallel.
var overRing *ring.Wish

// waiting gives a loop, with what carries its bytes if that is not the kernel itself.
func waiting(t testing.TB) (*loop.Loop, Carrier) {
	t.Helper()
	if overRing == nil {
		l, err := loop.New()
		if err != nil {
			t.Fatal(err)
		}
		return l, nil
	}
	e, err := ring.New(*overRing, conn.ReadBuffer)
	if err != nil {
		t.Fatal(err)
	}
	l, err := loop.NewOn(e)
	if err != nil {
		t.Fatal(err)
	}
	return l, e
}

// What holds over epoll holds over a ring: the connection logic is the same. (Without
// a single issuer, because these tests close their servers on other threads.)
func TestOverRing(t *testing.T) {
	tests := []struct {
		name string
		run  func(*testing.T)
	}{
		{"backend outcomes", TestBackendOutcomes},
		{"backend connections are reused", TestBackendConnectionsAreReused},
		{"stale backend connection", TestStaleBackendConnection},
		{"no backend", TestNoBackend},
		{"scatter", TestScatter},
		{"dribble", TestDribble},
		{"pipelining", TestPipelining},
		{"pipelining behind a wait", TestPipeliningBehindAWait},
		{"slow reader is not read from", TestSlowReaderIsNotReadFrom},
		{"half close", TestHalfClose},
		{"reset while the handler waits", TestResetWhileTheHandlerWaits},
		{"request deadline is absolute", TestRequestDeadlineIsAbsolute},
		{"next request has its own deadline", TestNextRequestHasItsOwnDeadline},
		{"deadline ends with the request", TestDeadlineEndsWithTheRequest},
		{"write deadline", TestWriteDeadline},
		{"refusal survives", TestRefusalSurvivesWhatThePeerStillSends},
		{"lingering is bounded", TestLingeringIsBounded},
		{"faults", TestFaults},
		{"connection is released", TestConnectionIsReleased},
		{"call allocates nothing", TestCallAllocatesNothing},
		{"drain with nothing open", TestDrainWithNothingOpen},
		{"drain owes what has come", TestDrainOwesWhatHasCome},
		{"drain says close", TestDrainSaysClose},
		{"drain on", TestDrainOn},
		{"close while a handler waits", TestCloseWhileAHandlerWaits},
		{"offload", TestOffload},
	}
	for _, wish := range []ring.Wish{{Taskrun: "coop"}, {Taskrun: "plain", Shots: "single"}} {
		if _, err := ring.Probe(wish); err != nil {
			t.Skip(err)
		}
		overRing = &wish
		defer func() { overRing = nil }()
		for _, test := range tests {
			t.Run(wish.Taskrun+" "+test.name, test.run)
		}
	}
}
