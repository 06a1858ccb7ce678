package plan

import (
	"encoding/json"
	"reflect"
	"slices"
	"testing"
)

func TestMakeChangesCells(t *testing.T) {
	p := mustMake(t, Request{
		Profile: "standard", Models: "reactor,pool:size=8", Workload: "fanout", Set: map[string]string{"k": "5"},
		Conns: 10, Rate: "50/s", Blocks: 2, Seed: 3,
	})
	want := Cell{Workload: "fanout", Params: map[string]string{"k": "5", "delay": "20ms"}, Conns: 10, Rate: 50}
	if len(p.Cells) != 2 || !reflect.DeepEqual(p.Cells[0], want) || !p.Cells[1].Memory() {
		t.Errorf("cells %+v, want %+v and the ladder", p.Cells, want)
	}
	if len(p.Arms) != 3 || p.Arms[1].TwinOf != "reactor" || p.Blocks != 2 || p.Seed != 3 {
		t.Errorf("arms %+v, %d blocks, seed %d", p.Arms, p.Blocks, p.Seed)
	}
	// The table of profiles is not changed by a request.
	if again := mustMake(t, Request{Profile: "quick"}); again.Cells[0].Params["k"] != "3" {
		t.Error("a request changed the profile")
	}
}

// A question that the profile puts to some arms goes to the twins of those and to the user's
// own servers too; who names models asks all of them everything.
func TestWhoIsAsked(t *testing.T) {
	mine := []string{"mine=./svc --port {port}"}
	one := cellOf(t, "full", "echo,conns=1,closed")
	if len(one.Arms) == 0 || !one.Asks("goroutine") || one.Asks("pool") {
		t.Fatalf("profile full asks %v: this test wants a question to goroutine and not to pool", one.Arms)
	}
	for _, row := range []struct {
		what string
		r    Request
		want []string
	}{
		{"those of the profile, with the twin", Request{Profile: "full"}, []string{"goroutine", "reactor", "thread-c", "serial", "goroutine-twin"}},
		{"and a server of the user's", Request{Profile: "full", Servers: mine}, []string{"goroutine", "reactor", "thread-c", "serial", "mine", "goroutine-twin"}},
		{"all models that are named", Request{Profile: "full", Models: "pool,reactor"}, nil},
		{"and a server", Request{Profile: "full", Models: "pool", Servers: mine}, nil},
	} {
		p := mustMake(t, row.r)
		for i := range p.Cells {
			c := &p.Cells[i]
			if c.Name() != one.Name() {
				continue
			}
			if slices.Sort(c.Arms); !slices.Equal(c.Arms, slices.Sorted(slices.Values(row.want))) {
				t.Errorf("%s: %v are asked, want %v", row.what, c.Arms, row.want)
			}
		}
		if row.want == nil && slices.ContainsFunc(p.Cells, func(c Cell) bool { return c.Arms != nil }) {
			t.Errorf("%s: some are not asked something", row.what)
		}
	}
}

func TestMakeGivesAPlainCellToOtherWorkloads(t *testing.T) {
	p := mustMake(t, Request{Profile: "quick", Workload: "echo", Set: map[string]string{"bytes": "100"}})
	if c := p.Cells[0]; c.Workload != "echo" || c.Conns != 64 || c.Open() || c.Params["bytes"] != "100" {
		t.Errorf("cell %+v", c)
	}
	if p := mustMake(t, Request{Profile: "quick", Workload: "idle"}); len(p.Cells) != 1 || !p.Cells[0].Memory() {
		t.Errorf("idle alone is the ladder: %+v", p.Cells)
	}
}

// A server that is asked a URL of its own stands beside the plainest workload: /hello
// beside a fan-out would be a comparison of nothing.
func TestMakeWithAURL(t *testing.T) {
	for _, row := range []struct {
		profile, workload string
		want              string
	}{{"standard", "", "echo"}, {"quick", "", "echo"}, {"standard", "fanout", "fanout"}} {
		r := Request{Profile: row.profile, Servers: []string{"mine=./svc --port {port}"}, URLPath: "/hello", Workload: row.workload}
		for _, c := range mustMake(t, r).Cells {
			if !c.Memory() && c.Workload != row.want {
				t.Errorf("%+v: cell %s, want %s", row, c.Name(), row.want)
			}
		}
	}
}

func TestMakeWithAServer(t *testing.T) {
	p := mustMake(t, Request{Profile: "quick", Models: "goroutine", Servers: []string{"mine=./svc --port {port}"}, Workload: "echo"})
	if a := p.Arms[len(p.Arms)-1]; a.Name != "mine" || !a.External() {
		t.Errorf("arms %+v", p.Arms)
	}
	// nobody said that it serves idle
	if p.Cells[1].Workload != "echo" || !p.Cells[1].Memory() {
		t.Errorf("memory cell %+v", p.Cells[1])
	}
	// cells that a request made equal are one
	if p := mustMake(t, Request{Profile: "full", Workload: "echo", Conns: 9, Rate: "closed"}); len(p.Cells) != 3 {
		for _, c := range p.Cells {
			t.Log(c.Name())
		}
		t.Errorf("%d cells, want closed, closed with idle, ladder", len(p.Cells))
	}
}

func TestMakeRefuses(t *testing.T) {
	for _, row := range []struct {
		r    Request
		says []string
	}{
		{Request{Profile: "fulll"}, []string{`did you mean "full"`}},
		{Request{Workload: "fannout"}, []string{`did you mean "fanout"`}},
		{Request{Models: "reactr"}, []string{`did you mean "reactor"`}},
		{Request{Set: map[string]string{"dellay": "1ms"}}, []string{`"dellay"`, `did you mean "delay"`}},
		{Request{Workload: "fanout", Set: map[string]string{"delay": "soon"}}, []string{"fanout", "delay=soon"}},
		{Request{Rate: "fast"}, []string{`"fast"`, "closed"}},
		{Request{Rate: "0%"}, []string{`"0%"`}},
		{Request{Rate: "NaN"}, []string{`"NaN"`}},
		{Request{Conns: -3}, []string{"conns=-3"}},
		{Request{Blocks: -1}, []string{"blocks=-1"}},
		{Request{URLPath: "/x"}, []string{"--server"}},
		{Request{Servers: []string{"pool=./x"}}, []string{"named like a model"}},
		{Request{Servers: []string{"a=./x", "a=./y"}}, []string{`two arms are named "a"`}},
	} {
		_, err := Make(row.r, known())
		wantError(t, err, row.says...)
	}
}

func TestHash(t *testing.T) {
	p := mustMake(t, Request{Profile: "quick", Seed: 1})
	b, err := json.Marshal(p)
	if err != nil {
		t.Fatal(err)
	}
	var q Plan
	if err := json.Unmarshal(b, &q); err != nil || q.Hash() != p.Hash() {
		t.Errorf("the hash does not survive the manifest: %v", err)
	}
	if len(p.Hash()) != 64 || p.Hash()[:12] != p.ShortHash() {
		t.Errorf("hash %q, short %q", p.Hash(), p.ShortHash())
	}
	for name, change := range map[string]func(*Plan){
		"seed":   func(p *Plan) { p.Seed++ },
		"blocks": func(p *Plan) { p.Blocks++ },
		"slice":  func(p *Plan) { p.Timing.Slice++ },
		"arm":    func(p *Plan) { p.Arms[0].Options = map[string]string{"a": "b"} },
		"cell":   func(p *Plan) { p.Cells[0].Rate++ },
	} {
		q := *mustMake(t, Request{Profile: "quick", Seed: 1})
		change(&q)
		if q.Hash() == p.Hash() {
			t.Errorf("another %s, the same hash", name)
		}
	}
}

func TestSettingsFollowTheCell(t *testing.T) {
	fanout, echo := fanoutCell(100, 10), Cell{Workload: "echo", Conns: 64, Idle: 36}
	for _, row := range []struct {
		arm      Arm
		cell     Cell
		backends int
		want     map[string]string
	}{
		{Arm{Model: "thread"}, echo, 0, map[string]string{"procs": "108"}},
		{Arm{Model: "thread", Options: map[string]string{"callall": "spawn"}}, fanout, 3, map[string]string{"procs": "408"}},
		{Arm{Model: "thread", Options: map[string]string{"callall": "pool", "callers": "10"}}, fanout, 3, map[string]string{"procs": "118"}},
		{Arm{Model: "thread"}, Cell{Workload: "echo", Conns: 9000}, 0, map[string]string{"procs": "9008", "max-threads": "9008"}},
		{Arm{Model: "thread-c"}, Cell{Workload: "echo", Conns: 9000}, 0, map[string]string{"max-threads": "9008"}},
		{Arm{Model: "thread-c"}, fanoutCell(8000, 10), 3, nil},
		// what the user says is not overruled
		{Arm{Model: "thread", Options: map[string]string{"procs": "3"}}, echo, 0, nil},
		// requests that wait need a worker each, those that do not leave the model's own
		{Arm{Model: "pool"}, fanout, 3, map[string]string{"size": "100"}},
		{Arm{Model: "pool"}, fanoutCell(5000, 10), 3, map[string]string{"size": "512"}},
		{Arm{Model: "pool"}, echo, 0, nil},
		{Arm{Model: "pool", Options: map[string]string{"size": "7"}}, fanout, 3, nil},
		{Arm{Model: "prefork"}, fanout, 3, map[string]string{"workers": "64"}},
		{Arm{Model: "prefork"}, echo, 0, nil},
		{Arm{Model: "reactor"}, fanout, 3, nil},
		// a user's server that happens to be called so
		{Arm{Model: "thread", Command: []string{"x"}}, echo, 0, nil},
	} {
		got := make(map[string]string)
		for _, s := range Settings(&row.arm, &row.cell, row.backends) {
			got[s.Name] = s.Value
			if s.Why == "" {
				t.Errorf("%s of %s has no reason", s.Name, row.arm.Model)
			}
		}
		if len(got) != len(row.want) || len(got) > 0 && !reflect.DeepEqual(got, row.want) {
			t.Errorf("%s %v: %v, want %v", row.arm.Model, row.arm.Options, got, row.want)
		}
	}
}

func TestNotApplicable(t *testing.T) {
	models := known().Models
	serial, _ := FindModel("serial", models)
	fasthttp, _ := FindModel("fasthttp", models)
	one, many, idle := Cell{Workload: "echo", Conns: 1}, Cell{Workload: "echo", Conns: 2}, ladder(1, 1, 0, 5)
	for _, row := range []struct {
		m    *Model
		cell Cell
		want string
	}{
		{&serial, one, ""},
		{&serial, many, "serial serves 1 connections at a time, the cell has 2"},
		{&serial, idle, "serial serves 1 connections at a time, the cell has 5"},
		{&fasthttp, many, ""},
		{&fasthttp, idle, "fasthttp does not serve the workload idle"},
		{nil, many, ""},
	} {
		if got := NotApplicable(&Arm{}, row.m, &row.cell); got != row.want {
			t.Errorf("got %q, want %q", got, row.want)
		}
	}
}

// A closed loop of many connections has longer slices, an open or a small one the profile's.
func TestSlicesOfACrowd(t *testing.T) {
	for _, row := range []struct {
		r    Request
		want string
	}{
		{Request{Profile: "standard", Workload: "echo", Conns: 1000}, "500ms"},
		{Request{Profile: "standard", Workload: "echo", Conns: 64}, "250ms"},
		{Request{Profile: "standard", Workload: "echo", Conns: 1000, Rate: "1000"}, "250ms"},
	} {
		p := mustMake(t, row.r)
		if got := p.Timing.SliceOf(&p.Cells[0]).String(); got != row.want {
			t.Errorf("%+v: slices of %s, want %s", row.r, got, row.want)
		}
	}
}
