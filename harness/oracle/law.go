package oracle

import (
	"fmt"
	"math"
	"strconv"
	"strings"
	"time"
)

// Kind names a law.
type Kind string

// The laws.
const (
	Fixed       Kind = "fixed"       // A
	TwoPoint    Kind = "two-point"   // B with probability Share, else A
	Exponential Kind = "exponential" // exponential, of mean A
	Stall       Kind = "stall"       // A of every B nothing is answered; at other times all is, at once
	MD1         Kind = "md1"         // one server, first in first out, that takes A for each
	MM1         Kind = "mm1"         // the same with an exponential time, of mean A
)

// Kinds are all laws, in the order that they are shown.
var Kinds = []Kind{Fixed, TwoPoint, Exponential, Stall, MD1, MM1}

// Law says how long answers take.
type Law struct {
	Kind  Kind
	A, B  time.Duration // see Kind
	Share float64       // of TwoPoint, above 0 and below 1
}

// longest bounds what a law may ask.
const longest = 30 * time.Second

// String is what Parse reads.
func (l Law) String() string {
	switch l.Kind {
	case TwoPoint:
		return fmt.Sprintf("%s:%v,%v,%g", l.Kind, l.A, l.B, l.Share)
	case Stall:
		return fmt.Sprintf("%s:%v,%v", l.Kind, l.A, l.B)
	}
	return fmt.Sprintf("%s:%v", l.Kind, l.A)
}

// forms are the laws as they are written, for messages.
const forms = "fixed:10ms, two-point:2ms,20ms,0.05, exponential:5ms, stall:1s,5s, md1:500us or mm1:500us"

// Parse reads a law: its kind, a colon, and its durations. The error names what is wrong and
// gives an example of each law.
func Parse(text string) (Law, error) {
	bad := func(why string) (Law, error) {
		return Law{}, fmt.Errorf("law %q: %s; want one like %s", text, why, forms)
	}
	kind, rest, _ := strings.Cut(text, ":")
	l := Law{Kind: Kind(kind)}
	parts := strings.Split(rest, ",")
	into := []*time.Duration{&l.A}
	switch l.Kind {
	case Fixed, Exponential, MD1, MM1:
	case Stall:
		into = append(into, &l.B)
	case TwoPoint:
		into = append(into, &l.B)
		share, err := strconv.ParseFloat(parts[len(parts)-1], 64)
		if err != nil || len(parts) != 3 {
			return bad("it takes two durations and a share")
		}
		l.Share, parts = share, parts[:2]
	default:
		return bad("unknown kind " + strconv.Quote(kind))
	}
	if len(parts) != len(into) {
		return bad(fmt.Sprintf("%d durations, it takes %d", len(parts), len(into)))
	}
	for i, p := range parts {
		d, err := time.ParseDuration(p)
		if err != nil {
			return bad(err.Error())
		}
		*into[i] = d
	}
	if why := l.wrong(); why != "" {
		return bad(why)
	}
	return l, nil
}

// wrong says in words why the law cannot be meant; nothing if it can.
func (l Law) wrong() string {
	switch {
	case l.A <= 0 || l.A > longest:
		return fmt.Sprintf("%v is not above 0 and at most %v", l.A, longest)
	case l.Kind == Stall && (l.B <= l.A || l.B > longest):
		return fmt.Sprintf("a period of %v is not above the stall and at most %v", l.B, longest)
	case l.Kind == TwoPoint && (l.B <= l.A || l.B > longest):
		return fmt.Sprintf("the second duration %v is not above the first and at most %v", l.B, longest)
	case l.Kind == TwoPoint && (math.IsNaN(l.Share) || l.Share <= 0 || l.Share >= 1):
		return fmt.Sprintf("the share %g is not above 0 and below 1", l.Share)
	}
	return ""
}
