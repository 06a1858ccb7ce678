package proc

import (
	"os"
	"path/filepath"
	"testing"
	"time"
)

func TestReadField(t *testing.T) {
	path := filepath.Join(t.TempDir(), "cpu.stat")
	if err := os.WriteFile(path, []byte("nr_periods 5\nthrottled_usec 12345\nodd x\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	if n, ok := readField(path, "throttled_usec"); n != 12345 || !ok {
		t.Errorf("%d, %v", n, ok)
	}
	for _, name := range []string{"throttled", "odd", "nr_throttled"} {
		if n, ok := readField(path, name); ok {
			t.Errorf("%s is %d", name, n)
		}
	}
	if _, ok := readField(path+"x", "throttled_usec"); ok {
		t.Error("a file that is not there")
	}
}

// One processor that is kept busy is seen to be, and counters only rise.
func TestBusyOf(t *testing.T) {
	cpus, err := Processors()
	if err != nil {
		t.Fatal(err)
	}
	before, err := Look()
	if err != nil {
		t.Fatal(err)
	}
	for end := time.Now().Add(200 * time.Millisecond); time.Now().Before(end); {
	}
	after, err := Look()
	if err != nil {
		t.Fatal(err)
	}
	span := after.At - before.At
	busy := after.BusyOf(cpus, &before)
	if busy < span/4 || busy > (int64(len(cpus))*span)+4*nanosPerTick {
		t.Errorf("busy for %d ns of %d on processors %v while one was kept busy", busy, span, cpus)
	}
	for name, ns := range map[string]int64{
		"cpu": after.PressureCPU - before.PressureCPU, "memory": after.PressureMemory - before.PressureMemory,
		"io": after.PressureIO - before.PressureIO, "throttled": after.Throttled - before.Throttled,
	} {
		if ns < 0 {
			t.Errorf("%s fell by %d ns", name, -ns)
		}
	}
}
