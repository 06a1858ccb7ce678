package report

import (
	"fmt"
	"math"
	"math/rand/v2"
	"testing"
	"time"

	hdr "github.com/HdrHistogram/hdrhistogram-go"

	"assay/harness/trial"
)

// made describes the run that the tests are about; figures come from a fixed seed.
type made struct {
	cpu    map[string]float64 // of the server per request, µs, by arm
	noise  float64            // standard deviation of a block's CPU, relative
	blocks int
	noTwin bool
}

// usual is a run shaped like the quick profile.
func usual() made {
	return made{
		cpu:   map[string]float64{"goroutine": 31, "goroutine-twin": 31, "reactor": 25.4, "thread": 44, "pool:size=64": 31.2},
		noise: 0.006, blocks: 6,
	}
}

const (
	fanoutCell = "fanout,k=3,conns=64,rate=2000"
	ladderCell = "idle,ladder=0+250+1000"
)

var began = time.Date(2026, 3, 4, 5, 6, 7, 0, time.UTC)

// run makes the records.
func (m made) run(t testing.TB) *Run {
	t.Helper()
	r := &Run{
		ID: "20260304T050607Z-quick-1a2b3c4d", Started: began, Finished: true, Blocks: m.blocks, Profile: "quick",
		Command: "assay run --profile quick --seed 7", Baseline: "goroutine",
		Placement: Placement{Server: []int{1}, Load: []int{0}},
		Facts:     []Fact{{"kernel", "Linux 6.1"}, {"seed", "7"}},
		GOOS:      "linux", GOARCH: "amd64", CPU: "A Processor @ 3 GHz",
		Cells: []Cell{
			{
				Name: fanoutCell, Title: "fanout k=3 2000/s", Workload: "fanout", Open: true, Computes: true,
				Dims: []Fact{{"k", "3"}, {"conns", "64"}, {"rate", "2000"}},
			},
			{Name: ladderCell, Title: "idle memory to 1000 conns", Workload: "idle", Memory: true, Dims: []Fact{{"ladder", "0+250+1000"}}},
		},
		Arms: []Arm{
			{Name: "goroutine", Kind: "model", Style: "direct", Start: "modeld goroutine"},
			{Name: "goroutine-twin", Twin: "goroutine", Kind: "model", Style: "direct", Start: "modeld goroutine"},
			{Name: "reactor", Kind: "model", Style: "callback", Start: "modeld reactor"},
			{Name: "thread", Kind: "model", Style: "direct", Start: "modeld thread procs=66"},
			{Name: "pool:size=64", Kind: "model", Style: "direct", Start: "modeld pool size=64"},
		},
	}
	rng := rand.New(rand.NewPCG(1, 2))
	for block := range m.blocks {
		for _, a := range r.Arms {
			if m.noTwin && a.Twin != "" {
				continue
			}
			r.Trials = append(r.Trials, m.load(t, rng, block, a), m.memory(block, a))
		}
	}
	r.Planned = len(r.Trials)
	return r
}

func (m made) load(t testing.TB, rng *rand.Rand, block int, a Arm) trial.Trial {
	tr := trial.Trial{
		Version: trial.Version, Kind: trial.Load, Status: trial.OK, Block: block, Cell: fanoutCell, Arm: a.Name, Model: a.Name, Twin: a.Twin,
		Key:   fmt.Sprintf("%d/%s/%s/load", block, fanoutCell, a.Name),
		Start: began.Add(time.Duration(block) * 10 * time.Second), Jain: 0.998, Least: 12,
		Identity: trial.Identity{SocketOwned: true, Nonce: "answered", AliveAtEnd: true, Checked: true},
		Runtime:  &trial.Runtime{Requests: 3000, Mallocs: 600, Bytes: 90_000},
	}
	cost := m.cpu[a.Name] * math.Exp(m.noise*rng.NormFloat64())
	for i := range 3 {
		const answers = 1000
		drift := 1 + 0.3*float64((block+i)%2) // the machine's two speeds, the same for neighbours
		tr.Slices = append(tr.Slices, trial.Slice{
			Index: i, Start: int64(block*10+i) * 1e9, Length: 5e8,
			ServerCPU: int64(answers * cost * drift * 1000), MachineCPU: int64(answers * (60 + cost) * 1000), GeneratorCPU: 1e8, BackendCPU: 5e7,
			Switches: 4 * answers,
			Load: trial.LoadFigures{
				Offered: 2000, Achieved: 2000, Requests: answers, Answers: answers,
				Classes: []trial.ClassFigures{{
					Class: "ordinary", Response: spreadOut(t, rng, answers, 20.5e6), Service: spreadOut(t, rng, answers, 20.4e6), Slip: spreadOut(t, rng, answers, 30e3),
				}},
			},
		})
	}
	return tr
}

// spreadOut is an encoded histogram of n latencies around a median in ns.
func spreadOut(t testing.TB, rng *rand.Rand, n int, median float64) string {
	t.Helper()
	h := hdr.New(1, 60_000_000_000, 3)
	for range n {
		if err := h.RecordValue(int64(median * math.Exp(0.02*rng.ExpFloat64()))); err != nil {
			t.Fatal(err)
		}
	}
	b, err := h.Encode(hdr.V2CompressedEncodingCookieBase)
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}

func (m made) memory(block int, a Arm) trial.Trial {
	each := map[string]int64{"reactor": 700, "thread": 9000, "pool:size=64": 900}[a.Name]
	if each == 0 {
		each = 7800
	}
	tr := trial.Trial{
		Version: trial.Version, Kind: trial.Memory, Status: trial.OK, Block: block, Cell: ladderCell, Arm: a.Name, Model: a.Name, Twin: a.Twin,
		Key: fmt.Sprintf("%d/%s/%s/memory", block, ladderCell, a.Name), MemoryOf: &trial.MemoryFigures{},
		Identity: trial.Identity{SocketOwned: true, Nonce: "answered", AliveAtEnd: true},
	}
	for _, n := range []int{0, 250, 1000} {
		threads := 5
		if a.Name == "thread" {
			threads += n
		}
		tr.MemoryOf.Steps = append(tr.MemoryOf.Steps, trial.MemoryStep{
			Conns: n, PSS: 4_000_000 + int64(n)*each + int64(block*n), Threads: threads, KernelStacks: int64(threads) << 14,
			PageTables: 80_000 + 8*int64(n), Sockets: 5000 * int64(n), IdleSpan: 2e9, IdleCPU: 1e5, IdleSwitches: 3,
		})
	}
	return tr
}

func view(t testing.TB, r *Run) *View {
	t.Helper()
	v, err := Analyse(r)
	if err != nil {
		t.Fatal(err)
	}
	return v
}
