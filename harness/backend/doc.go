// Package backend is the sub-services that workloads ask: several backends in one
// lean process, on one event loop, each with a listener of its own.
//
//  1. A connection's bytes become calls (GET /value, see bench/fanout/HTTP.md), each
//     with the time at which it is due: when its request was whole, plus the delay it asks.
//  2. Calls wait in the order they came, a queue a connection; one timer stands
//     for the first. Pipelined calls wait side by side.
//  3. What is due is answered with one write a connection, or fails as it was asked to.
//  4. Stats says what was asked and how late each answer was, so that backends can
//     be shown to have been the same to every server measured.
//
// Nothing here allocates per call in the steady state.
package backend
