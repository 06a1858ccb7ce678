// Package behaviour is the workload of the behaviour cases: requests that race, wait
// for each other, fail, and look at their own stacks, so that what is said about
// ways to wait can be observed from outside. It is never measured, and its servers
// are not stateless: counters and locks are the process's own.
//
//  1. Each path is written once per style, as people who use that style write it.
//  2. Every wait is a backend call: the wait that each model knows how to make.
//  3. What would hang for ever gives up at a deadline and says who waited for whom.
//  4. Answers are lines of words and "name: value", which any language can give.
package behaviour

import (
	_ "embed" // for HTTP.md
	"fmt"
	"math"
	"os"
	"strconv"
	"sync/atomic"
	"time"

	"assay/bench/workload"
	"assay/models/base/style"
)

// HTTP is the wire format, for those who bring a server of their own.
//
//go:embed HTTP.md
var HTTP string

// Name is the workload's name in ASSAY_WORKLOAD.
const Name = "behaviour"

// Routes are its paths, with a handler in each style.
var Routes = []style.Route{
	{Method: "GET", Path: "/behaviour/who", Direct: whoDirect, Callback: whoCallback, Await: whoAwait},
	{Method: "GET", Path: "/behaviour/count", Direct: countDirect, Callback: countCallback, Await: countAwait},
	{Method: "GET", Path: "/behaviour/locks", Direct: locksDirect, Callback: locksCallback, Await: locksAwait},
	{Method: "GET", Path: "/behaviour/queue", Direct: queueDirect, Callback: queueCallback, Await: queueAwait},
	{Method: "GET", Path: "/behaviour/mutex", Direct: mutexDirect, Callback: mutexCallback, Await: mutexAwait},
	{Method: "GET", Path: "/behaviour/nested", Direct: nestedDirect, Callback: nestedCallback, Await: nestedAwait},
	{Method: "GET", Path: "/behaviour/leaf", Direct: leafDirect, Callback: leafCallback, Await: leafAwait},
	{Method: "GET", Path: "/behaviour/fault", Direct: faultDirect, Callback: faultCallback, Await: faultAwait},
	{Method: "GET", Path: "/behaviour/error", Direct: errorDirect, Callback: errorCallback, Await: errorAwait},
	{Method: "GET", Path: "/behaviour/stack", Direct: stackDirect, Callback: stackCallback, Await: stackAwait},
	{Method: "GET", Path: "/behaviour/profile", Direct: profileDirect, Callback: profileCallback, Await: profileAwait},
}

// question is one decoded request.
type question struct {
	n      uint64        // its number
	wait   time.Duration // of a backend call; waits says whether there is one
	waits  bool
	within time.Duration // when a hang gives up
	work   int           // rounds computed where others could come between
	room   int           // of the queue
	words  map[string]string
}

// word is a parameter of the request that is one of a few words; the first by default.
func (q *question) word(name string, known ...string) (string, error) {
	given, has := q.words[name]
	if !has {
		return known[0], nil
	}
	for _, k := range known {
		if given == k {
			return k, nil
		}
	}
	return "", style.Badf("%s=%.40q: want one of %q", name, given, known)
}

// parse reads a request.
func parse(x *style.Exchange) (q question, err error) {
	q = question{within: time.Second, room: 2, words: map[string]string{}}
	for query := x.Request.Query; len(query) > 0 && err == nil; {
		var name, value []byte
		name, value, query = workload.NextParam(query)
		var u uint64
		switch string(name) {
		case "n":
			q.n, err = workload.Uint("n", value, math.MaxUint32)
		case "d":
			q.waits = true
			q.wait, err = workload.Micros("d", value)
		case "within":
			q.within, err = workload.Micros("within", value)
		case "work":
			u, err = workload.Uint("work", value, workload.MaxWork)
			q.work = int(u)
		case "room":
			u, err = workload.Uint("room", value, 1000)
			q.room = int(u)
		default:
			q.words[string(name)] = string(value)
		}
	}
	return q, err
}

// ask makes the backend call that a wait of d is; fault is what the backend does, or "".
func ask(x *style.Exchange, n uint64, d time.Duration, fault string) *style.Call {
	c := &x.Calls(1)[0]
	c.Target = strconv.AppendUint(append(c.Target, "/value?n="...), n, 10)
	c.Target = strconv.AppendInt(append(c.Target, "&i=0&d="...), d.Microseconds(), 10)
	if fault != "" {
		c.Target = append(append(c.Target, "&fault="...), fault...)
	}
	return c
}

// poll is how long a request rests before it looks again for what it waits for.
const poll = 2 * time.Millisecond

// counter is read, waited over and written back. It is loaded and stored atomically, so
// that nothing but the time between the two is at fault when an update is lost.
var counter atomic.Uint64

// counted appends the answer of an update: whose counter, from what to what.
func counted(x *style.Exchange, before uint64) {
	x.Body = fmt.Appendf(x.Body, "%d %d %d", os.Getpid(), before, before+1)
}
