package style_test

import (
	"errors"
	"fmt"
	"time"

	"assay/models/base/style"
)

// Price asks two replicas and takes the first answer; if neither has one in time, it
// answers with the last it knew.
//
//	async def price(x):
//	    try:
//	        a, b = ask("a"), ask("b")
//	        c = await wait_for(race(a, b), 0.02)
//	        x.body += c.body
//	    except TimeoutError:
//	        x.body += b"17, yesterday"
//	    await call(audit)
func Price(t *style.Task, x *style.Exchange) style.Poll {
	calls := x.Calls(3)
	for i, replica := range []string{"a 30000", "b 15000", "audit 100"} { // the example's backends read their delay
		calls[i].Target = append(calls[i].Target, replica...)
	}
	p := &price{x, calls}
	first := t.Race(t.Call(&calls[0]), t.Call(&calls[1]))
	return t.Await(t.Timeout(first, 20*time.Millisecond), p, asked)
}

// price is what lives across the waits of Price.
type price struct {
	x     *style.Exchange
	calls []style.Call
}

// Where price goes on.
const (
	asked = iota
	audited
)

func (p *price) Step(t *style.Task, err error) style.Poll {
	switch t.At() {
	case asked:
		switch {
		case errors.Is(err, style.ErrTimeout):
			p.x.Body = append(p.x.Body, "17, yesterday"...)
		case err != nil:
			return t.Return(err)
		default:
			p.x.Body = append(append(p.x.Body, "price of "...), p.calls[t.Winner()].Body...)
		}
		return t.Await(t.Call(&p.calls[2]), p, audited)
	default:
		return t.Return(err)
	}
}

func Example() {
	var h host // what a model lends; here, a simulation
	var x style.Exchange
	x.Reset()
	h.scope.Init(&h)
	h.scope.Start(Price, &x)
	for h.turn() {
	}
	for _, line := range h.log {
		fmt.Println(line)
	}
	fmt.Printf("%d %s\n", x.Status, x.Body)
	// Output:
	// 0s call a
	// 0s call b
	// 15ms abandon a
	// 15ms call audit
	// 15.1ms done <nil>
	// 200 price of b
}
