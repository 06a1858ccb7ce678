// Package ring is io_uring by raw system calls: what a loop waits with in epoll's
// place, and what carries the bytes of its connections.
//
//  1. Probe climbs down a ladder of what kernels have, by trying it, and says what
//     it found; or why there is no io_uring here, and what would help.
//  2. queues are the two rings that are shared with the kernel. Operations go in, and one
//     system call a turn submits them all and waits for completions.
//  3. Engine is a loop.Engine: events are made of completions. What comes to a
//     connection is received without being asked for again (multishot) into buffers that all
//     share, and listeners accept in the same way.
//  4. Engine is a nonblocking.Carrier too: Read gives what has come, Write takes what
//     is to be sent. So the connection logic of every loop runs on it unchanged.
//
// Memory that the kernel reads or writes while an operation is in flight lies outside the
// collector's heap. A provided buffer goes back to the kernel as soon as its completion
// was looked at: what the owner does not take then is copied, and nothing more is
// received for it until it has taken that. So neither a slow handler nor a peer that
// floods a connection can keep the buffers from others.
//
// A descriptor is closed when nothing is in flight on it any more: what gets
// something is cancelled, what is being sent may end. Until then its number is not free.
package ring
