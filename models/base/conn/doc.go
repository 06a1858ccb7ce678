// Package conn is a server's connection without its I/O, and everything about
// serving that does not depend on how a server waits:
//
//  1. Service is what all connections of a process share: routes, limits, deadlines.
//  2. Conn is one client connection. Bytes go in by Feed, an exchange for a handler
//     comes out; Answer encodes what the handler made; Out is what must be sent.
//     Routing, refusals, identity, statistics and the mapping from errors to
//     statuses happen here, so that every model gives the same answers.
//  3. Attempt is one try at a backend call, likewise without I/O.
//  4. Session (direct style) drives a Conn over a Stream, and Caller makes backend
//     calls over Streams: the same code for every model whose waits are functions
//     that return. Loops drive Conn and Attempt themselves (package nonblocking).
//
// Nothing here allocates per request in the steady state.
package conn
