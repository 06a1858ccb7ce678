package model

import (
	"errors"
	"strings"
	"testing"
	"time"
)

var sample = Model{
	Name: "sample",
	Options: []Option{
		{Name: "spawn", Default: "connection", Check: OneOf("connection", "request")},
		{Name: "size", Default: "64", Check: Whole(1, 100)},
		{Name: "procs", Default: "7", Doc: "its own", Check: Whole(1, 9)}, // instead of the common one
	},
	Run: func(*Env) error { return nil },
}

func TestParse(t *testing.T) {
	v, err := sample.Parse("size=5,request-timeout=300ms,,spawn=request")
	if err != nil {
		t.Fatal(err)
	}
	if got := v.Int("size"); got != 5 {
		t.Errorf("size = %d, want 5", got)
	}
	if got := v.Span("request-timeout"); got != 300*time.Millisecond {
		t.Errorf("request-timeout = %v, want 300ms", got)
	}
	if got := v.Text("spawn"); got != "request" {
		t.Errorf("spawn = %q, want request", got)
	}
	if got := v.Int("procs"); got != 7 {
		t.Errorf("procs = %d, want the model's own default, 7", got)
	}
	if got := v.Span("backend-timeout"); got != 2*time.Second {
		t.Errorf("backend-timeout = %v, want the default, 2s", got)
	}
}

func TestParseErrors(t *testing.T) {
	for _, c := range []struct{ text, want string }{
		{"spwan=request", `no option "spwan": did you mean "spawn"?`},
		{"spawn=reqest", `spawn=reqest of model sample: want one of connection, request; did you mean "request"?`},
		{"size", `"size" of model sample has no value: write size=64`},
		{"size=0", "size=0 of model sample: want a whole number from 1 to 100"},
		{"size=many", "size=many"},
		{"procs=10", "from 1 to 9"},
		{"write-timeout=0s", "want a duration above 0"},
		{"write-timeout=10", "want a duration above 0"}, // no unit
		{"max-body=-1", "max-body=-1"},
	} {
		_, err := sample.Parse(c.text)
		if wrong := (*BadInput)(nil); !errors.As(err, &wrong) || !strings.Contains(err.Error(), c.want) {
			t.Errorf("Parse(%q): %v, want a BadInput that says %s", c.text, err, c.want)
		}
	}
}

// An option that a model does not declare is a mistake in the model, found by
// its first run.
func TestUndeclared(t *testing.T) {
	v, err := sample.Parse("")
	if err != nil {
		t.Fatal(err)
	}
	defer func() {
		if recover() == nil {
			t.Error("reading an undeclared option did not panic")
		}
	}()
	v.Int("queue")
}

func TestCommonDefaults(t *testing.T) {
	for _, o := range Common() {
		if err := o.Check(o.Default); err != nil {
			t.Errorf("the default of %s=%s: %v", o.Name, o.Default, err)
		}
	}
}

func TestNearest(t *testing.T) {
	words := []string{"spawn", "size", "queue"}
	for _, c := range []struct{ name, want string }{
		{"spawn", "spawn"},
		{"spwan", "spawn"},
		{"queu", "queue"},
		{"sise", "size"},
		{"", "size"}, // the shortest
	} {
		if got := nearest(c.name, words); got != c.want {
			t.Errorf("nearest(%q) = %q, want %q", c.name, got, c.want)
		}
	}
	if got := nearest("x", nil); got != "" {
		t.Errorf("nearest of nothing = %q", got)
	}
}
