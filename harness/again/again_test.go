package again

import (
	"slices"
	"strings"
	"testing"
)

// silent keeps out of the log what is repeated on purpose.
type silent struct{ testing.TB }

func (silent) Logf(string, ...any) {}

// A body that fails the first n times, in each way to fail.
func TestRun(t *testing.T) {
	ways := map[string]func(t testing.TB){
		"Error":   func(t testing.TB) { t.Error("wrong") },
		"Errorf":  func(t testing.TB) { t.Errorf("%s", "wrong") },
		"Fatal":   func(t testing.TB) { t.Fatal("wrong") },
		"Fatalf":  func(t testing.TB) { t.Fatalf("%s", "wrong") },
		"Fail":    func(t testing.TB) { t.Fail() },
		"FailNow": func(t testing.TB) { t.FailNow() },
	}
	for way, fail := range ways {
		for failures := range Times + 2 {
			above := &record{TB: silent{t}}
			var order []string
			Run(above, func(t testing.TB) {
				t.Cleanup(func() { order = append(order, "cleaned") })
				if n := len(order) / 2; n < failures {
					order = append(order, "failed")
					fail(t)
					if !t.Failed() {
						above.Errorf("%s: the attempt does not know that it failed", way)
					}
					return
				}
				order = append(order, "good")
			})
			if want := failures > Times; above.Failed() != want {
				t.Errorf("%s, %d times: failed %v, want %v: %v", way, failures, above.Failed(), want, above.wrong)
			}
			if want := 2 * min(failures+1, Times+1); len(order) != want || slices.Index(order, "cleaned") != 1 {
				t.Errorf("%s, %d times: %v, want %d steps", way, failures, order, want)
			}
		}
	}
}

// The failure tells what was wrong, and what went well is not done twice.
func TestUntil(t *testing.T) {
	above := &record{TB: silent{t}}
	Until(above, "it", "bad", func() string { return "worse" })
	if len(above.wrong) != 1 || !strings.Contains(above.wrong[0], "worse") {
		t.Errorf("failures %q", above.wrong)
	}
	Until(t, "it", "", func() string { return "it was done twice" })
}

// A body that cannot be run skips the test, and a fault in it is the test's.
func TestSkipAndFault(t *testing.T) {
	above, done := &record{TB: silent{t}}, make(chan struct{})
	skip := func(t testing.TB) { t.SkipNow() }
	go func() {
		defer close(done)
		Run(above, skip)
	}()
	if <-done; !above.Skipped() || above.Failed() {
		t.Error("a body that cannot be run does not skip the test")
	}
	defer func() {
		if recover() != "fault" {
			t.Error("a fault was swallowed")
		}
	}()
	Run(t, func(testing.TB) { panic("fault") })
}
