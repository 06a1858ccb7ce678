package trace

import (
	"fmt"
	"io"
	"strings"
)

// timelineWidth is how many characters a lane has.
const timelineWidth = 72

// marks are how states are drawn, the weaker first: where several fall on a character,
// the strongest is seen.
var marks = []struct {
	state State
	mark  rune
}{{Waiting, '·'}, {Ready, '-'}, {Running, '█'}, {Calling, '▒'}}

// WriteTimeline draws the story with characters, a line a thread. The error is w's.
func (s *Story) WriteTimeline(w io.Writer) error {
	warp := newWarp(s)
	names := 6
	for _, l := range s.Lanes {
		names = max(names, len(l.Name))
	}
	place := func(t int64) int { return min(timelineWidth-1, int(warp.at(t)*timelineWidth)) }
	client := []rune(strings.Repeat(" ", timelineWidth))
	client[0], client[place(s.Answered)] = '>', '<'
	lines := []string{fmt.Sprintf("%-*s  %s", names, "client", string(client))}
	for _, l := range s.Lanes {
		if l.Helper {
			continue
		}
		lines = append(lines, fmt.Sprintf("%-*s  %s", names, l.Name, string(l.draw(place))))
	}
	lines = append(lines, fmt.Sprintf("%-*s  %s", names, "", warp.legend()),
		"> sent  < answered  █ runs  ▒ in a system call  · waits  - ready, another runs")
	for _, line := range lines {
		if _, err := fmt.Fprintln(w, strings.TrimRight(line, " ")); err != nil {
			return err
		}
	}
	return nil
}

func (l *Lane) draw(place func(int64) int) []rune {
	cells := []rune(strings.Repeat(" ", timelineWidth))
	for _, m := range marks {
		for _, span := range l.Spans {
			if span.State != m.state {
				continue
			}
			for i := place(span.From); i <= place(span.To-1); i++ {
				cells[i] = m.mark
			}
		}
	}
	return cells
}

// legend says how long the squeezed stretches are, where they are.
func (w *warp) legend() string {
	cells := []rune(strings.Repeat(" ", timelineWidth+12))
	next := 0
	for _, s := range w.stretches {
		if !s.quiet {
			continue
		}
		text := []rune("╎" + duration(s.to-s.from) + "╎")
		from := max(next, int(s.at*timelineWidth))
		if from+len(text) > len(cells) {
			break
		}
		copy(cells[from:], text)
		next = from + len(text)
	}
	return string(cells)
}
