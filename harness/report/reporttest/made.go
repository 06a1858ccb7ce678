package reporttest

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"math"
	"math/rand/v2"
	"time"

	hdr "github.com/HdrHistogram/hdrhistogram-go"

	"assay/bench/claims"
	"assay/bench/plan"
	"assay/harness/journal"
	"assay/harness/proc"
	"assay/harness/trial"
)

// Made describes a run.
type Made struct {
	CPU    map[string]float64 // of the server per request, µs, by arm
	Noise  float64            // standard deviation of a block's CPU, relative
	Blocks int
	NoTwin bool
	Late   uint64 // requests of reactor's first load trial that left late
	Draw   uint64 // of the noise: runs of different draws differ by it alone
	Kernel string // version
}

// Usual is a run shaped like the quick profile, in which the reactor is cheaper than
// the goroutine and the thread dearer.
func Usual() Made {
	return Made{
		CPU:   map[string]float64{"goroutine": 31, "goroutine-twin": 31, "reactor": 25.4, "thread": 44, "pool:size=64": 31.2},
		Noise: 0.006, Blocks: 6, Kernel: "6.1",
	}
}

// The names of the cells.
const (
	FanoutCell = "fanout,k=3,conns=64,rate=2000"
	LadderCell = "idle,ladder=0+250+1000"
)

// Began is when a made-up run started.
var Began = time.Date(2026, 3, 4, 5, 6, 7, 0, time.UTC)

// Run makes the records.
func (m Made) Run() (journal.Manifest, []trial.Trial) {
	p := plan.Plan{
		Version: plan.Version, Profile: "quick", Blocks: m.Blocks, Seed: 7,
		Timing: plan.Timing{Warmup: 300 * time.Millisecond, Slice: 500 * time.Millisecond, Rotations: 3, Drain: time.Second},
		Cells: []plan.Cell{
			{Workload: "fanout", Params: map[string]string{"k": "3"}, Conns: 64, Rate: 2000},
			{Workload: "idle", Ladder: []int{0, 250, 1000}, Span: 2 * time.Second},
		},
		Arms: []plan.Arm{
			{Name: "goroutine", Model: "goroutine"},
			{Name: "goroutine-twin", Model: "goroutine", TwinOf: "goroutine"},
			{Name: "reactor", Model: "reactor"},
			{Name: "thread", Model: "thread"},
			{Name: "pool:size=64", Model: "pool", Options: map[string]string{"size": "64"}},
		},
	}
	if m.NoTwin {
		p.Arms = append(p.Arms[:1:1], p.Arms[2:]...)
	}
	rng := rand.New(rand.NewPCG(1, 2+m.Draw))
	var trials []trial.Trial
	for block := range m.Blocks {
		for i := range p.Arms {
			trials = append(trials, m.load(rng, block, &p.Arms[i]), m.memory(block, &p.Arms[i]))
		}
	}
	return journal.Manifest{
		Version: journal.ManifestVersion, ID: Began.Format("20060102T150405Z") + "-quick-" + p.ShortHash(), Label: "quick",
		State: journal.Complete, Started: Began, Argv: []string{"bin/assay", "run", "--profile", "quick", "--seed", "7"},
		Register: claims.Hash(), PlanHash: p.Hash(), Plan: p, Models: described(),
		Starts: []journal.Start{{
			Arm: "thread", Cell: FanoutCell, Argv: []string{"modeld", "thread"},
			Settings: []plan.Setting{{Name: "procs", Value: "72", Why: "GOMAXPROCS at least the threads"}},
		}},
		Binaries:  map[string]string{"assay": sum("assay"), "modeld": sum("modeld")},
		Built:     map[string]string{"assay": "go1.26", "modeld": "go1.26"},
		Placement: journal.Placement{Server: []int{1}, Load: []int{0}}, Estimate: p.Estimate().Nanoseconds(),
		Environment: journal.Environment{
			OS: "linux", Arch: "amd64", Kernel: m.Kernel, Processor: "A Processor @ 3 GHz", Processors: []int{0, 1},
			ClockSource: "tsc", THP: "madvise", THPFixed: "off", GoVersion: "go1.26", MemoryKB: 8 << 20,
			Limits: proc.Limits{Descriptors: 1 << 20, Threads: 100_000, ThreadsBy: "ulimit -u", Ports: 28_232},
		},
	}, trials
}

// sum is a hash that nothing has.
func sum(name string) string {
	h := sha256.Sum256([]byte(name))
	return hex.EncodeToString(h[:])
}

func described() []plan.Model {
	var models []plan.Model
	for name, style := range map[string]string{"goroutine": "direct", "reactor": "callback", "thread": "direct", "pool": "direct"} {
		models = append(models, plan.Model{Name: name, Kind: "model", Style: style, Argv: []string{"modeld", name}})
	}
	return models
}

// Write keeps the run in a folder of its own in out, as a campaign does, and gives the folder.
func (m Made) Write(out string) (dir string, err error) {
	manifest, trials := m.Run()
	j, err := journal.Create(out, manifest)
	if err != nil {
		return "", err
	}
	for i := range trials {
		if err := j.Append(&trials[i]); err != nil {
			return "", err
		}
	}
	return j.Dir, j.Finish(journal.Complete, Began.Add(time.Minute))
}

func (m Made) load(rng *rand.Rand, block int, a *plan.Arm) trial.Trial {
	tr := trial.Trial{
		Version: trial.Version, Kind: trial.Load, Status: trial.OK, Block: block, Cell: FanoutCell, Arm: a.Name, Model: a.Model, Twin: a.TwinOf,
		Key:   fmt.Sprintf("%d/%s/%s/load", block, FanoutCell, a.Name),
		Start: Began.Add(time.Duration(block) * 10 * time.Second), Jain: 0.998, Least: 12,
		Identity: trial.Identity{SocketOwned: true, Nonce: "answered", AliveAtEnd: true, Checked: true},
		Runtime:  &trial.Runtime{Requests: 3000, Mallocs: 600, Bytes: 90_000},
	}
	cost := m.CPU[a.Name] * math.Exp(m.Noise*rng.NormFloat64())
	for i := range 3 {
		const answers = 1000
		drift := 1 + 0.3*float64((block+i)%2) // the machine's two speeds, the same for neighbours
		tr.Slices = append(tr.Slices, trial.Slice{
			Index: i, Start: int64(block*10+i) * 1e9, Length: 5e8,
			ServerCPU: int64(answers * cost * drift * 1000), MachineCPU: int64(answers * (60 + cost) * 1000), GeneratorCPU: 1e8, BackendCPU: 5e7,
			Switches: 4 * answers,
			Load: trial.LoadFigures{
				Offered: 2000, Achieved: 2000, Requests: answers, Answers: answers,
				Classes: []trial.ClassFigures{spreadOut(rng, answers)},
			},
		})
	}
	if a.Name == "reactor" && block == 0 {
		tr.Slices[0].Load.Late = m.Late
	}
	return tr
}

// spreadOut are n latencies around 20.4 ms, sent some 30 µs late.
func spreadOut(rng *rand.Rand, n int) trial.ClassFigures {
	response, service, slip := histogram(), histogram(), histogram()
	for range n {
		took := int64(20.4e6*math.Exp(0.02*rng.ExpFloat64())) + int64(1e4*rng.ExpFloat64())
		late := int64(30e3 * math.Exp(0.02*rng.ExpFloat64()))
		response.RecordValue(late + took)
		service.RecordValue(took)
		slip.RecordValue(late)
	}
	return trial.ClassFigures{Class: "ordinary", Response: encoded(response), Service: encoded(service), Slip: encoded(slip)}
}

func histogram() *hdr.Histogram { return hdr.New(1, 60_000_000_000, 3) }

func encoded(h *hdr.Histogram) string {
	b, err := h.Encode(hdr.V2CompressedEncodingCookieBase)
	if err != nil {
		panic(err) // writes to memory
	}
	return string(b)
}

func (m Made) memory(block int, a *plan.Arm) trial.Trial {
	each := map[string]int64{"reactor": 700, "thread": 9000, "pool:size=64": 900}[a.Name]
	if each == 0 {
		each = 7800
	}
	tr := trial.Trial{
		Version: trial.Version, Kind: trial.Memory, Status: trial.OK, Block: block, Cell: LadderCell, Arm: a.Name, Model: a.Model, Twin: a.TwinOf,
		Key: fmt.Sprintf("%d/%s/%s/memory", block, LadderCell, a.Name), MemoryOf: &trial.MemoryFigures{},
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
