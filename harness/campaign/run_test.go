package campaign

import (
	"context"
	"io"
	"net"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"assay/harness/journal"
	"assay/harness/load"
	"assay/harness/trial"
)

func TestRunMeasures(t *testing.T) {
	p := aPlan(t, "server,server", 2, echo, ladder)
	var events []Event
	c := config(t.TempDir(), p)
	c.Notify = func(e Event) { events = append(events, e) }
	out, err := Run(context.Background(), c)
	if err != nil || out.OK != 8 || !out.Complete || out.ExitCode() != 0 {
		t.Errorf("outcome %+v, %v", out, err)
		explain(t, out.Dir)
	}
	m, trials, err := journal.Read(out.Dir)
	if err != nil || len(trials) != 8 {
		t.Fatalf("%d trials, %v", len(trials), err)
	}
	wantNoChildren(t, trials)
	if logs, err := os.ReadDir(filepath.Join(out.Dir, journal.LogDir)); err != nil || len(logs) != 0 {
		t.Errorf("logs %v of a run in which nobody wrote any, %v", logs, err)
	}
	for i := range trials {
		one := &trials[i]
		if one.Status != trial.OK {
			t.Errorf("%s: %s: %s\n%s", one.Key, one.Status, one.Reason, one.LogTail)
			continue
		}
		if want := (trial.Identity{SocketOwned: true, Nonce: "answered", AliveAtEnd: true, Checked: true}); one.Identity != want {
			t.Errorf("%s: identity %+v", one.Key, one.Identity)
		}
		if one.Kind == trial.Memory {
			checkLadder(t, one)
		} else {
			checkLoad(t, one)
		}
	}
	checkRotations(t, trials)
	if m.State != journal.Complete || m.Plan.Hash() != p.Hash() || len(m.Binaries) != 1 || m.Files["trials.jsonl"] == "" ||
		len(m.Starts) != 4 || len(m.Models) != 1 || m.Environment.THPFixed != "off" {
		t.Errorf("manifest %+v", m)
	}
	if first := events[0]; first.Kind != Began || first.Dir != out.Dir || first.Left <= 0 || len(first.Placement.Server) == 0 {
		t.Errorf("first event %+v", first)
	}
	kinds := 0
	for _, e := range events {
		if e.Kind == Trial && e.Trial != nil {
			kinds++
		}
	}
	if kinds != 8 {
		t.Errorf("%d events of trials", kinds)
	}
}

func checkLoad(t *testing.T, one *trial.Trial) {
	t.Helper()
	if len(one.Slices) != timing.Rotations || one.Jain < .2 || one.Jain > 1 || one.SwitchesBy == "" {
		t.Errorf("%s: %d slices, Jain %g, switches by %q", one.Key, len(one.Slices), one.Jain, one.SwitchesBy)
	}
	var requests, answers uint64
	for _, s := range one.Slices {
		requests, answers = requests+s.Load.Requests, answers+s.Load.Answers
		if s.ServerCPU <= 0 || s.GeneratorCPU <= 0 || s.Length < timing.Slice.Nanoseconds() || s.Start <= 0 || s.Seed == 0 ||
			s.IdleSpan <= 0 || s.IdleCPU < 0 || s.BackendCPU != 0 {
			t.Errorf("%s: slice %+v", one.Key, s)
		}
	}
	for _, s := range one.Slices {
		m := s.Machine
		if m == nil || m.Span < s.Length || m.ServerBusy < 0 || m.LoadBusy < 0 || m.HiccupTime < 0 || uint64(len(m.HiccupsLong)) > m.Hiccups ||
			s.Load.AnswerBytes != s.Load.BytesIn || s.Load.Series == nil || len(s.Load.Slowest) == 0 {
			t.Errorf("%s: slice %d: machine %+v, load %+v", one.Key, s.Index, m, s.Load)
		}
	}
	if one.Sentinel == "" || len(one.Leftover) > 0 {
		t.Errorf("%s: sentinels %q, leftover %v", one.Key, one.Sentinel, one.Leftover)
	}
	if answers == 0 || one.Runtime == nil || one.Runtime.Requests != requests || one.Runtime.Mallocs != 3*requests ||
		!slices.Equal(one.Runtime.Loops, []uint64{requests, 0}) {
		t.Errorf("%s: %d requests, %d answers; the server says %+v", one.Key, requests, answers, one.Runtime)
	}
}

func checkLadder(t *testing.T, one *trial.Trial) {
	t.Helper()
	if one.MemoryOf == nil || len(one.MemoryOf.Steps) != 3 {
		t.Fatalf("%s: %+v", one.Key, one.MemoryOf)
	}
	for i, s := range one.MemoryOf.Steps {
		last := i == 2
		if s.Conns != ladder.Ladder[i] || s.PSS < 1<<20 || s.Threads < 1 || s.PageTables == 0 || s.Settled != ladder.Settle.Nanoseconds() ||
			(s.AfterGC > 0) != (i != 1) || (s.IdleSpan > 0) != last || s.IdleSwitches < 0 {
			t.Errorf("%s: rung %d: %+v", one.Key, i, s)
		}
	}
}

// Arms of a rotation draw the same requests; each stands in each place.
func checkRotations(t *testing.T, trials []trial.Trial) {
	t.Helper()
	arms := byArm(trials)
	for i, one := range arms["server"] {
		twin := arms["server-twin"][slices.IndexFunc(arms["server-twin"], func(o trial.Trial) bool { return o.Block == one.Block && o.Kind == one.Kind })]
		if twin.Twin != "server" {
			t.Errorf("twin of %q", twin.Twin)
		}
		for r, s := range one.Slices {
			if other := twin.Slices[r]; other.Seed != s.Seed || other.Index != s.Index || other.Order == s.Order {
				t.Errorf("block %d rotation %d: %d/%d and %d/%d", i, r, s.Index, s.Order, other.Index, other.Order)
			}
		}
	}
}

// closing is a generator that saw faults after the last slice.
type closing struct{ Generator }

func (c closing) Do(ctx context.Context, cmd load.Command) (load.Reply, error) {
	r, err := c.Generator.Do(ctx, cmd)
	if cmd.Op == load.OpClose && err == nil {
		r.Load = &trial.LoadFigures{Errors: map[string]uint64{"unsolicited": 2}}
	}
	return r, err
}

// What comes after the last slice is kept.
func TestLeftover(t *testing.T) {
	c := config(t.TempDir(), aPlan(t, "server", 1, echo))
	c.Start = func(log io.Writer) (Generator, error) {
		g, err := load.Start(c.Generator, nil, log)
		return closing{g}, err
	}
	out, err := Run(context.Background(), c)
	if err != nil {
		t.Fatal(err)
	}
	if _, trials, err := journal.Read(out.Dir); err != nil || len(trials) != 1 || trials[0].Leftover["unsolicited"] != 2 {
		t.Errorf("%+v, %v", trials, err)
	}
}

// Every way to go wrong is one failed trial; the good arm is measured.
func TestFailuresAreTrials(t *testing.T) {
	says := map[string]struct{ reason, log string }{
		"server:mode=dies":        {"the server died; the server has ended: exit status 3", "out of luck"},
		"server:mode=wrong":       {"wrong answers", ""},
		"server:mode=hangs":       {"no right answer to", ""},
		"server:mode=never-ready": {"not ready in time", "still thinking"},
		"server:mode=bad-start":   {"ended before it was ready: exit status 2", "no such option"},
		"server:mode=wrong-nonce": {`nonce "of somebody else"`, ""},
		"missing":                 {"./no/such/server", ""},
	}
	p := aPlan(t, "server,server:mode=dies,server:mode=wrong,server:mode=hangs,server:mode=never-ready,server:mode=bad-start,server:mode=wrong-nonce,server:mode=deaf", 1, echo)
	p.Arms = append(p.Arms, mustServer(t, "missing=./no/such/server {port}"))
	c := config(t.TempDir(), p)
	c.Ready, c.Grace = 5*time.Second, 300*time.Millisecond
	out, err := Run(context.Background(), c)
	if err != nil || out.OK != 2 || out.Failed != 7 || out.ExitCode() != 1 {
		t.Errorf("outcome %+v, %v", out, err)
		explain(t, out.Dir)
	}
	m, trials, err := journal.Read(out.Dir)
	if err != nil {
		t.Fatal(err)
	}
	wantNoChildren(t, trials)
	for _, one := range trials {
		want, bad := says[one.Arm]
		if (one.Status == trial.Failed) != bad || !strings.Contains(one.Reason, want.reason) || !strings.Contains(one.LogTail, want.log) {
			t.Errorf("%s: %s: %q, log %q; want %q, %q", one.Arm, one.Status, one.Reason, one.LogTail, want.reason, want.log)
		}
	}
	if !slices.ContainsFunc(m.Notes, func(n string) bool { return strings.Contains(n, "mode=deaf did not end") }) {
		t.Errorf("notes %q", m.Notes)
	}
}

// All arms of a group fail with their generator, and the next group gets a new one.
func TestDeadGenerator(t *testing.T) {
	p := aPlan(t, "server", 1, echo)
	c := config(t.TempDir(), p)
	c.Generator = []string{"/bin/false"}
	out, err := Run(context.Background(), c)
	if err != nil || out.Failed != 1 {
		t.Errorf("outcome %+v, %v", out, err)
		explain(t, out.Dir)
	}
	_, trials, err := journal.Read(out.Dir)
	if err != nil || !strings.Contains(trials[0].Reason, "generator") {
		t.Errorf("%v, %v", trials, err)
	}
	wantNoChildren(t, trials)
}

func TestUserServers(t *testing.T) {
	taken, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer taken.Close()
	_, port, _ := net.SplitHostPort(taken.Addr().String())
	p := aPlan(t, "server", 1, echo, ladder)
	p.Arms = append(p.Arms,
		mustServer(t, "mine="+strings.Join(self("plain", "{port}"), " ")),
		mustServer(t, "late="+strings.Join(self("plain", port, "{port}"), " ")), // wants a port that is in use
	)
	for i := range p.Arms[1:] {
		p.Arms[i+1].URLPath = "/hello"
	}
	out, err := Run(context.Background(), config(t.TempDir(), p))
	if err != nil || out.OK != 4 || out.Failed != 2 {
		t.Errorf("outcome %+v, %v", out, err)
		explain(t, out.Dir)
	}
	_, trials, err := journal.Read(out.Dir)
	if err != nil {
		t.Fatal(err)
	}
	for _, one := range byArm(trials)["mine"] {
		if want := (trial.Identity{SocketOwned: true, Nonce: "not-offered", AliveAtEnd: true}); one.Identity != want || one.Status != trial.OK {
			t.Errorf("%s: %s: %s, identity %+v\n%s", one.Key, one.Status, one.Reason, one.Identity, one.LogTail)
		}
		if one.Kind == trial.Load && (one.Slices[0].Load.Answers == 0 || one.Runtime != nil) {
			t.Errorf("%s: %+v", one.Key, one.Slices[0].Load)
		}
	}
	for _, one := range byArm(trials)["late"] {
		if one.Status != trial.Failed || !strings.Contains(one.Reason, "exit status 1") || !strings.Contains(one.LogTail, "address already in use") {
			t.Errorf("%s: %s: %s, log %q", one.Key, one.Status, one.Reason, one.LogTail)
		}
	}
}

func TestNotApplicable(t *testing.T) {
	p := aPlan(t, "server,lonely", 1, echo)
	out, err := Run(context.Background(), config(t.TempDir(), p))
	if err != nil || out.OK != 1 || out.NotApplicable != 1 || out.ExitCode() != 0 {
		t.Errorf("outcome %+v, %v", out, err)
		explain(t, out.Dir)
	}
	// With its one connection it can be measured, though it cannot be asked while it is.
	one := echo
	one.Conns = 1
	out, err = Run(context.Background(), config(t.TempDir(), aPlan(t, "lonely", 1, one)))
	if err != nil || out.OK != 1 {
		t.Errorf("outcome %+v, %v", out, err)
		explain(t, out.Dir)
	}
}

func TestRateAsShareOfCapacity(t *testing.T) {
	half, tenth := echo, echo
	half.Share, tenth.Share = .5, .1
	out, err := Run(context.Background(), config(t.TempDir(), aPlan(t, "server,server", 1, half, tenth)))
	if err != nil || out.OK != 4 {
		t.Errorf("outcome %+v, %v", out, err)
		explain(t, out.Dir)
	}
	m, trials, err := journal.Read(out.Dir)
	if err != nil || len(m.Capacity) != 2 {
		t.Fatalf("capacity %+v, %v", m.Capacity, err)
	}
	a, b := m.Capacity[0], m.Capacity[1]
	if a.Rates[a.Slowest] != b.Rates[b.Slowest] || len(a.Rates) != 2 || a.Rate < 4.9*b.Rate || a.Rate > 5.1*b.Rate {
		t.Errorf("%+v, %+v: want one measurement and rates of 5 to 1", a, b)
	}
	for _, c := range m.Capacity {
		for _, rate := range c.Rates {
			if rate < c.Rates[c.Slowest] {
				t.Errorf("%+v: %s is not the slowest", c, c.Slowest)
			}
		}
		for _, one := range trials {
			// a slice's draw from a Poisson process, of some 26 requests at least
			if f := one.Slices[0].Load.Offered / c.Rate; one.Cell == c.Cell && (f < .3 || f > 3) {
				t.Errorf("%s is offered %g/s, want %g", one.Key, one.Slices[0].Load.Offered, c.Rate)
			}
		}
	}
}
