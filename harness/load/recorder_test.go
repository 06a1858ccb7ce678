package load

import (
	"math"
	"testing"
	"time"

	"github.com/HdrHistogram/hdrhistogram-go"
	"pgregory.net/rapid"

	"assay/bench/workload"
)

// near says whether got is want to three significant digits.
func near(got, want int64) bool {
	return math.Abs(float64(got-want)) <= max(1, float64(want)/1000)
}

func TestRecordsThreeTimes(t *testing.T) {
	r := NewRecorder()
	r.Answer(workload.Ordinary, &Times{Intended: 1_000_000, Sent: 1_250_000, First: 1_700_000, Done: 1_900_000})
	s := &r.class[workload.Ordinary]
	for _, c := range []struct {
		name string
		h    *hdrhistogram.Histogram
		want int64
	}{
		{"response", s.response, 900_000}, {"service", s.service, 650_000}, {"slip", s.slip, 250_000},
	} {
		if c.h.TotalCount() != 1 || !near(c.h.Max(), c.want) {
			t.Errorf("%s: %d samples, %d ns; want one of %d", c.name, c.h.TotalCount(), c.h.Max(), c.want)
		}
	}
	if got := r.FirstByte(); got != 450_000 {
		t.Errorf("first byte after %d ns, want 450000", got)
	}
	if r.class[workload.Disturber].response.TotalCount() != 0 {
		t.Error("an ordinary request counts among the disturbers")
	}
}

// A request without an answer stands where its wait would have ended, never where it failed.
func TestCensored(t *testing.T) {
	ms := int64(time.Millisecond)
	r := NewRecorder()
	for range 98 {
		r.Answer(workload.Ordinary, &Times{Intended: 0, Sent: 1, First: ms, Done: ms})
	}
	r.Censor(workload.Ordinary, &Times{Intended: 0, Sent: 2 * ms}, 500*ms)
	r.Censor(workload.Ordinary, &Times{Intended: 100 * ms}, 500*ms) // never sent
	s := &r.class[workload.Ordinary]
	if s.censored != 2 || s.response.TotalCount() != 100 || s.service.TotalCount() != 99 || s.slip.TotalCount() != 100 {
		t.Errorf("censored %d, response %d, service %d, slip %d; want 2, 100, 99, 100",
			s.censored, s.response.TotalCount(), s.service.TotalCount(), s.slip.TotalCount())
	}
	for q, want := range map[float64]int64{98: ms, 99: 400 * ms, 100: 500 * ms} {
		if got := s.response.ValueAtQuantile(q); !near(got, want) {
			t.Errorf("response p%g = %d, want %d", q, got, want)
		}
	}
	if got := s.service.Max(); !near(got, 498*ms) {
		t.Errorf("service max %d, want %d", got, 498*ms)
	}
	if got := s.slip.Max(); !near(got, 400*ms) {
		t.Errorf("slip max %d, want that of the unsent one, %d", got, 400*ms)
	}
	if r.Late() != 2 {
		t.Errorf("%d late, want the one sent after 2 ms and the unsent one", r.Late())
	}
}

func TestClipping(t *testing.T) {
	minute := int64(time.Minute)
	r := NewRecorder()
	r.Answer(workload.Ordinary, &Times{Intended: 0, Sent: 0, First: 1, Done: minute})          // the end of the range is in it
	r.Answer(workload.Ordinary, &Times{Intended: 0, Sent: minute, First: 0, Done: 2 * minute}) // response only: service and slip fit
	r.Answer(workload.Ordinary, &Times{Intended: 10, Sent: 5, First: 20, Done: 20})            // sent before it was intended
	s := &r.class[workload.Ordinary]
	if s.clipped != 2 {
		t.Errorf("%d samples clipped, want 2", s.clipped)
	}
	if got := s.response.Max(); !near(got, minute) {
		t.Errorf("clipped to %d, want %d", got, minute)
	}
	if got := s.response.TotalCount(); got != 3 {
		t.Errorf("%d samples, want the clipped among 3", got)
	}
}

func TestResolution(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		v := rapid.Int64Range(0, longest).Draw(t, "v")
		r := NewRecorder()
		r.Answer(workload.Disturber, &Times{Intended: 7, Sent: 7, First: 7, Done: 7 + v})
		if got := r.class[workload.Disturber].service.Max(); !near(got, v) {
			t.Fatalf("%d recorded as %d, want three significant digits", v, got)
		}
		if r.class[workload.Disturber].clipped != 0 {
			t.Fatal("clipped within the range")
		}
	})
}

// Workers' recorders merged are one recorder that saw everything.
func TestMergeIsTheWhole(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		parts, whole := []*Recorder{NewRecorder(), NewRecorder()}, NewRecorder()
		for range rapid.IntRange(0, 50).Draw(t, "requests") {
			intended := rapid.Int64Range(0, 1e9).Draw(t, "intended")
			at := &Times{Intended: intended, Sent: intended + rapid.Int64Range(0, 1e7).Draw(t, "slip")}
			at.First = at.Sent + rapid.Int64Range(0, 1e8).Draw(t, "first")
			at.Done = at.First + rapid.Int64Range(0, 8e10).Draw(t, "rest")
			class := workload.Class(rapid.IntRange(0, int(workload.Classes)-1).Draw(t, "class"))
			part := parts[rapid.IntRange(0, 1).Draw(t, "part")]
			if rapid.Bool().Draw(t, "fails") {
				part.Censor(class, at, at.Done)
				whole.Censor(class, at, at.Done)
			} else {
				part.Answer(class, at)
				whole.Answer(class, at)
			}
		}
		parts[0].Merge(parts[1])
		for i := range whole.class {
			got, want := &parts[0].class[i], &whole.class[i]
			if !got.response.Equals(want.response) || !got.service.Equals(want.service) || !got.slip.Equals(want.slip) {
				t.Fatalf("class %d: histograms differ", i)
			}
			if got.censored != want.censored || got.clipped != want.clipped || got.late != want.late || got.firstByte != want.firstByte {
				t.Fatalf("class %d: counts differ", i)
			}
		}
	})
}

func TestFiguresDecode(t *testing.T) {
	r := NewRecorder()
	for i := range int64(1000) {
		r.Answer(workload.Ordinary, &Times{Intended: 0, Sent: i, First: 2 * i, Done: 1000 * i})
	}
	r.Censor(workload.Disturber, &Times{Intended: 0, Sent: 5}, 1e9)
	figures, err := r.Figures()
	if err != nil || len(figures) != 2 {
		t.Fatalf("%d classes, error %v; want 2", len(figures), err)
	}
	f := figures[0]
	if f.Class != "ordinary" || figures[1].Class != "disturber" || figures[1].Censored != 1 {
		t.Errorf("classes %q and %q, %d censored; want ordinary, disturber, 1", f.Class, figures[1].Class, figures[1].Censored)
	}
	h, err := hdrhistogram.Decode([]byte(f.Response))
	if err != nil || !h.Equals(r.class[workload.Ordinary].response) {
		t.Errorf("decoded response histogram differs (error %v)", err)
	}
	r.Reset()
	if figures, err := r.Figures(); err != nil || len(figures) != 0 || r.Late() != 0 {
		t.Errorf("after Reset: %v, error %v; want nothing", figures, err)
	}
}
