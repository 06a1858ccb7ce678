package multireactor

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"go.uber.org/goleak"

	"assay/models/base/model"
	"assay/models/base/model/modeltest"
	"assay/models/reactor"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// layouts are the ways in which the model can be started.
var layouts = []string{
	"loops=1",
	"loops=3",
	"loops=3,layout=reuseport",
	"loops=2,workers=network:3",
	"loops=1,workers=network:1+blocking:2+computing:1",
}

func TestSuite(t *testing.T) {
	for _, options := range layouts {
		t.Run(options, func(t *testing.T) { modeltest.Suite(t, Model, options) })
	}
}

// A request costs the closures of its handler, as in a reactor, and nothing besides.
func TestFrugal(t *testing.T) {
	floor := modeltest.Allocations(t, reactor.Model, "")
	for _, options := range layouts {
		ask := modeltest.Allocations(t, Model, options)
		for _, target := range modeltest.Targets {
			got, want := ask(target), floor(target)
			if got > want+modeltest.Stray && !modeltest.RaceDetector {
				t.Errorf("%s: %s: %.2f allocations a request, those of a reactor are %.2f", options, target, got, want)
			}
		}
	}
}

// counted is what /-/stats says of the loops.
func counted(t *testing.T, s *modeltest.Server) []uint64 {
	t.Helper()
	var stats struct {
		Requests uint64
		Loops    []uint64
	}
	if err := json.Unmarshal([]byte(s.Dial().Get("/-/stats").Body), &stats); err != nil {
		t.Fatal(err)
	}
	var sum uint64
	for _, n := range stats.Loops {
		sum += n
	}
	if sum != stats.Requests {
		t.Errorf("%d requests, those of the loops %v are %d", stats.Requests, stats.Loops, sum)
	}
	return stats.Loops
}

// With an acceptor the loops stay even, whoever comes and goes.
func TestBalance(t *testing.T) {
	for _, row := range []struct{ loops, conns int }{{2, 64}, {3, 64}, {4, 100}} {
		t.Run(fmt.Sprint(row), func(t *testing.T) {
			s := modeltest.Start(t, Model, modeltest.Config{Options: fmt.Sprintf("loops=%d", row.loops), Routes: modeltest.Routes()})
			var all []*modeltest.Client
			for range row.conns {
				all = append(all, s.Dial())
			}
			ask(all, 10)
			before := counted(t, s)
			// Half of them leave, all of one loop's among them; as many come.
			for i, c := range all {
				if i%row.loops == 0 || i%3 == 0 {
					c.CloseWrite()
					c.WantClosed()
					all[i] = s.Dial()
				}
			}
			ask(all, 20)
			after := counted(t, s)
			for i := range after {
				after[i] -= before[i]
			}
			for _, loops := range [][]uint64{before, after} {
				if len(loops) != row.loops {
					t.Fatalf("%d loops answered, want %d", len(loops), row.loops)
				}
				if most, least := slices.Max(loops), slices.Min(loops); float64(most) >= 1.2*float64(least) {
					t.Errorf("requests of the loops %v: most to least is %.2f, want below 1.2", loops, float64(most)/float64(least))
				}
			}
		})
	}
}

// Where several have equally few connections it is each one's turn, so that clients
// which come and go one by one find every loop.
func TestTurns(t *testing.T) {
	g := &group{members: []*member{{}, {}, {}}}
	var got []int
	for i := range 8 {
		if i == 6 {
			g.members[1].live.Add(-1)
		}
		got = append(got, slices.Index(g.members, g.least()))
	}
	if want := []int{0, 1, 2, 0, 1, 2, 1, 1}; !slices.Equal(got, want) {
		t.Errorf("the turns are %v, want %v", got, want)
	}
}

// ask lets every client make n requests at once with the others.
func ask(all []*modeltest.Client, n int) {
	var over sync.WaitGroup
	for _, c := range all {
		over.Go(func() {
			for range n {
				c.Want("/hello", 200, "hello")
			}
		})
	}
	over.Wait()
}

// Every loop of reuseport is reached, however uneven the kernel spreads.
func TestReusePort(t *testing.T) {
	s := modeltest.Start(t, Model, modeltest.Config{Options: "loops=2,layout=reuseport", Routes: modeltest.Routes()})
	for begun := time.Now(); ; {
		s.Dial().Want("/hello", 200, "hello")
		if loops := counted(t, s); slices.Min(loops) > 0 {
			return
		}
		if time.Since(begun) > modeltest.Patience {
			t.Fatal("one of two loops gets no connection")
		}
	}
}

// A single loop tells its requests too.
func TestStatsOfOne(t *testing.T) {
	s := modeltest.Start(t, Model, modeltest.Config{Options: "loops=1", Routes: modeltest.Routes()})
	c := s.Dial()
	c.Want("/hello", 200, "hello")
	c.Want("/hello", 200, "hello")
	if loops := counted(t, s); !slices.Equal(loops, []uint64{2}) {
		t.Errorf("loops %v, want [2]", loops)
	}
}

func TestOptions(t *testing.T) {
	for _, row := range []struct{ options, says string }{
		{"workers=none", ""},
		{"workers=blocking:16", ""},
		{"workers=network:1+blocking:16+computing:2", ""},
		{"workers=blocking", "KIND:SIZE"},
		{"workers=blocking:0", "KIND:SIZE"},
		{"workers=blocking:99999", "sizes from 1"},
		{"workers=bloking:1", "the kinds are network, blocking, computing"},
		{"workers=blocking:1+blocking:2", "blocking is there twice"},
		{"loops=0", "from 1 to"},
		{"layout=reuse", `did you mean "reuseport"`},
	} {
		_, err := Model.Parse(row.options)
		if got := fmt.Sprint(err); (err == nil) != (row.says == "") || !strings.Contains(got, row.says) {
			t.Errorf("%s: %v, want %q", row.options, err, row.says)
		}
	}
}

// A loop that fails ends the others, and the error is told.
func TestFailureEndsAll(t *testing.T) {
	options, err := Model.Parse("loops=2")
	if err != nil {
		t.Fatal(err)
	}
	stop, err := model.NewStop()
	if err != nil {
		t.Fatal(err)
	}
	defer stop.Close()
	listener, err := model.NewStop() // a descriptor that cannot accept
	if err != nil {
		t.Fatal(err)
	}
	listener.Begin()
	err = run(&model.Env{Listener: listener.FD(), Service: model.NewService(options), Options: options, Stop: stop, Log: t.Output()})
	if err == nil || !strings.Contains(err.Error(), "non-socket") {
		t.Errorf("a listener that is none: %v", err)
	}
}
