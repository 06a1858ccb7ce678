package campaign

import (
	"strings"
	"testing"

	"assay/harness/proc"
)

func TestLargestIsJustBelowTheLimit(t *testing.T) {
	plenty := proc.Limits{Descriptors: 1 << 30, Threads: 1 << 30, ThreadsBy: "nothing", Ports: 64000}
	for _, row := range []struct {
		kind   CellKind
		change func(*proc.Limits)
		want   int
		says   string
	}{
		{CellKind{Servers: 1}, func(l *proc.Limits) { l.Descriptors = 1064 }, 1000, "a server needs 1065 descriptors"},
		{CellKind{Servers: 5}, func(l *proc.Limits) { l.Descriptors = 1064 }, 200, "the generator needs 1069"},
		{CellKind{Servers: 5, Backends: 3}, func(l *proc.Limits) { l.Descriptors = 1564 }, 100, "the backends need 1579"},
		{CellKind{Servers: 2, Backends: 1}, func(l *proc.Limits) { l.Ports = 5000 }, 2500, "the servers need 5002 local ports"},
		{CellKind{Servers: 4, Threaded: 2}, func(l *proc.Limits) { l.Threads = 1256 }, 500, "need 1258 threads"},
		{CellKind{Servers: 1}, func(l *proc.Limits) { l.Descriptors = 10 }, 0, "a server needs"},
	} {
		l := plenty
		row.change(&l)
		if got, by := Largest(l, row.kind); got != row.want || !strings.Contains(by, row.says) {
			t.Errorf("%+v: got %d by %q, want %d by %q", row.kind, got, by, row.want, row.says)
		}
	}
}
