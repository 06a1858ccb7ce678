package conformance

import (
	"fmt"
	"strings"
)

// What the cases about faults and errors find.
const (
	OwnRequestAlone = "own-request-alone" // 500 that names the request, and the others live
	Unattributed    = "unattributed"      // 500, but nothing says whose fault it was
	ConnectionLost  = "connection-lost"   // no answer: the connection breaks
	OthersSuffer    = "others-suffer"     // other requests, or the process, went down with it

	CaughtWithCause = "caught-with-cause" // in the handler, and the cause is the backend's failure
	CauseLost       = "cause-lost"        // in the handler, but what went wrong is unknown there
	NotCaught       = "not-caught"        // the handler's own catch was passed by
)

var faultFindings = []string{OwnRequestAlone, Unattributed, ConnectionLost, OthersSuffer}

var errorBehaviours = []Behaviour{
	{
		Case{"behaviour/fault-before-wait", "a fault in the handler before it waits, while eight others wait", behaving(9), faultBeforeWait},
		[]string{"callback-errors"},
		faultFindings,
	},
	{
		Case{"behaviour/fault-after-wait", "a fault in the handler's code behind a wait, while eight others wait", behaving(9), faultAfterWait},
		[]string{"callback-errors"},
		faultFindings,
	},
	{
		Case{"behaviour/error-returned", "a backend fails three calls deep, the error is returned up to the handler", behaving(1), errorReturned},
		[]string{"bridge-errors", "exceptions-propagate"},
		[]string{CaughtWithCause, CauseLost, NotCaught},
	},
	{
		Case{"behaviour/error-raised", "a backend fails three calls deep, the error is raised there, and the handler is ready to catch it", behaving(1), errorRaised},
		[]string{"exceptions-propagate", "callback-errors", "bridge-errors"},
		[]string{CaughtWithCause, CauseLost, NotCaught},
	},
}

func faultBeforeWait(t *T) { handlerFault(t, "before") }

func faultAfterWait(t *T) { handlerFault(t, "after") }

const faultNumber = 4242 // of the request with the fault, which its answer must name

func handlerFault(t *T, at string) {
	t.quietBackends()
	others := t.dialMany(8)
	for i, c := range others {
		c.Send(get(fmt.Sprintf("/behaviour/who?n=%d&d=300000", i)))
	}
	t.callsSeen(len(others))
	c := t.Dial()
	c.Send(get(fmt.Sprintf("/behaviour/fault?n=%d&at=%s&d=50000", faultNumber, at)))
	a, err := c.TryRead("GET", t.patience)
	lost := 0
	for _, other := range others {
		if b, err := other.TryRead("GET", t.patience); err != nil || b.Status != 200 {
			lost++
		}
	}
	switch {
	case lost > 0:
		t.Find(OthersSuffer, "%d of %d requests that waited beside it had no answer%s", lost, len(others), t.server.obituary(dying))
	case err != nil:
		t.Find(ConnectionLost, "no answer: %v; %d requests beside it were answered", err, len(others))
	case a.Status != 500:
		t.Fatalf("answer %d %s, want 500", a.Status, brief(a.Body))
	case !strings.Contains(a.Body, fmt.Sprint(faultNumber)):
		t.Find(Unattributed, "500 %s; %d requests beside it were answered", brief(a.Body), len(others))
	default:
		t.Find(OwnRequestAlone, "500 %s; %d requests beside it were answered", brief(a.Body), len(others))
	}
}

func errorReturned(t *T) { deepError(t, "return") }

func errorRaised(t *T) { deepError(t, "raise") }

func deepError(t *T, how string) {
	c := t.Dial()
	c.Send(get("/behaviour/error?n=7&d=5000&how=" + how))
	a := c.WantStatus(200, 500, 502)
	if a.Status != 200 {
		t.Find(NotCaught, "answer %d %s: it went past the handler", a.Status, brief(a.Body))
		return
	}
	caught, cause := value(a.Body, "caught"), value(a.Body, "cause")
	if caught == "" || cause == "" {
		t.Fatalf("answer %s: want lines caught: and cause:", brief(a.Body))
	}
	between := ""
	if how == "raise" {
		at := lookAt(t, a.Body)
		between = fmt.Sprintf("; of the %d functions on the way %d stood on the stack", len(at.path), at.shown)
	}
	finding := CauseLost
	if cause == "backend" {
		finding = CaughtWithCause
	}
	t.Find(finding, "%s in %s%s", value(a.Body, "message"), caught, between)
}
