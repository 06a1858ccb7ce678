// Package nonblocking drives client and backend connections on an event loop. It
// is the twin of package blocking: the same duties, but nothing here ever waits.
//
//  1. Server accepts, and gives every connection to the loop. An idle connection
//     is a client and nothing else: some 90 bytes.
//  2. A client whose first byte comes takes a Job: decoder, exchange, answers to
//     send, deadline. It keeps it until all of that is settled.
//  3. A whole request goes to the Server's Dispatch, which is the one thing that
//     models on a loop do differently. Callback is the Dispatch of callback style.
//  4. The handler waits through its Job: backend calls are links, pooled connections that
//     the same loop drives. Whatever a wait resumes runs inside Job.Resume, so that a
//     fault is answered to the request that it belongs to.
//  5. Job.Done encodes the answer, which is written at once. What the peer does not
//     take stays in the job, and until it is taken nothing more is read from that peer.
//
// Bytes are read into one buffer that all connections of a Server share. A request
// is copied out of it before its handler starts (some 20 ns), so that a handler may
// hold on to slices of it over its waits, as it may in every other model.
//
// Everything happens on the loop's thread, except where it is said otherwise.
package nonblocking
