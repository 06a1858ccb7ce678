package plan

import (
	"slices"
	"strings"
	"testing"

	"assay/bench/catalog"
)

// known is what the tests' requests may name.
func known() Known {
	model := func(name string, options ...string) Model {
		m := Model{Name: name, Workloads: catalog.Names()}
		for _, o := range options {
			m.Options = append(m.Options, Option{Name: o})
		}
		return m
	}
	serial := model("serial")
	serial.Limits.Connections = 1
	fasthttp := model("fasthttp")
	fasthttp.Workloads = []string{"echo", "fanout"}
	return Known{
		Models: []Model{
			model("goroutine", "procs"), model("reactor", "backlog"), model("pool", "size", "queue", "procs"),
			model("thread", "procs", "spawn", "callall"), model("thread-c"), serial,
			model("coroutine"), model("await"), model("multireactor"), model("hybrid"), model("prefork"), model("uring"), model("nethttp"), fasthttp, model("gnet"),
		},
		Workloads: catalog.All,
	}
}

// mustMake makes a plan that the test relies on.
func mustMake(t *testing.T, r Request) *Plan {
	t.Helper()
	p, err := Make(r, known())
	if err != nil {
		t.Fatal(err)
	}
	return p
}

// cellOf is the cell of a profile with that name.
func cellOf(t *testing.T, profile, name string) Cell {
	t.Helper()
	p, err := FindProfile(profile)
	if err != nil {
		t.Fatal(err)
	}
	i := slices.IndexFunc(p.Cells, func(c Cell) bool { return c.Name() == name })
	if i < 0 {
		t.Fatalf("profile %s has no cell %s", profile, name)
	}
	return p.Cells[i]
}

// wantError checks that err says all of parts.
func wantError(t *testing.T, err error, parts ...string) {
	t.Helper()
	if err == nil {
		t.Fatalf("no error, want one that says %q", parts)
	}
	for _, part := range parts {
		if !strings.Contains(err.Error(), part) {
			t.Errorf("error %q does not say %q", err, part)
		}
	}
}
