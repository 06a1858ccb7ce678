package conformance

import (
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"os/signal"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"assay/bench/behaviour"
	"assay/bench/catalog"
)

// tiny is a small server of the contract, written for these tests alone, with
// defects that can be switched on. Without any it must pass every case; with one,
// the cases that are there to find it must fail.
type tiny struct {
	defect   string
	workload string
	options  map[string]string
	backends []string
	client   *http.Client
	ln       *net.TCPListener
	draining atomic.Bool
	requests atomic.Int64
	places   chan struct{} // workers and queue of blocking
	workers  chan struct{}

	mu    sync.Mutex
	conns map[*net.TCPConn]bool // true: between requests
	wg    sync.WaitGroup
}

func TestMain(m *testing.M) {
	if len(os.Args) == 3 && os.Args[1] == "tiny" {
		os.Exit((&tiny{defect: os.Args[2]}).main())
	}
	os.Exit(m.Run())
}

// has says whether the server has one of those defects.
func (s *tiny) has(defects ...string) bool {
	for _, d := range defects {
		if s.defect == d {
			return true
		}
	}
	return false
}

func complain(format string, args ...any) int {
	fmt.Fprintf(os.Stderr, "tiny: "+format+"\n", args...)
	return 2
}

func (s *tiny) main() int {
	s.options = map[string]string{
		"request-timeout": "10s", "backend-timeout": "2s", "write-timeout": "10s", "max-body": "1048576",
		"size": "1000000", "queue": "1000000", "trace": "off",
	}
	for pair := range strings.SplitSeq(os.Getenv("ASSAY_OPTIONS"), ",") {
		name, value, _ := strings.Cut(pair, "=")
		if s.has("takes-anything") || pair == "" {
			continue
		}
		if _, ok := s.options[name]; !ok {
			return complain("no option %s; there is request-timeout", name)
		}
		s.options[name] = value
		if _, err := time.ParseDuration(value); strings.HasSuffix(name, "timeout") && err != nil {
			return complain("option %s=%s: %v", name, value, err)
		}
	}
	s.workload = os.Getenv("ASSAY_WORKLOAD")
	if _, err := catalog.Find(s.workload); err != nil && s.workload != behaviour.Name && !s.has("takes-anything") {
		return complain("%v", err)
	}
	if list := os.Getenv("ASSAY_BACKENDS"); list != "" {
		s.backends = strings.Split(list, ",")
	}
	return s.serve()
}

func (s *tiny) duration(name string) time.Duration {
	d, _ := time.ParseDuration(s.options[name])
	return d
}

func (s *tiny) number(name string) int {
	n, _ := strconv.Atoi(s.options[name])
	return n
}

func (s *tiny) serve() int {
	addr := os.Getenv("ASSAY_LISTEN")
	if s.has("any-port") {
		addr = "127.0.0.1:0"
	}
	ln, err := net.Listen("tcp", addr)
	if err != nil {
		return complain("%v", err)
	}
	s.ln = ln.(*net.TCPListener)
	s.conns = make(map[*net.TCPConn]bool)
	s.workers, s.places = make(chan struct{}, s.number("size")), make(chan struct{}, s.number("size")+s.number("queue"))
	s.client = s.newClient()
	terminated := make(chan os.Signal, 10)
	signal.Notify(terminated, syscall.SIGTERM)
	if s.has("foreign-socket") {
		fmt.Println("listening", s.backends[0])
	} else {
		fmt.Println("listening", ln.Addr())
	}
	go func() {
		io.Copy(io.Discard, os.Stdin)
		if !s.has("ignores-stdin") {
			os.Exit(0)
		}
	}()
	go func() {
		<-terminated
		s.drain()
	}()
	s.accept()
	s.wg.Wait()
	if s.has("waits-after-drain") {
		time.Sleep(time.Hour)
	}
	if s.has("drains-with-1") {
		return 1
	}
	return 0
}

// accept accepts until the listener is closed, or, when draining, until nobody waits.
func (s *tiny) accept() {
	for {
		if s.has("forgets-the-queue") {
			time.Sleep(10 * time.Millisecond)
		}
		c, err := s.ln.AcceptTCP()
		switch {
		case err == nil:
			s.mu.Lock()
			if s.has("fifty-clients") && len(s.conns) >= 50 {
				s.mu.Unlock()
				c.Close()
				continue
			}
			s.conns[c] = true
			s.mu.Unlock()
			s.wg.Go(func() { s.connection(c) })
		case errors.Is(err, net.ErrClosed), errors.Is(err, os.ErrDeadlineExceeded) && s.draining.Load():
			s.ln.Close()
			return
		case errors.Is(err, os.ErrDeadlineExceeded):
		case s.has("dies-when-exhausted"):
			os.Exit(1)
		case s.has("spins-when-exhausted"):
		default:
			time.Sleep(20 * time.Millisecond)
		}
	}
}

// grace is how long a drain looks for what came before SIGTERM.
const grace = 200 * time.Millisecond

func (s *tiny) drain() {
	switch {
	case s.has("ignores-sigterm"):
		return
	case s.has("drops-everything"):
		syscall.RawSyscall(syscall.SYS_EXIT_GROUP, 0, 0, 0) // os.Exit lets the race detector tidy up for a second
	}
	s.draining.Store(true)
	if s.has("forgets-the-queue") {
		s.ln.Close()
	} else if !s.has("goes-on-accepting") {
		s.ln.SetDeadline(time.Now().Add(grace))
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	for c := range s.conns {
		if !s.has("waits-for-the-idle") {
			c.SetReadDeadline(time.Now().Add(grace))
		}
	}
}

func (s *tiny) newClient() *http.Client {
	t := &http.Transport{MaxIdleConnsPerHost: 10_000, DisableKeepAlives: s.has("connection-a-call"), DisableCompression: true}
	c := &http.Client{Transport: t, Timeout: s.duration("backend-timeout")}
	if s.has("no-backend-deadline") {
		c.Timeout = 0
	}
	if s.has("hasty") {
		c.Timeout = 100 * time.Millisecond
	}
	if !s.has("follows-redirects") {
		c.CheckRedirect = func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }
	}
	return c
}

// tinyTarget is the server with a defect; "" for none.
func tinyTarget(defect string) Target {
	return Target{Name: "tiny", Argv: []string{os.Args[0], "tiny", defect}}
}
