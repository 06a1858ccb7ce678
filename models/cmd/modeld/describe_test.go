package main

import (
	"encoding/json"
	"io"
	"os"
	"slices"
	"strings"
	"testing"

	"assay/models/base/model"
	models "assay/models/catalog"
)

func TestExitCodes(t *testing.T) {
	for _, c := range []struct {
		args string
		want int
	}{
		{"--help", 0},
		{"--describe", 0},
		{"tread", 2},
		{"thread", 2}, // without a workload
		{"thread pool", 2},
	} {
		got := run(strings.Fields(c.args), func(string) string { return "" }, os.Stdin, io.Discard, io.Discard)
		if got != c.want {
			t.Errorf("modeld %s: exit %d, want %d", c.args, got, c.want)
		}
	}
}

// What the harness learns of the models is complete and true to the table.
func TestDescribe(t *testing.T) {
	var out strings.Builder
	if code := run([]string{"--describe"}, os.Getenv, nil, &out, io.Discard); code != 0 {
		t.Fatalf("exit %d", code)
	}
	var all []model.Description
	d := json.NewDecoder(strings.NewReader(out.String()))
	d.DisallowUnknownFields()
	if err := d.Decode(&all); err != nil {
		t.Fatal(err)
	}
	var names []string
	for _, m := range all {
		names = append(names, m.Name)
		if m.Doc == "" || m.Kind == "" || len(m.Argv) == 0 || len(m.Workloads) == 0 {
			t.Errorf("%s lacks something: %+v", m.Name, m)
		}
		if m.Kind == model.OwnModel && !slices.Equal(m.Argv, []string{"modeld", m.Name}) {
			t.Errorf("%s is started by %v", m.Name, m.Argv)
		}
		if !slices.ContainsFunc(m.Options, func(o model.Option) bool { return o.Name == "request-timeout" }) {
			t.Errorf("%s lacks the common options", m.Name)
		}
	}
	for _, want := range []string{"serial", "thread", "goroutine", "pool", "reactor", "multireactor", "hybrid", "coroutine", "await", "thread-c"} {
		if !slices.Contains(names, want) {
			t.Errorf("no model %s in %v", want, names)
		}
	}
	slices.Sort(names)
	if n := len(slices.Compact(names)); n != len(all) {
		t.Errorf("%d models, %d names", len(all), n)
	}
}

// Every model's defaults pass its own checks.
func TestDefaults(t *testing.T) {
	for _, m := range models.Models() {
		for _, o := range m.Options {
			if _, err := m.Parse(o.Name + "=" + o.Default); err != nil {
				t.Error(err)
			}
		}
	}
}
