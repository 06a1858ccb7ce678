package campaign

import (
	"fmt"
	"sort"

	"assay/harness/proc"
)

// mostSources is how many local addresses the generator takes at most.
const mostSources = 200

// spare is what a process needs beside its connections: descriptors and threads.
const spare = 64

// demand is what one cell asks of the machine's limits.
type demand struct {
	conns    int // to each server
	backends int // that one request may ask
	together int // servers that are alive at once
	threads  int // of all of them
}

// over says which limit the demand goes over, "" for none: the number that is needed,
// the number there is, and the command that raises it.
func (d demand) over(l proc.Limits) string {
	if need := d.conns*(1+d.backends) + spare; need > l.Descriptors {
		return fmt.Sprintf("a server needs %d descriptors for %d connections and their backend calls, a process may have %d: ulimit -n %d",
			need, d.conns, l.Descriptors, need)
	}
	if need := d.conns*d.together + spare; need > l.Descriptors {
		return fmt.Sprintf("the generator needs %d descriptors for %d connections to each of %d servers, a process may have %d: ulimit -n %d",
			need, d.conns, d.together, l.Descriptors, need)
	}
	if need := d.conns*d.together*d.backends + spare; need > l.Descriptors {
		return fmt.Sprintf("the backends need %d descriptors for the calls of %d connections to each of %d servers, a process may have %d: ulimit -n %d",
			need, d.conns, d.together, l.Descriptors, need)
	}
	if need := d.conns; l.Ports > 0 && need > l.Ports*4/5*mostSources {
		return fmt.Sprintf("the generator needs %d local ports for one server and %d addresses have %d: sysctl -w net.ipv4.ip_local_port_range=\"1024 65535\"",
			need, mostSources, l.Ports*4/5*mostSources)
	}
	if need := d.conns * d.together; d.backends > 0 && l.Ports > 0 && need > l.Ports {
		return fmt.Sprintf("the servers need %d local ports for connections to one backend, there are %d: sysctl -w net.ipv4.ip_local_port_range=\"1024 65535\"",
			need, l.Ports)
	}
	if d.threads > l.Threads {
		return fmt.Sprintf("the servers that run together need %d threads, the machine allows %d: raise %s to %d",
			d.threads, l.Threads, l.ThreadsBy, d.threads)
	}
	return ""
}

// CellKind is what of a cell bears on how large it may be.
type CellKind struct {
	Servers  int // alive together: the arms of a load cell, 1 of a memory cell
	Threaded int // of them that have a thread for each connection
	Backends int // that one request may ask
}

// mostConns bounds the search of Largest: no machine holds more.
const mostConns = 1 << 24

// Largest is the most connections to each server that the limits allow a cell, and
// the limit that stops it there, in words.
func Largest(l proc.Limits, k CellKind) (conns int, by string) {
	at := func(conns int) demand {
		return demand{conns, k.Backends, k.Servers, k.Servers*spare + k.Threaded*conns}
	}
	conns = sort.Search(mostConns, func(n int) bool { return at(n+1).over(l) != "" })
	return conns, at(conns + 1).over(l)
}
