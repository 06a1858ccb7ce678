package trace

import (
	"fmt"

	"assay/harness/report/chart"
)

// colours of the states in a picture, and what the legend says of them.
var colours = []struct {
	state State
	fill  int
	text  string
}{
	{Running, 0, "runs its own code"},
	{Calling, 1, "in a system call"},
	{Waiting, chart.Pale, "waits"},
	{Ready, 4, "ready, another runs"},
}

// SVG draws the story, a lane a thread.
func (s *Story) SVG() []byte {
	w := newWarp(s)
	p := chart.Timeline{
		Title:   fmt.Sprintf("%s: one request of %s", s.Model, s.Workload),
		Caption: s.caption(),
		Lanes:   []chart.Lane{{Name: "client", Blocks: []chart.Block{{From: 0, To: w.at(s.Answered), Fill: chart.Pale, Text: fmt.Sprintf("sent, and answered after %s", duration(s.Answered))}}}},
	}
	for _, c := range colours {
		p.Legend = append(p.Legend, chart.Key{Fill: c.fill, Text: c.text})
	}
	for _, l := range s.Lanes {
		lane := chart.Lane{Name: l.Name}
		if l.Helper {
			lane.Name += " (watches)"
		}
		for _, c := range colours {
			for _, span := range l.Spans {
				if span.State != c.state {
					continue
				}
				b := chart.Block{From: w.at(span.From), To: w.at(span.To), Fill: c.fill, Text: span.text()}
				if span.State == Calling {
					b.Name = span.What
				}
				lane.Blocks = append(lane.Blocks, b)
			}
		}
		p.Lanes = append(p.Lanes, lane)
	}
	for _, st := range w.stretches {
		if st.quiet {
			p.Gaps = append(p.Gaps, chart.Gap{From: st.at, To: st.at + st.wide, Text: duration(st.to - st.from)})
			continue
		}
		p.Ticks = append(p.Ticks, chart.Tick{At: st.at, Text: duration(st.from)})
	}
	return p.SVG()
}

func (s *Span) text() string {
	what := string(s.State)
	if s.What != "" {
		what = s.What
		if s.State != Calling {
			what += ", " + string(s.State)
		}
	}
	return fmt.Sprintf("%s, %s, from %s on", what, duration(s.To-s.From), duration(s.From))
}

func (s *Story) caption() string {
	text := fmt.Sprintf("%s: %s. ", s.Request, count(s.Counts.Calls, "system call"))
	if s.Switches {
		text += fmt.Sprintf("%s, %d to wait. ", count(s.Counts.Switches, "switch"), s.Counts.Waits)
	}
	return text + "Quiet stretches are squeezed. Traced by " + s.Source + ", which adds to every call."
}
