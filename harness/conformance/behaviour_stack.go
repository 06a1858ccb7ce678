package conformance

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
)

// What the cases about stacks and profiles find.
const (
	HandlerShown = "handler-shown"     // the stack leads from the wait, or the fault, up to the handler
	PartShown    = "continuation-only" // it shows the piece of code that runs, but not who began it
	QueueOnly    = "queue-only"        // it shows none of the request's own code

	SplitRight        = "split-right"           // each function has its share, below the handler
	SplitWithoutCause = "split-without-handler" // each function has its share, but not below the handler
	SplitWrong        = "split-wrong"
)

var (
	stackFindings = []string{HandlerShown, PartShown, QueueOnly}
	splitFindings = []string{SplitRight, SplitWithoutCause, SplitWrong}
)

var stackBehaviours = []Behaviour{
	{
		Case{"behaviour/stack-at-wait", "all stacks of the process while a request waits three calls deep: is its handler there", behaving(1), stackAtWait},
		[]string{"bridge-debugging", "callback-debugging", "callback-errors"},
		stackFindings,
	},
	{
		Case{"behaviour/stack-at-fault", "the stack behind the wait, three calls deep, as a fault there would show it", behaving(1), stackAtFault},
		[]string{"callback-debugging", "bridge-debugging", "exceptions-propagate"},
		stackFindings,
	},
	{
		Case{"behaviour/profile-split", "a sampled profile of requests that wait and then compute 3 : 1 in two functions", behaving(1), profileSplit},
		[]string{"profiling-misattributes"},
		splitFindings,
	},
}

func stackAtWait(t *T) { stackAt(t, "wait") }

func stackAtFault(t *T) { stackAt(t, "fault") }

// seenStack is what an answer tells of a stack.
type seenStack struct {
	path   []string // the request's own functions, outermost first
	frames []string // of the stack, innermost first
	shown  int      // how many of path are among frames
	part   bool     // a closure of one of path is among frames
}

func lookAt(t *T, body string) seenStack {
	s := seenStack{path: strings.Fields(value(body, "path")), frames: values(body, "frame")}
	if len(s.path) < 2 || len(s.frames) == 0 {
		t.Fatalf("answer %s: want path: and frame: lines", brief(body))
	}
	for _, p := range s.path {
		if slices.Contains(s.frames, p) {
			s.shown++
		}
		s.part = s.part || slices.ContainsFunc(s.frames, func(f string) bool { return strings.HasPrefix(f, p+".") })
	}
	return s
}

// values are those of all lines "name: value" of an answer.
func values(body, name string) (all []string) {
	for line := range strings.Lines(body) {
		if v, ok := strings.CutPrefix(line, name+": "); ok {
			all = append(all, strings.TrimSpace(v))
		}
	}
	return all
}

// finding is what a stack shows.
func (s *seenStack) finding() string {
	switch {
	case s.shown == len(s.path):
		return HandlerShown
	case s.shown > 0 || s.part:
		return PartShown
	}
	return QueueOnly
}

// stackAt asks with longer and longer waits until the handler is shown: a snapshot that a
// busy machine took beside the wait shows less, never more.
func stackAt(t *T, at string) {
	var s seenStack
	for _, wait := range []int{100, 400, 1200} {
		c := t.Dial()
		c.Send(get(fmt.Sprintf("/behaviour/stack?n=1&at=%s&d=%d", at, 1000*wait)))
		s = lookAt(t, c.WantStatus(200).Body)
		c.Close() // some servers take one at a time
		if s.finding() == HandlerShown {
			break
		}
	}
	t.Find(s.finding(), "%d of %d functions of the request's own stand on the stack: %s", s.shown, len(s.path), frameText(s.frames))
}

// frameText is the innermost frames, in a line.
func frameText(frames []string) string {
	const most = 9
	if len(frames) > most {
		return strings.Join(frames[:most], " ← ") + fmt.Sprintf(" ← %d more", len(frames)-most)
	}
	return strings.Join(frames, " ← ")
}

// burns is how often a profiled server computes, about 14 ms each time: at a hundred samples
// a second that makes more than a hundred, enough to tell 3 : 1 from other splits.
const burns = 100

func profileSplit(t *T) {
	for attempt := 1; ; attempt++ {
		body := profiled(t)
		number := func(name string) int {
			n, err := strconv.Atoi(value(body, name))
			t.must(err, "line "+name+" of answer "+brief(body))
			return n
		}
		heavy, light := number("heavy"), number("light")
		below := number("heavy-below-handler") + number("light-below-handler")
		both := heavy + light
		if both < burns/2 && attempt < 3 { // chance would decide
			continue
		}
		share := float64(heavy) / max(1, float64(both))
		finding := SplitWrong
		switch {
		case both < number("samples")/2, share < 0.55, share > 0.92:
		case below < both/2:
			finding = SplitWithoutCause
		default:
			finding = SplitRight
		}
		t.Find(finding, "heavy has %.0f %% of %d samples of the two, 75 expected; %d of them stand below the handler", 100*share, both, below)
		return
	}
}

func profiled(t *T) string {
	c := t.Dial() // one for all: of several processes one profiles
	c.Send(get("/behaviour/profile?do=start"))
	c.WantStatus(200)
	for range burns {
		c.Send(get("/behaviour/profile?do=burn&d=200&work=2000000"))
		c.WantStatus(200)
	}
	c.Send(get("/behaviour/profile?do=stop"))
	body := c.WantStatus(200).Body
	c.Close()
	return body
}
