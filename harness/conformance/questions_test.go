package conformance

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"assay/bench/catalog"
	"assay/bench/plan"
	"assay/bench/workload"
	"assay/harness/proc"
)

// courses are sequences of requests that the models are asked, one after the other,
// on one connection.
var courses = []struct {
	workload, options string
	params            map[string]string
	flight            int // the most calls that are under way at once; 0: not looked at
}{
	{"echo", "", nil, 0},
	{"idle", "", nil, 0},
	{"fanout", "", map[string]string{"delay": "5ms"}, 3},
	{"fanout", "", map[string]string{"delay": "exp:1ms", "k": "5"}, 0}, // more calls than backends
	{"fanout", "", map[string]string{"delay": "1ms", "mode": "sequential"}, 1},
	{"fanout", "", map[string]string{"delay": "1ms", "fault": "panic", "fault-share": "30%"}, 0},
	// The others are waited for, though one has failed before them.
	{"fanout", "", map[string]string{"delay": "uniform:1ms-30ms", "fault": "fail", "fault-share": "30%"}, 0},
	{"fanout", "", map[string]string{"delay": "1ms", "fault": "fail", "fault-share": "30%", "mode": "sequential"}, 1},
	{"fanout", "", map[string]string{"delay": "1ms", "fault": "garbage", "fault-share": "30%"}, 0},
	{"fanout", "", map[string]string{"delay": "1ms", "fault": "truncate", "fault-share": "30%", "mode": "sequential"}, 1},
	// A reset of a connection that was used before is met by one more try on a fresh one.
	{"fanout", "", map[string]string{"delay": "1ms", "fault": "reset", "fault-share": "30%", "mode": "sequential"}, 1},
	{"fanout", "backend-timeout=1s", map[string]string{"delay": "1ms", "fault": "stall", "fault-share": "10%"}, 0},
	{"blocking", "", map[string]string{"share": "50%", "block": "1ms"}, 0},
	{"blocking", "", map[string]string{"share": "50%", "block": "1ms", "via": "offload"}, 0},
	{"blocking", "", map[string]string{"share": "50%", "block": "1ms", "via": "cooperative"}, 1},
}

const (
	courseSeed   = 11
	courseLength = 30 // requests
)

// asked is what backends counted that must be the same whoever asked them. Connections
// are: a call that is let go of takes its connection with it.
type asked struct {
	Calls, Accepted, Dropped, Refused, Misdirected uint64
	PerBackend                                     []uint64
	Faults                                         map[string]uint64
	MostFlight                                     int
}

// The same sequence makes every model ask its backends the same: the same number of
// calls of each, with the same faults, and as many at once. The backends count. With
// -short, three models stand for their styles.
func TestSameQuestions(t *testing.T) {
	t.Parallel()
	dir, models := build(t)
	models = slices.DeleteFunc(models, func(m plan.Model) bool {
		// References have clients of their own, with their own ideas of a retry.
		return m.Kind == "reference" || testing.Short() && !slices.Contains([]string{"goroutine", "reactor", "await"}, m.Name)
	})
	first := make([]asked, len(courses))
	ask := func(m plan.Model, options string) {
		for i, c := range courses {
			name := fmt.Sprintf("%s %s %s %v", m.Name, options, c.workload, c.params)
			got, err := course(m, dir, joinOptions(options, c.options), i)
			if err != nil {
				t.Errorf("%s: %v", name, err)
				continue
			}
			if c.flight != 0 && got.MostFlight != c.flight {
				t.Errorf("%s: %d calls were under way at once, want %d", name, got.MostFlight, c.flight)
			}
			got.MostFlight = 0
			if first[i].PerBackend == nil {
				first[i] = got
			} else if !reflect.DeepEqual(got, first[i]) {
				t.Errorf("%s: it asked\n\t%+v\n%s asked\n\t%+v", name, got, models[0].Name, first[i])
			}
		}
	}
	ask(models[0], "")
	var wg sync.WaitGroup
	places := make(chan struct{}, 4) // they mostly wait
	later := func(m plan.Model, options string) {
		wg.Go(func() {
			places <- struct{}{}
			defer func() { <-places }()
			ask(m, options)
		})
	}
	for _, m := range models[1:] {
		later(m, "")
	}
	for _, v := range variants {
		if m, err := plan.FindModel(v.model, models); err == nil && strings.HasPrefix(v.options, "callall=") {
			later(m, v.options)
		}
	}
	wg.Wait()
}

// course asks a fresh server all requests of one course, checks its answers, and gives
// what its backends counted.
func course(m plan.Model, dir, options string, number int) (a asked, err error) {
	c := courses[number]
	w, err := catalog.Find(c.workload)
	if err != nil {
		return a, err
	}
	params, err := w.Resolve(c.params)
	if err != nil {
		return a, err
	}
	source, err := w.Prepare(params)
	if err != nil {
		return a, err
	}
	b := &backends{}
	if err := b.open([]string{"127.0.0.1:0", "127.0.0.1:0", "127.0.0.1:0"}); err != nil {
		return a, err
	}
	defer func() { err = errors.Join(err, b.shut()) }()
	p, err := proc.Start(proc.Spec{
		Name: m.Name, Argv: append([]string{filepath.Join(dir, m.Argv[0])}, m.Argv[1:]...),
		Env: environment(map[string]string{
			"ASSAY_WORKLOAD": c.workload, "ASSAY_OPTIONS": options, "ASSAY_BACKENDS": strings.Join(b.addrs(false), ","),
		}),
	})
	if err != nil {
		return a, err
	}
	defer func() {
		_, stopped := p.Stop(proc.Grace)
		err = errors.Join(err, stopped)
	}()
	ctx, cancel := context.WithTimeout(context.Background(), 30*time.Second)
	defer cancel()
	addr, err := p.Listening(ctx)
	if err == nil {
		err = takeCourse(addr, source)
	}
	s := b.take()
	return asked{s.Calls, s.Accepted, s.Dropped, s.Refused, s.Misdirected, s.PerBackend, s.Faults, s.MostFlight}, err
}

// takeCourse asks and checks, over one connection.
func takeCourse(addr string, source workload.Source) error {
	c, err := net.Dial("tcp", addr)
	if err != nil {
		return err
	}
	defer c.Close()
	if err := c.SetDeadline(time.Now().Add(time.Minute)); err != nil {
		return err
	}
	r := bufio.NewReader(c)
	var ask workload.Ask
	for n := range uint64(courseLength) {
		source.Draw(courseSeed, n, &ask)
		if _, err := fmt.Fprintf(c, "%s %s HTTP/1.1\r\nHost: a\r\n\r\n", ask.Method, ask.Target); err != nil {
			return err
		}
		resp, err := http.ReadResponse(r, nil)
		if err != nil {
			return fmt.Errorf("request %d, %s: %w", n, ask.Target, err)
		}
		body, err := io.ReadAll(resp.Body)
		if err == nil {
			err = source.Check(&ask, resp.StatusCode, body)
		}
		if err != nil {
			return fmt.Errorf("request %d, %s: %w", n, ask.Target, err)
		}
	}
	return nil
}
