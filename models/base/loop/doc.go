// Package loop is an event loop on epoll: descriptors, timers and a wake-up, all
// on one locked thread.
//
// One turn of Run is, in this order:
//
//  1. wait: for a ready descriptor, the nearest timer or a wake-up, whichever is first;
//  2. read the clock once (Now) and call Ready of each ready Source;
//  3. fire the timers that are due;
//  4. run the functions that were posted from other threads;
//  5. call OnTurn, if set.
//
// A descriptor is added once, edge-triggered, for reading and writing together:
// no system call changes its interest afterwards, and a Source must read or write
// until it would block (or keep in mind that it did not).
//
// A process should have a GOMAXPROCS of one more than its loops: see yieldEvery for
// what the Go scheduler does else to a thread that sleeps in the kernel.
//
// Apart from Post, Stop and Clock nothing here is safe for use from another
// thread than the one that is in Run, once it runs.
package loop
