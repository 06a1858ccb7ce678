package backend

import (
	"io"
	"strings"
	"testing"
	"time"
)

func TestAnswersAfterTheDelay(t *testing.T) {
	s := start(t, 2)
	c := dial(t, s.Addrs()[1])
	for n, d := range []time.Duration{0, time.Microsecond, time.Millisecond, 30 * time.Millisecond} {
		before := time.Now()
		c.send(get(n, 1, int(d.Microseconds()), ""))
		c.want(200, text(n, 1))
		if took := time.Since(before); took < d {
			t.Errorf("answered after %v, asked for %v", took, d)
		}
	}
}

func TestByteAtATime(t *testing.T) {
	c := dial(t, start(t, 1).Addrs()[0])
	for _, b := range []byte(get(5, 0, 100, "")) {
		c.send(string(b))
	}
	c.want(200, text(5, 0))
}

func TestPipelinedCallsWaitSideBySide(t *testing.T) {
	s := start(t, 1)
	c := dial(t, s.Addrs()[0])
	third := get(3, 0, 30_000, "")
	c.send(get(1, 0, 200_000, "") + get(2, 0, 0, "") + third[:20])
	c.send(third[20:])
	for n := 1; n <= 3; n++ {
		c.want(200, text(n, 0))
	}
	if got := s.Take(false); got.MostFlight != 3 {
		t.Errorf("at most %d calls waited at once, want 3", got.MostFlight)
	}
}

func TestMoreThanTheQueueHolds(t *testing.T) {
	c := dial(t, start(t, 1).Addrs()[0])
	const calls = 3*mostQueued + 7
	go func() {
		var all strings.Builder
		for n := range calls {
			all.WriteString(get(n, 0, 1000, ""))
		}
		_, _ = io.WriteString(c.TCPConn, all.String()) // a failure shows as a missing answer
	}()
	for n := range calls {
		c.want(200, text(n, 0))
	}
}

func TestHalfCloseIsAnswered(t *testing.T) {
	c := dial(t, start(t, 1).Addrs()[0])
	c.send(get(1, 0, 20_000, "") + get(2, 0, 0, ""))
	if err := c.CloseWrite(); err != nil {
		t.Fatal(err)
	}
	c.want(200, text(1, 0))
	c.want(200, text(2, 0))
	c.wantEnd()
}

func TestConnectionClose(t *testing.T) {
	c := dial(t, start(t, 1).Addrs()[0])
	c.send(strings.Replace(get(1, 0, 500, ""), "Host", "Connection: close\r\nHost", 1))
	c.want(200, text(1, 0))
	c.wantEnd()
}
