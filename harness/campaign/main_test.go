package campaign

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"os/signal"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"assay/bench/catalog"
	"assay/bench/plan"
	"assay/bench/workload"
	"assay/harness/backend"
	"assay/harness/journal"
	"assay/harness/load"
	"assay/harness/sentinel"
	"assay/harness/trial"
)

// The test binary is its own generator, backends and servers, by its first argument.
func TestMain(m *testing.M) {
	if len(os.Args) > 1 {
		switch os.Args[1] {
		case "generator":
			if err := load.Serve(os.Stdin, os.Stdout, catalog.Find); err != nil {
				fmt.Fprintln(os.Stderr, err)
				os.Exit(1)
			}
			return
		case "backend":
			os.Exit(backend.Main(os.Args[2:], os.Stdin, os.Stdout, os.Stderr))
		case "generator-slow":
			if err := load.Serve(os.Stdin, os.Stdout, slowly); err != nil {
				fmt.Fprintln(os.Stderr, err)
				os.Exit(1)
			}
			return
		case "generator-miscounts":
			if err := load.Serve(os.Stdin, miscounting(os.Stdout), catalog.Find); err != nil {
				fmt.Fprintln(os.Stderr, err)
				os.Exit(1)
			}
			return
		case "spin":
			spin()
		case "hungry":
			hungry(os.Args[2])
		case "sentinel":
			os.Exit(sentinel.Main(os.Args[2:], os.Stdin, os.Stdout, os.Stderr))
		case "server":
			serve()
			return
		case "plain":
			plain(os.Args[2])
			return
		case "campaign":
			campaignUntilKilled(os.Args[2])
			return
		}
	}
	os.Exit(m.Run())
}

// serve is a server that keeps to the contract, but for what its option mode says.
func serve() {
	mode, _, _ := strings.Cut(strings.TrimPrefix(os.Getenv("ASSAY_OPTIONS"), "mode="), ",")
	switch mode {
	case "never-ready":
		fmt.Fprintln(os.Stderr, "still thinking")
		time.Sleep(time.Hour)
	case "bad-start":
		fmt.Fprintln(os.Stderr, "no such option")
		os.Exit(2)
	case "deaf":
		signal.Ignore(syscall.SIGTERM)
	}
	if slices.Contains(rawModes, mode) {
		serveRaw(mode)
		return
	}
	if addr, ok := strings.CutPrefix(mode, "at-"); ok { // it sends others to somebody else
		fmt.Println("listening " + addr)
		io.Copy(io.Discard, os.Stdin)
		return
	}
	l, err := net.Listen("tcp", os.Getenv("ASSAY_LISTEN"))
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	nonce := os.Getenv("ASSAY_NONCE")
	if mode == "wrong-nonce" {
		nonce = "of somebody else"
	}
	var count atomic.Int64
	mux := http.NewServeMux()
	mux.HandleFunc("/-/id", func(w http.ResponseWriter, _ *http.Request) {
		json.NewEncoder(w).Encode(identity{nonce, os.Getpid()})
	})
	mux.HandleFunc("/-/stats", func(w http.ResponseWriter, _ *http.Request) {
		requests := uint64(count.Load())
		if mode == "miscounts" {
			requests *= 2
		}
		json.NewEncoder(w).Encode(stats{Requests: requests, Collections: collections(), Mallocs: 3 * uint64(count.Load()), Loops: []uint64{uint64(count.Load()), 7}})
	})
	mux.HandleFunc("/fanout", func(w http.ResponseWriter, r *http.Request) {
		count.Add(1)
		fanout(w, r)
	})
	if mode == "restless" {
		go restless()
	}
	favour := favourites()
	mux.HandleFunc("/echo", func(w http.ResponseWriter, r *http.Request) {
		answer := "abcdefghijklm"
		switch n := count.Add(1); {
		case mode == "dies" && n > 20:
			fmt.Fprintln(os.Stderr, "out of luck")
			os.Exit(3)
		case mode == "refuses" && n%4 == 0:
			http.Error(w, "no", http.StatusServiceUnavailable)
			return
		case mode == "hangs" && n > 20:
			time.Sleep(time.Hour)
		case mode == "warms" && n < 180:
			time.Sleep(150 * time.Millisecond)
		case mode == "unfair" && !favour(r.RemoteAddr):
			time.Sleep(20 * time.Millisecond)
		case mode == "collects" && n%20 == 0:
			runtime.GC()
		case mode == "computes":
			for end := time.Now().Add(20 * time.Millisecond); time.Now().Before(end); {
			}
		case mode == "wrong" && n > 20:
			answer = "abcdefghijklM"
		}
		w.Header().Set("Content-Type", "text/plain")
		io.WriteString(w, answer)
	})
	if mode != "deaf" {
		go func() {
			io.Copy(io.Discard, os.Stdin)
			os.Exit(0)
		}()
	}
	fmt.Println("listening " + l.Addr().String())
	http.Serve(l, mux)
}

// plain is a user's server that knows nothing of the contract.
func plain(port string) {
	l, err := net.Listen("tcp", "127.0.0.1:"+port)
	if err != nil {
		fmt.Println(err)
		os.Exit(1)
	}
	http.Serve(l, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path != "/hello" {
			http.NotFound(w, r)
			return
		}
		io.WriteString(w, "hello")
	}))
}

// slowly finds workloads whose answers take the generator a millisecond to check.
func slowly(name string) (*workload.Workload, error) {
	w, err := catalog.Find(name)
	if err != nil {
		return nil, err
	}
	slow := *w
	slow.Prepare = func(params map[string]string) (workload.Source, error) {
		s, err := w.Prepare(params)
		return slowSource{s}, err
	}
	return &slow, nil
}

type slowSource struct{ workload.Source }

func (s slowSource) Check(a *workload.Ask, status int, body []byte) error {
	for end := time.Now().Add(time.Millisecond); time.Now().Before(end); {
	}
	return s.Source.Check(a, status, body)
}

// self is how the test binary is started in a role.
func self(role ...string) []string { return append([]string{os.Args[0]}, role...) }

// models are what the tests' plans may name.
func models() []plan.Model {
	base := filepath.Base(os.Args[0])
	return []plan.Model{
		{Name: "server", Argv: []string{base, "server"}, Options: []plan.Option{{Name: "mode"}}, Workloads: []string{"echo", "fanout"}},
		{Name: "lonely", Argv: []string{base, "server"}, Workloads: []string{"echo"}, Limits: plan.Limits{Connections: 1}},
		{Name: "thread", Argv: []string{base, "server"}, Options: []plan.Option{{Name: "mode"}, {Name: "procs"}}, Workloads: []string{"echo"}},
	}
}

var timing = plan.Timing{Warmup: 20 * time.Millisecond, Slice: 30 * time.Millisecond, Rotations: 3, Drain: 2 * time.Second}

var (
	echo   = plan.Cell{Workload: "echo", Conns: 4}
	ladder = plan.Cell{Workload: "echo", Ladder: []int{0, 5, 12}, Settle: 10 * time.Millisecond, Span: 30 * time.Millisecond}
)

// aPlan is a short plan of arms as ParseArms reads them.
func aPlan(t testing.TB, arms string, blocks int, cells ...plan.Cell) *plan.Plan {
	t.Helper()
	parsed, err := plan.ParseArms(arms, models())
	if err != nil {
		t.Fatal(err)
	}
	return &plan.Plan{Version: plan.Version, Profile: "test", Arms: parsed, Cells: cells, Blocks: blocks, Seed: 5, Timing: timing}
}

// config is how the tests run a plan.
func config(out string, p *plan.Plan) Config {
	return Config{
		Plan: p, Models: models(), Find: catalog.Find, Bin: filepath.Dir(os.Args[0]), Out: out,
		Generator: self("generator"), Backend: self("backend"), Sentinel: self("sentinel"), Ready: 20 * time.Second,
	}
}

// campaignUntilKilled runs a long campaign and tells the pid of each server.
func campaignUntilKilled(out string) {
	echo := echo
	p := &plan.Plan{
		Version: plan.Version, Profile: "test", Blocks: 1000, Seed: 1, Timing: timing,
		Arms: []plan.Arm{{Name: "server", Model: "server"}}, Cells: []plan.Cell{echo},
	}
	c := config(out, p)
	c.Notify = func(e Event) {
		if e.Kind == Working && strings.HasPrefix(e.Text, "slice") {
			fmt.Println("slice")
		}
	}
	if _, err := Run(context.Background(), c); err != nil {
		panic(err)
	}
}

// byArm sorts trials by arm.
func byArm(trials []trial.Trial) map[string][]trial.Trial {
	m := make(map[string][]trial.Trial)
	for _, t := range trials {
		m[t.Arm] = append(m[t.Arm], t)
	}
	return m
}

// wantNoChildren checks that nothing that was started still runs.
func wantNoChildren(t *testing.T, trials []trial.Trial) {
	t.Helper()
	left := childrenOf(t, os.Getpid())
	if len(left) > 0 {
		t.Errorf("processes %v still run", left)
	}
	for _, one := range trials {
		if one.PID != 0 && slices.Contains(left, one.PID) {
			t.Errorf("server %d of %s still runs", one.PID, one.Key)
		}
	}
}

// explain logs every trial of a run that is not OK, for a test that is about to fail.
func explain(t *testing.T, dir string) {
	t.Helper()
	_, trials, err := journal.Read(dir)
	if err != nil {
		t.Log(err)
	}
	for _, one := range trials {
		if one.Status != trial.OK {
			t.Logf("%s: %s: %s\n%s", one.Key, one.Status, one.Reason, one.LogTail)
		}
	}
}

// childrenOf are the pids of the test binary's own kind below a process.
func childrenOf(t *testing.T, parent int) (pids []int) {
	t.Helper()
	dirs, err := filepath.Glob("/proc/[0-9]*/stat")
	if err != nil {
		t.Fatal(err)
	}
	for _, file := range dirs {
		text, err := os.ReadFile(file)
		if err != nil {
			continue
		}
		var pid, ppid int
		var state string
		open, end := strings.IndexByte(string(text), '('), strings.LastIndexByte(string(text), ')')
		name := string(text[open+1 : end])
		fmt.Sscan(string(text[:open]), &pid)
		fmt.Sscan(string(text[end+1:]), &state, &ppid)
		if ppid == parent && state != "Z" && name != "sh" { // the guard is a shell
			pids = append(pids, pid)
		}
	}
	return pids
}
