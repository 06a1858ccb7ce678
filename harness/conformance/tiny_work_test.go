package conformance

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"os"
	"strconv"
	"strings"
	"sync"
	"time"

	"assay/bench/behaviour"
	"assay/bench/workload"
)

// leaked keeps the collector from closing what a defect leaks.
var leaked []*os.File

// answer is the handler of everything.
func (s *tiny) answer(q *tinyRequest) (a tinyAnswer) {
	defer func() {
		if v := recover(); v != nil {
			if s.has("dies-of-faults") {
				os.Exit(3)
			}
			if s.has("leaks-at-faults") {
				leak, _ := os.Open("/dev/null")
				leaked = append(leaked, leak)
			}
			a = tinyAnswer{status: 500, body: fmt.Sprint(v)}
		}
	}()
	if !s.has("counts-nothing") {
		s.requests.Add(1)
	}
	if s.has("one-route") {
		return tinyAnswer{status: 200, body: "welcome"}
	}
	query, err := url.ParseQuery(q.query)
	if err != nil {
		return bad("%v", err)
	}
	switch {
	case q.path == "/-/id":
		nonce := os.Getenv("ASSAY_NONCE")
		if s.has("wrong-nonce") {
			nonce += "0"
		}
		return tinyAnswer{status: 200, body: fmt.Sprintf(`{"nonce":%q,"pid":%d}`, nonce, os.Getpid())}
	case q.path == "/-/stats":
		return tinyAnswer{status: 200, body: fmt.Sprintf(`{"requests":%d}`, s.requests.Load())}
	case s.workload == behaviour.Name && strings.HasPrefix(q.path, "/behaviour/"):
		return s.behave(strings.TrimPrefix(q.path, "/behaviour/"), params{query: query})
	case q.path != "/"+s.workload:
		return tinyAnswer{status: 404}
	case q.method == "HEAD":
		return tinyAnswer{status: 405, body: "no HEAD", fields: "Allow: GET\r\n"}
	case q.method != "GET" && (q.method != "POST" || s.workload != "echo"):
		return tinyAnswer{status: 405, fields: "Allow: GET, POST\r\n"}
	case query.Get("fault") == "panic" && !query.Has("at"):
		panic("asked to")
	}
	a = s.work(q, query)
	if s.has("off-by-one") && a.status == 200 {
		a.body += "0"
	}
	return a
}

func bad(format string, args ...any) tinyAnswer {
	return tinyAnswer{status: 400, body: "bad request: " + fmt.Sprintf(format, args...)}
}

func (s *tiny) work(q *tinyRequest, query url.Values) tinyAnswer {
	p := params{query: query, left: q.left}
	n := p.uint("n", 1<<64-1)
	switch s.workload {
	case "echo":
		return s.echo(q, p)
	case "idle":
		if p.err != nil || !query.Has("n") {
			return bad("n: %v", p.err)
		}
		return tinyAnswer{status: 200, body: fmt.Sprint(workload.Value(n, 0))}
	case "blocking":
		return s.blocking(p, n)
	default:
		return s.fanout(p, n)
	}
}

type params struct {
	query url.Values
	err   error
	left  func() bool
}

// uint is a decimal parameter; 0 if it is not there.
func (p *params) uint(name string, most uint64) uint64 {
	if !p.query.Has(name) {
		return 0
	}
	u, err := strconv.ParseUint(p.query.Get(name), 10, 64)
	if err == nil && u > most {
		err = errors.New("too much")
	}
	if err != nil && p.err == nil {
		p.err = fmt.Errorf("parameter %s: %w", name, err)
	}
	return u
}

func (s *tiny) echo(q *tinyRequest, p params) tinyAnswer {
	n := 13
	if p.query.Has("bytes") {
		n = int(p.uint("bytes", 16<<20))
	}
	if f := p.query.Get("fault"); f != "" {
		return bad("fault %s", f)
	}
	if p.err != nil {
		return bad("%v", p.err)
	}
	if q.method == "POST" {
		return tinyAnswer{status: 200, body: q.body}
	}
	return tinyAnswer{status: 200, body: letters(n)}
}

func (s *tiny) blocking(p params, n uint64) tinyAnswer {
	block, rounds := p.uint("block", 60e6), p.uint("work", 100e6)
	via := p.query.Get("via")
	if p.err != nil || !p.query.Has("n") || via != "" && via != "inline" && via != "offload" && via != "cooperative" {
		return bad("via %s, %v", via, p.err)
	}
	if block > 0 {
		select {
		case s.places <- struct{}{}:
			defer func() { <-s.places }()
		default:
			if !s.has("never-refuses") {
				return tinyAnswer{status: 503}
			}
		}
		s.workers <- struct{}{}
		time.Sleep(time.Duration(block) * time.Microsecond)
		<-s.workers
	}
	return tinyAnswer{status: 200, body: fmt.Sprint(workload.Value(n, 0)) + sum(n, rounds)}
}

func sum(n, rounds uint64) string {
	if rounds == 0 {
		return ""
	}
	return " " + strconv.FormatUint(workload.Work(n%16, int(rounds)), 16)
}

func (s *tiny) fanout(p params, n uint64) tinyAnswer {
	rounds, at := p.uint("work", 100e6), p.uint("at", 63)
	delays := strings.Split(p.query.Get("d"), ",")
	for _, d := range delays {
		if u, err := strconv.ParseUint(d, 10, 64); err != nil || u > 60e6 {
			return bad("delay %s", d)
		}
	}
	fault, mode := p.query.Get("fault"), p.query.Get("mode")
	most := 64
	if s.has("ten-calls") {
		most = 10
	}
	if p.err != nil || !p.query.Has("n") || len(delays) > most || at >= uint64(len(delays)) ||
		fault != "" && !strings.Contains(",panic,fail,stall,reset,garbage,truncate,slow,", ","+fault+",") ||
		mode != "" && mode != "parallel" && mode != "sequential" {
		return bad("%v", p.err)
	}
	values, err := s.askAll(p, n, delays, fault, at, mode == "sequential")
	switch {
	case errors.Is(err, context.DeadlineExceeded) && !s.has("500-for-backends"):
		return tinyAnswer{status: 504}
	case err != nil && !s.has("500-for-backends"):
		return tinyAnswer{status: 502}
	case err != nil || fault == "panic":
		panic(fmt.Sprint("fault: ", err))
	}
	var total uint64
	for _, v := range values {
		total += v
	}
	return tinyAnswer{status: 200, body: fmt.Sprint(total/uint64(len(values))) + sum(n, rounds)}
}

func (s *tiny) askAll(p params, n uint64, delays []string, fault string, at uint64, sequential bool) ([]uint64, error) {
	values, errs := make([]uint64, len(delays)), make([]error, len(delays))
	if s.has("always-in-turn") {
		sequential = true
	}
	if s.has("always-at-once") {
		sequential = false
	}
	var wg sync.WaitGroup
	for i, d := range delays {
		path := fmt.Sprintf("/value?n=%d&i=%d&d=%s", n, i, d)
		if fault != "" && fault != "panic" && uint64(i) == at {
			path += "&fault=" + fault
		}
		wg.Go(func() { values[i], errs[i] = s.ask(i, path) })
		if sequential {
			wg.Wait()
			if errs[i] != nil && !s.has("asks-on") {
				return nil, errs[i]
			}
			if s.has("stops-with-its-client") && p.left() {
				return nil, context.Canceled
			}
		}
	}
	wg.Wait()
	if s.has("last-failure-decides") {
		for _, err := range errs {
			if errors.Is(err, context.DeadlineExceeded) {
				return nil, err
			}
		}
	}
	for _, err := range errs {
		if err != nil {
			return nil, err
		}
	}
	return values, nil
}

func (s *tiny) ask(i int, path string) (uint64, error) {
	if len(s.backends) == 0 {
		return 0, errors.New("no backend")
	}
	if s.has("first-backend-only") {
		i = 0
	}
	addr := s.backends[i%len(s.backends)]
	if s.has("naive-client", "first-piece-only") {
		return naive(addr, path, s.duration("backend-timeout"), s.has("first-piece-only"))
	}
	r, err := s.client.Get("http://" + addr + path)
	if err != nil {
		return 0, err
	}
	defer r.Body.Close()
	if s.has("dies-of-heads") && len(r.Header.Get("X")) > 1000 {
		os.Exit(3)
	}
	most := int64(1000)
	if s.has("reads-all") {
		most = 1 << 40
	}
	body, err := io.ReadAll(io.LimitReader(r.Body, most))
	if err != nil {
		return 0, err
	}
	if r.StatusCode != http.StatusOK {
		if s.has("any-status") {
			return 1, nil
		}
		return 0, fmt.Errorf("status %d", r.StatusCode)
	}
	if s.has("any-value") {
		u, _ := strconv.ParseUint(string(body), 10, 64)
		return u, nil
	}
	return strconv.ParseUint(string(body), 10, 64)
}
