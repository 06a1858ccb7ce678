package load

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"net"
	"net/url"
	"time"
)

// Options says what Run asks.
type Options struct {
	URL      string        // http://host:port/path
	Rate     float64       // per second; 0: closed loop
	Arrivals string        // "" is Poisson
	Burst    int           // with Burst
	Conns    int           // 0: 64
	Idle     int           // further connections that stay silent
	NewConns bool          // a connection per request
	Ramp     time.Duration // over which the connections are opened
	Duration time.Duration // 0: 10 s
	Warmup   time.Duration // discarded; 0: none
	Drain    time.Duration // 0: 2 s
	Timeout  time.Duration // of a request; 0: the end of the drain
	Spin     time.Duration // before an intended time, to poll instead of sleep. 0: AloneSpin; negative: none
	Seed     uint64        // 0: one is drawn
	Loops    int           // event loops, each a thread of its own; 0: 1

	// Progress, if set, is called about every second from a goroutine of its own.
	Progress func(Progress)
}

// linger is how long Run listens, before it closes, for what nobody asked for.
const linger = 100 * time.Millisecond

// Run loads one URL from this process and says what it found. Answers are checked for
// a 2xx status; their bodies cannot be. When ctx ends, Run stops early and returns what it
// has together with ctx's error. Any other error means that nothing was measured.
func Run(ctx context.Context, o Options) (Summary, error) {
	o = o.withDefaults()
	open, err := o.open(ctx)
	if err != nil {
		return Summary{}, err
	}
	g, err := NewGenerator(nil, o.Loops)
	if err != nil {
		return Summary{}, err
	}
	s, err := o.run(ctx, g, open)
	return s, errors.Join(err, g.Close())
}

func (o Options) run(ctx context.Context, g *Generator, open Command) (Summary, error) {
	if r := g.Do(ctx, open); r.Error != "" {
		return Summary{}, errors.New(r.Error)
	}
	slice := Command{
		Op: OpSlice, Rate: o.Rate, Arrivals: o.Arrivals, Burst: o.Burst, Duration: int64(o.Duration), Drain: int64(o.Drain),
		Timeout: int64(o.Timeout), Seed: o.Seed, Spin: int64(o.Spin),
	}
	if o.Warmup > 0 {
		warm := slice
		warm.Duration, warm.Seed, warm.Discard = int64(o.Warmup), o.Seed+1, true
		r := o.watched(ctx, g, warm)
		if r.Error != "" {
			return Summary{}, errors.New(r.Error)
		}
		slice.First = r.Load.Requests
	}
	if err := ctx.Err(); err != nil {
		return Summary{}, err
	}
	r := o.watched(ctx, g, slice)
	if r.Error != "" {
		return Summary{}, errors.New(r.Error)
	}
	time.Sleep(linger)
	if c := g.Do(context.Background(), Command{Op: OpClose}); c.Load != nil {
		for kind, n := range c.Load.Errors {
			r.Load.Errors[kind] += n
		}
	}
	s, err := Summarize(r.Load)
	s.Notes = notes(o, &r)
	return s, errors.Join(err, ctx.Err())
}

func (o Options) withDefaults() Options {
	if o.Conns == 0 {
		o.Conns = 64
	}
	if o.Duration == 0 {
		o.Duration = 10 * time.Second
	}
	if o.Loops == 0 {
		o.Loops = 1
	}
	if o.Spin == 0 {
		o.Spin = AloneSpin
	}
	if o.Seed == 0 {
		o.Seed = rand.Uint64()
	}
	return o
}

// open makes the command that connects to the URL.
func (o Options) open(ctx context.Context) (Command, error) {
	u, err := url.Parse(o.URL)
	switch {
	case err != nil:
		return Command{}, fmt.Errorf("URL %q: %w", o.URL, err)
	case u.Scheme != "http":
		return Command{}, fmt.Errorf("URL %q: want http://host:port/path; scheme %q is not spoken", o.URL, u.Scheme)
	case u.Hostname() == "":
		return Command{}, fmt.Errorf("URL %q: want http://host:port/path; the host is missing", o.URL)
	}
	port := u.Port()
	if port == "" {
		port = "80"
	}
	ips, err := net.DefaultResolver.LookupNetIP(ctx, "ip", u.Hostname())
	if err != nil {
		return Command{}, fmt.Errorf("URL %q: %w", o.URL, err)
	}
	ip := ips[0]
	for _, other := range ips { // servers on this machine listen on IPv4 more often than not
		if other.Unmap().Is4() {
			ip = other
			break
		}
	}
	return Command{
		Op: OpOpen, Addr: net.JoinHostPort(ip.Unmap().String(), port), Host: u.Host, URLPath: u.RequestURI(),
		Conns: o.Conns, Idle: o.Idle, NewConns: o.NewConns, RampNanos: int64(o.Ramp),
	}, nil
}
