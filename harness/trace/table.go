package trace

import (
	"fmt"
	"io"
	"strings"
	"text/tabwriter"
)

// WriteTable writes the story as a table, its counts at the foot. The error is w's.
func (s *Story) WriteTable(w io.Writer) error {
	b := new(strings.Builder)
	fmt.Fprintf(b, "%s, %s: %s\n\n", s.Model, s.Workload, s.Request)
	t := tabwriter.NewWriter(b, 0, 0, 2, ' ', 0)
	fmt.Fprintf(t, "since send\tthread\tevent\ttook\tasleep\tresult\twhat it means\n")
	answered := false
	for _, step := range s.Steps {
		if !answered && step.At > s.Answered {
			fmt.Fprintf(t, "%s\tclient\t\t\t\t\thas the whole answer\n", duration(s.Answered))
			answered = true
		}
		if step.Within || s.Lanes[step.Lane].Helper {
			continue // the call says how long, and a helper is not the request's
		}
		fmt.Fprintf(t, "%s\t%s\t%s\t%s\t%s\t%s\t%s\n", since(step.At), s.Lanes[step.Lane].Name, step.What, step.took(), step.asleep(), step.Result, step.means())
	}
	if !answered {
		fmt.Fprintf(t, "%s\tclient\t\t\t\t\thas the whole answer\n", duration(s.Answered))
	}
	if err := t.Flush(); err != nil {
		return err
	}
	fmt.Fprintf(b, "\n%s\n", s.foot())
	for line := range strings.Lines(b.String()) {
		if _, err := fmt.Fprintln(w, strings.TrimRight(line, " \n")); err != nil {
			return err
		}
	}
	return nil
}

func (s *Step) asleep() string {
	if s.Waited == 0 || s.Running || s.What == preempted {
		return ""
	}
	return duration(s.Waited)
}

func (s *Step) means() string {
	switch {
	case s.Woken == "":
		return s.Means
	case s.Means == "":
		return "woken by " + s.Woken
	}
	return s.Means + "; woken by " + s.Woken
}

func (s *Step) took() string {
	if s.Running {
		return "goes on"
	}
	return duration(s.Took)
}

// foot is the counts in a sentence.
func (s *Story) foot() string {
	text := fmt.Sprintf("%s: %s", count(s.Counts.Calls, "system call"), s.names())
	if s.Switches {
		text += fmt.Sprintf("\n%s of %s, %d of them to wait", count(s.Counts.Switches, "switch"), count(s.Counts.Threads, "thread"), s.Counts.Waits)
	} else {
		text += fmt.Sprintf("\n%s; switches are not known: %s sees system calls alone, and slows each", count(s.Counts.Threads, "thread"), s.Source)
	}
	if s.Counts.Helpers > 0 {
		text += fmt.Sprintf("\nbesides, %s of a thread that watches, not shown", count(s.Counts.Helpers, "system call"))
	}
	return text + fmt.Sprintf("\nanswered after %s", duration(s.Answered))
}

// names lists how often each call was made, the most frequent first.
func (s *Story) names() string {
	byName := make(map[string]float64, len(s.Counts.ByName))
	for name, n := range s.Counts.ByName {
		byName[name] = float64(n)
	}
	var parts []string
	for _, name := range Names([]Tally{{ByName: byName}}) {
		parts = append(parts, fmt.Sprintf("%s %d", name, s.Counts.ByName[name]))
	}
	return strings.Join(parts, ", ")
}

// count is a number and a noun: 1 switch, 2 switches.
func count(n int, noun string) string {
	switch {
	case n == 1:
	case strings.HasSuffix(noun, "ch"):
		noun += "es"
	default:
		noun += "s"
	}
	return fmt.Sprintf("%d %s", n, noun)
}

func since(ns int64) string {
	if ns < 0 {
		return "before"
	}
	return duration(ns)
}

// duration is ns for people: microseconds, and milliseconds from ten thousand of them.
func duration(ns int64) string {
	switch us := float64(ns) / 1e3; {
	case us >= 9999.5:
		return fmt.Sprintf("%.2f ms", us/1e3)
	case us >= 99.95:
		return fmt.Sprintf("%.0f µs", us)
	default:
		return fmt.Sprintf("%.1f µs", us)
	}
}

// WriteTallies writes what servers did per request, a row a system call, a column a server.
func WriteTallies(w io.Writer, all []Tally) error {
	b := new(strings.Builder)
	t := tabwriter.NewWriter(b, 0, 0, 2, ' ', tabwriter.AlignRight)
	row := func(name string, cell func(*Tally) string) {
		for i := range all {
			name += "\t" + cell(&all[i])
		}
		fmt.Fprintf(t, "%s\t\n", name)
	}
	number := func(v float64) string { return fmt.Sprintf("%.2f", v) }
	row("per request", func(t *Tally) string { return t.Model })
	for _, name := range Names(all) {
		row(name, func(t *Tally) string {
			if n, made := t.ByName[name]; made {
				return number(n)
			}
			return "–"
		})
	}
	row("system calls", func(t *Tally) string { return number(t.Calls) })
	unknown := func(v float64) func(*Tally) string {
		return func(t *Tally) string {
			if !t.Switched {
				return "?"
			}
			return number(v)
		}
	}
	row("switches", func(t *Tally) string { return unknown(t.Switches)(t) })
	row("of them to wait", func(t *Tally) string { return unknown(t.Waits)(t) })
	row("allocations", func(t *Tally) string { return t.allocations() })
	if err := t.Flush(); err != nil {
		return err
	}
	_, err := io.WriteString(w, b.String())
	return err
}
