package campaign

import (
	"bufio"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"regexp"
	"runtime"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"golang.org/x/sys/unix"

	"assay/harness/proc"
	"assay/models/base/sock"
)

// rawModes are the misdeeds that net/http will not do.
var rawModes = []string{"twice", "drop", "pads", "slow-accept", "hangs-up"}

// serveRaw keeps to the contract on bare sockets, but for its mode: "twice" gives one answer in
// fifty twice, "drop" never gives the fiftieth, "pads" puts a byte behind it, "slow-accept" takes
// a connection every 20 ms off a queue of one, and so does "hangs-up", which closes each after
// an answer.
func serveRaw(mode string) {
	backlog := 0
	slow := mode == "slow-accept" || mode == "hangs-up"
	if slow {
		backlog = 1
	}
	fd, err := sock.Listen(os.Getenv("ASSAY_LISTEN"), backlog, false)
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	file := os.NewFile(uintptr(fd), "listener")
	l, err := net.FileListener(file)
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	file.Close()
	go func() {
		io.Copy(io.Discard, os.Stdin)
		os.Exit(0)
	}()
	fmt.Println("listening " + l.Addr().String())
	var echoes atomic.Int64
	for {
		c, err := l.Accept()
		if err != nil {
			return
		}
		go answerRaw(c, mode, &echoes)
		if slow {
			time.Sleep(20 * time.Millisecond)
		}
	}
}

func answerRaw(c net.Conn, mode string, echoes *atomic.Int64) {
	defer c.Close()
	in := bufio.NewReader(c)
	for {
		r, err := http.ReadRequest(in)
		if err != nil {
			return
		}
		body, status := "abcdefghijklm", "200 OK"
		switch r.URL.Path {
		case "/-/id":
			text, _ := json.Marshal(identity{os.Getenv("ASSAY_NONCE"), os.Getpid()})
			body = string(text)
		case "/-/stats":
			status = "404 Not Found"
		}
		r.Close = r.Close || mode == "hangs-up"
		end := ""
		if r.Close {
			end = "Connection: close\r\n"
		}
		answer := fmt.Sprintf("HTTP/1.1 %s\r\nContent-Type: text/plain\r\n%sContent-Length: %d\r\n\r\n%s", status, end, len(body), body)
		if r.URL.Path == "/echo" {
			switch n := echoes.Add(1); {
			case mode == "twice" && n%50 == 0:
				answer += answer
			case mode == "drop" && n == 50:
				continue
			case mode == "pads" && n%50 == 0:
				answer += "x"
			}
		}
		if _, err := io.WriteString(c, answer); err != nil || r.Close {
			return
		}
	}
}

// restless works a third of the time though nobody asks it to.
func restless() {
	for {
		for end := time.Now().Add(10 * time.Millisecond); time.Now().Before(end); {
		}
		time.Sleep(20 * time.Millisecond)
	}
}

// favourites says of a client whether it is the first or every fourth after it.
func favourites() func(client string) bool {
	var mu sync.Mutex
	order := make(map[string]int)
	return func(client string) bool {
		mu.Lock()
		defer mu.Unlock()
		if _, known := order[client]; !known {
			order[client] = len(order)
		}
		return order[client]%4 == 0
	}
}

// collections are those of the Go runtime so far.
func collections() uint64 {
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return uint64(m.NumGC)
}

// fanout asks the backends as the workload says, one after the other.
func fanout(w http.ResponseWriter, r *http.Request) {
	q := r.URL.Query()
	backends := strings.Split(os.Getenv("ASSAY_BACKENDS"), ",")
	var sum uint64
	delays := strings.Split(q.Get("d"), ",")
	for i, d := range delays {
		answer, err := http.Get(fmt.Sprintf("http://%s/value?n=%s&i=%d&d=%s", backends[i%len(backends)], q.Get("n"), i, d))
		if err != nil {
			http.Error(w, err.Error(), http.StatusBadGateway)
			return
		}
		text, _ := io.ReadAll(answer.Body)
		answer.Body.Close()
		value, err := strconv.ParseUint(string(text), 10, 64)
		if err != nil {
			http.Error(w, err.Error(), http.StatusBadGateway)
			return
		}
		sum += value
	}
	w.Header().Set("Content-Type", "text/plain")
	fmt.Fprint(w, sum/uint64(len(delays)))
}

// impostor answers in the place of a server that was never there, with a nonce of its own.
func impostor() (addr string, stop func(), err error) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return "", nil, err
	}
	s := &http.Server{Handler: http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path == "/-/id" {
			json.NewEncoder(w).Encode(identity{"of the impostor", os.Getpid()})
			return
		}
		io.WriteString(w, "abcdefghijklm")
	})}
	go s.Serve(l)
	return l.Addr().String(), func() { s.Close() }, nil
}

// spin keeps a processor busy until its stdin ends.
func spin() {
	go func() {
		io.Copy(io.Discard, os.Stdin)
		os.Exit(0)
	}()
	for end := time.Now().Add(time.Hour); time.Now().Before(end); {
	}
}

// hungry needs more memory than it has, a tenth of the time, until its stdin ends: it looks at
// every page of a file that is larger than its control group's limit. The file is one hole, so that
// only memory is short and no disk has work.
func hungry(file string) {
	go func() {
		io.Copy(io.Discard, os.Stdin)
		os.Exit(0)
	}()
	f, err := os.Create(file)
	if err == nil {
		err = f.Truncate(4 * ration)
	}
	var pages []byte
	if err == nil {
		pages, err = unix.Mmap(int(f.Fd()), 0, 4*ration, unix.PROT_READ, unix.MAP_SHARED)
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	if err := unix.Setpriority(unix.PRIO_PROCESS, 0, -20); err != nil { // so that it gets to its pages on a busy machine too
		fmt.Fprintln(os.Stderr, err)
	}
	fmt.Println("hungry")
	end := time.Now().Add(5 * time.Millisecond)
	for i := 0; ; i = (i + os.Getpagesize()) % len(pages) {
		touched += pages[i]
		if time.Now().After(end) {
			time.Sleep(45 * time.Millisecond)
			end = time.Now().Add(5 * time.Millisecond)
		}
	}
}

// touched keeps the compiler from leaving out the looks.
var touched byte

// miscounting passes the generator's replies on, with one byte more received in each slice
// than were.
func miscounting(w io.Writer) io.Writer { return miscount{w} }

type miscount struct{ io.Writer }

func (m miscount) Write(line []byte) (int, error) {
	changed := bytesIn.ReplaceAllFunc(line, func(field []byte) []byte {
		name, count, _ := strings.Cut(string(field), ":")
		n, err := strconv.ParseUint(count, 10, 64)
		if err != nil {
			panic(err)
		}
		return fmt.Appendf(nil, "%s:%d", name, n+1)
	})
	if _, err := m.Writer.Write(changed); err != nil {
		return 0, err
	}
	return len(line), nil
}

var bytesIn = regexp.MustCompile(`"bytes_in":[0-9]+`)

// spinOn keeps processors busy, with as many processes, until told to end.
func spinOn(cpus []int) func(t *testing.T) (end func()) {
	return func(t *testing.T) func() {
		t.Helper()
		var all []*proc.Proc
		for range cpus {
			p, err := proc.Start(proc.Spec{Name: "spinner", Argv: self("spin"), CPUs: cpus})
			if err != nil {
				t.Fatal(err)
			}
			all = append(all, p)
		}
		return func() {
			for _, p := range all {
				p.Stop(time.Second)
			}
		}
	}
}

// flood asks a backend over and over, over many connections, until told to end.
func flood(addr string) (end func()) {
	ctx, cancel := context.WithCancel(context.Background())
	client := &http.Client{Transport: &http.Transport{MaxIdleConnsPerHost: 256}}
	var all sync.WaitGroup
	for range 256 {
		all.Go(func() {
			for ctx.Err() == nil {
				r, err := http.NewRequestWithContext(ctx, http.MethodGet, "http://"+addr+"/value?n=1&i=0&d=20000", nil)
				if err != nil {
					panic(err)
				}
				if answer, err := client.Do(r); err == nil {
					io.Copy(io.Discard, answer.Body)
					answer.Body.Close()
				}
			}
		})
	}
	return func() {
		cancel()
		all.Wait()
		client.CloseIdleConnections()
	}
}

// pulses stops a process and lets it go on again, over and over, until told to end.
func pulses(pid int, stopped, running time.Duration) (end func()) {
	quit, done := make(chan struct{}), make(chan struct{})
	go func() {
		defer close(done)
		for {
			unix.Kill(pid, unix.SIGSTOP)
			select {
			case <-quit:
			case <-time.After(stopped):
			}
			unix.Kill(pid, unix.SIGCONT)
			select {
			case <-quit:
				return
			case <-time.After(running):
			}
		}
	}()
	return func() {
		close(quit)
		<-done
	}
}
