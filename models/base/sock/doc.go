// Package sock opens, accepts and dials TCP sockets as plain descriptors.
//
// It stands on system calls alone: package net would bring a poller of its own
// to every model and a megabyte to every binary, and what is linked in is measured.
//
//  1. Listen opens a listener, which carries the socket options of all that it accepts.
//  2. Accept takes one connection; Backoff says how long to rest when that fails,
//     and Mishaps tells the log. Clients wakes blocked readers for a drain.
//  3. Begin and Finish dial without blocking; Dial does both and waits in between.
package sock
