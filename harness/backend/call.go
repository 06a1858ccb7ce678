package backend

import (
	"errors"
	"fmt"
	"math"
	"time"

	"assay/bench/workload"
	"assay/models/base/http1"
)

// Fault is what a call asks to go wrong. See bench/fanout/HTTP.md.
type Fault uint8

// The faults, in the order of their names.
const (
	NoFault Fault = iota
	Fail
	Stall
	Reset
	Garbage
	Truncate
	Slow
	faults
)

var faultNames = [faults]string{"none", "fail", "stall", "reset", "garbage", "truncate", "slow"}

// String is the fault's name as requests carry it.
func (f Fault) String() string { return faultNames[f] }

// kind is what a call is for.
type kind uint8

const (
	value    kind = iota
	identity      // /-/id
	figures       // /-/stats
	refusal       // an error: status and text
)

// call is one request that waits for its time.
type call struct {
	whole  int64 // when the request was whole, ns of CLOCK_MONOTONIC
	due    int64 // when its answer is, likewise
	n      uint64
	text   string // of a refusal
	i      int32
	status int16 // of a refusal
	kind   kind
	fault  Fault
	reset  bool // figures start anew after the answer
	brief  bool // figures without their histograms
	last   bool // the connection is closed behind it
}

// read makes a call of a request that was whole at time now.
func read(m *http1.Request, now int64) call {
	c := call{whole: now, due: now, last: !m.KeepAlive}
	if string(m.Method) != "GET" {
		return c.refuse(405, "want GET")
	}
	switch string(m.Path) {
	case "/value":
		if err := c.parse(m.Query); err != nil {
			return c.refuse(400, err.Error())
		}
	case "/-/id":
		c.kind = identity
	case "/-/stats":
		c.kind = figures
		for rest := m.Query; len(rest) > 0; {
			var name, value []byte
			name, value, rest = workload.NextParam(rest)
			on := string(value) == "1"
			c.reset = c.reset || on && string(name) == "reset"
			c.brief = c.brief || on && string(name) == "brief"
		}
	default:
		return c.refuse(404, "want /value, /-/id or /-/stats")
	}
	return c
}

func (c call) refuse(status int, text string) call {
	c.kind, c.status, c.text, c.due = refusal, int16(status), text, c.whole
	return c
}

func (c *call) parse(query []byte) (err error) {
	var given [2]bool
	for len(query) > 0 && err == nil {
		var name, text []byte
		name, text, query = workload.NextParam(query)
		switch string(name) {
		case "n":
			given[0] = true
			c.n, err = workload.Uint("n", text, math.MaxUint64)
		case "i":
			given[1] = true
			var i uint64
			i, err = workload.Uint("i", text, math.MaxInt32)
			c.i = int32(i)
		case "d":
			var d time.Duration
			d, err = workload.Micros("d", text)
			c.due = c.whole + int64(d)
		case "fault":
			c.fault, err = parseFault(text)
		}
	}
	if err == nil && given != [2]bool{true, true} {
		err = errors.New("n or i is missing: want /value?n=N&i=I&d=MICROS")
	}
	return err
}

func parseFault(text []byte) (Fault, error) {
	for f := Fail; f < faults; f++ {
		if string(text) == faultNames[f] {
			return f, nil
		}
	}
	return NoFault, fmt.Errorf("fault=%.40q: want one of %v", text, faultNames[Fail:])
}
