package conformance

import (
	"fmt"
	"math"
	"math/rand/v2"
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

// A sampler looks every 10 ms of a thread's processor time. Requests of equal work are seen at
// equal places if their time is a multiple of that, and the split comes out as anything: the work
// is drawn, from a seed, so widely (5 to 50 ms) that each request is looked at elsewhere. That
// makes samples at least as good as independent ones, and so many are taken that none but one
// outcome in ten thousand of those stands on the wrong side.
const (
	burns     = 40        // requests a profile
	leastWork = 1_000_000 // rounds of Work in the lesser of the two functions, and three times that in the other
	mostWork  = 6_000_000
	profiles  = 12   // at most; two or three decide a split that is right
	certainty = 4.0  // standard errors between the share seen and the one next to it that decides otherwise
	leastPart = 0.62 // of heavy, if it is right: half way between 3 : 1 and an even split
	mostPart  = 0.88 // half way between 3 : 1 and none for light
)

func profileSplit(t *T) {
	draw := rand.New(rand.NewPCG(3, 1))
	heavy, both, below, samples := 0, 0, 0, 0
	for range profiles {
		body := profiled(t, draw)
		number := func(name string) int {
			n, err := strconv.Atoi(value(body, name))
			t.must(err, "line "+name+" of answer "+brief(body))
			return n
		}
		heavy += number("heavy")
		both += number("heavy") + number("light")
		below += number("heavy-below-handler") + number("light-below-handler")
		samples += number("samples")
		low, high := shareWithin(heavy, both)
		finding := SplitWrong
		switch {
		case both < samples/2: // most stand elsewhere, whatever the share
		case low >= mostPart, high <= leastPart:
		case low <= leastPart, high >= mostPart:
			continue // chance could decide: more of them
		case below < both/2:
			finding = SplitWithoutCause
		default:
			finding = SplitRight
		}
		t.Find(finding, "heavy has %.0f %% of %d samples of the two (%.0f to %.0f %%), 75 expected; %d of them stand below the handler",
			100*float64(heavy)/max(1, float64(both)), both, 100*low, 100*high, below)
		return
	}
	t.Skipf("the %d samples of the two functions in %d profiles do not tell 3 : 1 from other splits: %d on heavy", both, profiles, heavy)
}

// shareWithin is where the share lies that k of n were drawn from: Wilson's interval, certainty
// standard errors to each side.
func shareWithin(k, n int) (low, high float64) {
	if n == 0 {
		return 0, 1
	}
	p, m := float64(k)/float64(n), float64(n)
	const zz = certainty * certainty
	middle := (p + zz/(2*m)) / (1 + zz/m)
	half := certainty * math.Sqrt(p*(1-p)/m+zz/(4*m*m)) / (1 + zz/m)
	return middle - half, middle + half
}

func profiled(t *T, draw *rand.Rand) string {
	c := t.Dial() // one for all: of several processes one profiles
	c.Send(get("/behaviour/profile?do=start"))
	c.WantStatus(200)
	for range burns {
		c.Send(get(fmt.Sprintf("/behaviour/profile?do=burn&d=200&work=%d", leastWork+draw.IntN(mostWork-leastWork))))
		c.WantStatus(200)
	}
	c.Send(get("/behaviour/profile?do=stop"))
	body := c.WantStatus(200).Body
	c.Close()
	return body
}
