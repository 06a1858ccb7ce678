package main

import (
	"bytes"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"testing"
	"time"

	"assay/bench/plan"
	"assay/harness/journal"
	"assay/harness/trial"
	"assay/harness/verify"
)

// tiny is a campaign of half a second a block: there is no more to it than there must be to be killed.
var tiny = plan.Profile{
	Name: "tiny", Arms: "goroutine,reactor", Blocks: 6,
	Cells:  []plan.Cell{{Workload: "echo", Conns: 2, Rate: 200}, {Workload: "idle", Ladder: []int{0, 4}, Span: 5 * time.Millisecond}},
	Timing: plan.Timing{Warmup: 10 * time.Millisecond, Slice: 20 * time.Millisecond, Rotations: 3, Drain: time.Second},
}

// asCommand makes the test binary the command itself where a test starts it as such: real
// processes that can be killed, with one profile more.
func asCommand() {
	verbs := []string{"run", "generator", "backend", "sentinel"}
	if len(os.Args) > 1 && filepath.Base(os.Args[0]) != "assay" && slices.Contains(verbs, os.Args[1]) {
		plan.Profiles = append(plan.Profiles, tiny)
		main()
	}
}

// torturer kills a run again and again, and looks at what is left.
type torturer struct {
	t    *testing.T
	out  string
	bin  string
	seed int
	kept map[string][]byte // whole lines of each run's journal, after the last kill

	kills, runs, again int
	states             map[string]int // how far a run was when it was killed
}

// start begins or goes on with the run of the present seed.
func (k *torturer) start() *exec.Cmd {
	cmd := exec.Command(os.Args[0], "run", "--profile", "tiny", "--seed", strconv.Itoa(k.seed), "--out", k.out, "--resume")
	cmd.Env = append(os.Environ(), "ASSAY_BIN="+k.bin)
	cmd.Stdout, cmd.Stderr = new(bytes.Buffer), new(bytes.Buffer)
	if err := cmd.Start(); err != nil {
		k.t.Fatal(err)
	}
	return cmd
}

// kill sends SIGKILL when at returns; over says that the run was done before.
func (k *torturer) kill(at func(gone <-chan error)) (over bool) {
	cmd := k.start()
	ended, gone := make(chan error, 1), make(chan error)
	go func() { ended <- cmd.Wait(); close(gone) }()
	at(gone)
	cmd.Process.Kill()
	<-ended
	if cmd.ProcessState.ExitCode() >= 0 {
		k.wantDone(cmd)
		return true
	}
	k.kills++
	return false
}

// wantDone wants a run to have ended by itself: with 0, or with 1 where the machine was too busy for
// all of its trials to be valid.
func (k *torturer) wantDone(cmd *exec.Cmd) {
	k.t.Helper()
	if code := cmd.ProcessState.ExitCode(); code != 0 && code != exitFailed {
		k.t.Fatalf("the run ended with exit code %d\n%s", code, cmd.Stderr)
	}
}

// after is a moment like any other.
func after(d time.Duration) func(<-chan error) {
	return func(gone <-chan error) {
		select {
		case <-gone:
		case <-time.After(d):
		}
	}
}

// atWrite is a moment just after the records grew for the nth time, when they may be growing still.
func (k *torturer) atWrite(n int, d time.Duration) func(<-chan error) {
	return func(gone <-chan error) {
		size := k.size()
		for end := time.Now().Add(10 * time.Second); n > 0 && time.Now().Before(end); time.Sleep(50 * time.Microsecond) {
			select {
			case <-gone:
				return
			default:
			}
			if now := k.size(); now > size {
				size = now
				n--
			}
		}
		time.Sleep(d)
	}
}

// size is that of all records together.
func (k *torturer) size() (sum int64) {
	files, err := filepath.Glob(filepath.Join(k.out, "*", journal.TrialsFile))
	if err != nil {
		k.t.Fatal(err)
	}
	for _, f := range files {
		if info, err := os.Stat(f); err == nil {
			sum += info.Size()
		}
	}
	return sum
}

// look checks what every kill must leave: all lines that were whole before, and a journal that can be read.
func (k *torturer) look() {
	k.t.Helper()
	dirs, err := filepath.Glob(filepath.Join(k.out, "*"))
	if err != nil {
		k.t.Fatal(err)
	}
	for _, dir := range dirs {
		text, err := os.ReadFile(filepath.Join(dir, journal.TrialsFile))
		if err != nil {
			k.states["before its records"]++
			continue
		}
		whole := text[:bytes.LastIndexByte(text, '\n')+1]
		if !bytes.HasPrefix(whole, k.kept[dir]) {
			k.t.Fatalf("%s: finished trials were lost: %d bytes of whole lines, there had been %d", dir, len(whole), len(k.kept[dir]))
		}
		if len(whole) < len(text) {
			k.states["in a line"]++
		}
		k.kept[dir] = whole
		if _, err := os.Stat(filepath.Join(dir, journal.ManifestFile)); err != nil {
			k.states["before its manifest"]++
			continue
		}
		if _, _, err := journal.Read(dir); err != nil {
			k.t.Fatalf("after a kill: %v", err)
		}
	}
}

// finish lets the run end, and wants it whole: every trial of the plan once, and those that
// had been finished untouched.
func (k *torturer) finish() {
	k.t.Helper()
	cmd := k.start()
	_ = cmd.Wait() // its code is looked at
	k.wantDone(cmd)
	k.look()
	lines := bytes.Split(bytes.TrimSpace(cmd.Stdout.(*bytes.Buffer).Bytes()), []byte("\n"))
	dir := string(lines[len(lines)-1])
	r, err := verify.Dir(dir, takes)
	if err != nil {
		k.t.Fatal(err)
	}
	for _, f := range r.Faults {
		k.t.Error(f)
	}
	m, trials, err := journal.Read(dir)
	loads, memories := m.Plan.Trials()
	if err != nil || m.State != journal.Complete || len(trials) != loads+memories {
		k.t.Errorf("%s, %d trials of %d, %v", m.State, len(trials), loads+memories, err)
	}
	for i := range trials {
		if trials[i].Status != trial.OK {
			k.t.Logf("trial %s: %s: %s", trials[i].Key, trials[i].Status, trials[i].Reason)
		}
	}
	k.again += r.Trials - len(trials)
	k.runs++
	k.seed++
}

// A real run is killed at random moments and gone on with: no finished trial is lost, none is
// counted twice, and in the end the plan is complete and verify finds it sound.
func TestKilledRunsLoseNothing(t *testing.T) {
	kills := 8
	if os.Getenv("ASSAY_TORTURE") != "" {
		kills = 200
	}
	k := &torturer{t: t, out: t.TempDir(), bin: buildModels(t), seed: 1, kept: map[string][]byte{}, states: map[string]int{}}
	rng := rand.New(rand.NewPCG(9, 9))
	for k.kills < kills {
		at := after(time.Duration(rng.Int64N(int64(1500 * time.Millisecond))))
		if k.kills%2 == 1 {
			at = k.atWrite(1+rng.IntN(4), time.Duration(rng.Int64N(int64(time.Millisecond))))
		}
		over := k.kill(at)
		k.look()
		if over {
			k.finish()
		}
	}
	k.finish()
	t.Logf("torture: %d kills over %d runs: no finished trial lost, none counted twice, every plan completed; "+
		"%d trials of groups that were torn apart were measured again; torn lines and folders without a manifest: %v", k.kills, k.runs, k.again, k.states)
}
