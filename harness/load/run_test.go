package load

import (
	"context"
	"encoding/json"
	"errors"
	"io"
	"maps"
	"net"
	"slices"
	"strings"
	"testing"
	"time"
)

func TestRun(t *testing.T) {
	s := newServer(t, func(c *net.TCPConn, _ int, head string) bool {
		if !strings.HasPrefix(head, "GET /some?thing=1 HTTP/1.1\r\nHost: localhost:") {
			return write(c, "HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n")
		}
		return write(c, "HTTP/1.1 204 No Content\r\n\r\n")
	})
	_, port, err := net.SplitHostPort(s.addr)
	if err != nil {
		t.Fatal(err)
	}
	o := Options{
		URL: "http://localhost:" + port + "/some?thing=1", Conns: 4, Duration: 200 * time.Millisecond,
		Warmup: 50 * time.Millisecond, Drain: 20 * time.Second, Loops: 2,
	}
	for _, o.Rate = range []float64{500, 0} {
		got, err := Run(context.Background(), o)
		if err != nil {
			t.Fatal(err)
		}
		if len(got.Errors) != 0 || got.Offered != o.Rate || got.Achieved <= 0 || got.Requests == 0 || got.Response.Count != int64(got.Requests) {
			t.Errorf("rate %g: %+v", o.Rate, got)
		}
		if o.Rate > 0 && got.Requests != 100 {
			t.Errorf("%d requests at 500/s in 200 ms, want 100", got.Requests)
		}
		if !slices.ContainsFunc(got.Notes, func(n string) bool { return strings.Contains(n, "bodies are unchecked") }) {
			t.Errorf("notes %q do not say that bodies are unchecked", got.Notes)
		}
	}
}

// Scripts rely on these names.
func TestSummaryJSON(t *testing.T) {
	text, err := json.Marshal(Summary{Errors: map[string]uint64{}})
	if err != nil {
		t.Fatal(err)
	}
	var all map[string]json.RawMessage
	if err := json.Unmarshal(text, &all); err != nil {
		t.Fatal(err)
	}
	want := []string{"achieved_rps", "errors", "offered_rps", "requests", "response_ns", "service_ns", "slip_ns"}
	if got := slices.Sorted(maps.Keys(all)); !slices.Equal(got, want) {
		t.Errorf("keys %q, want %q", got, want)
	}
	if string(all["errors"]) != "{}" {
		t.Errorf("no errors are %s, want {}", all["errors"])
	}
	var q map[string]float64
	if err := json.Unmarshal(all["slip_ns"], &q); err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{"p50", "p90", "p99", "p999", "max"} {
		if _, ok := q[name]; !ok {
			t.Errorf("slip_ns has no %q", name)
		}
	}
}

func TestRunRefuses(t *testing.T) {
	gone, err := net.Listen("tcp4", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	gone.Close()
	for _, c := range []struct {
		o    Options
		want string
	}{
		{Options{URL: "127.0.0.1:80"}, "127.0.0.1:80"},
		{Options{URL: "https://127.0.0.1/"}, `scheme "https"`},
		{Options{URL: "http:///path"}, "the host is missing"},
		{Options{URL: "http://" + gone.Addr().String()}, "connection refused"},
		{Options{URL: "http://" + gone.Addr().String(), Conns: -1}, "-1 connections"},
		{Options{URL: "http://" + gone.Addr().String(), Loops: -1}, "-1 event loops"},
	} {
		if _, err := Run(context.Background(), c.o); err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("Run(%+v): %v, want it to say %q", c.o, err, c.want)
		}
	}
}

// Interrupted, a run gives what it has.
func TestRunInterrupted(t *testing.T) {
	s := newServer(t, func(c *net.TCPConn, _ int, _ string) bool {
		_, err := io.WriteString(c, "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n")
		return err == nil
	})
	ctx, cancel := context.WithCancel(context.Background())
	defer cancel()
	seen := make(chan Progress, 100)
	go func() {
		for p := range seen {
			if p.Answers > 0 {
				cancel()
			}
		}
	}()
	got, err := Run(ctx, Options{URL: "http://" + s.addr, Rate: 200, Duration: time.Hour / 100, Conns: 2, Progress: func(p Progress) { seen <- p }})
	close(seen)
	if !errors.Is(err, context.Canceled) {
		t.Errorf("error %v, want the context's", err)
	}
	if got.Requests == 0 || got.Response.Count != int64(got.Requests) || len(got.Errors) != 0 {
		t.Errorf("%+v; want what was done until then", got)
	}
}

// The faults that only closing brings to light count too.
func TestRunCountsErrors(t *testing.T) {
	s := newServer(t, func(c *net.TCPConn, _ int, _ string) bool {
		return write(c, "HTTP/1.1 500 \r\nContent-Length: 0\r\n\r\n")
	})
	got, err := Run(context.Background(), Options{URL: "http://" + s.addr, Rate: 500, Duration: 100 * time.Millisecond, Conns: 2})
	if err != nil {
		t.Fatal(err)
	}
	if got.Errors["status-500"] != 50 || got.Achieved != 0 || got.Requests != 50 {
		t.Errorf("%+v; want 50 status-500 and nothing achieved", got)
	}
}

// What comes behind the very last answer counts too.
func TestRunListensAfterwards(t *testing.T) {
	const answer = "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n"
	s := newServer(t, func(c *net.TCPConn, _ int, _ string) bool {
		write(c, answer)
		time.Sleep(time.Millisecond)
		return write(c, answer)
	})
	got, err := Run(context.Background(), Options{URL: "http://" + s.addr, Rate: 20, Arrivals: Constant, Duration: 100 * time.Millisecond, Conns: 2})
	if err != nil {
		t.Fatal(err)
	}
	if got.Errors["unsolicited"] != 2 || got.Requests != 2 {
		t.Errorf("%d requests, errors %v; want 2 and an unsolicited answer each", got.Requests, got.Errors)
	}
}
