// Package load is the generator: it asks a server what a workload draws, at the
// times a schedule fixes, and records what it saw.
//
//  1. A Command "open" connects an arm's connections; several arms may be open at once.
//  2. A Command "slice" loads one of them. In an open loop the requests' times are
//     fixed beforehand (Schedule); one without a free connection waits first in,
//     first out (pacer), and the connection it takes is a random free one (picker).
//     In a closed loop a connection's next request is due when its last answer is done.
//  3. Each answer is checked, and its four times (Times) go into histograms of
//     response, service and slip (Recorder). A request that got no right answer is
//     counted by kind and stands in the tail: see Recorder.Censor.
//  4. The slice is drained before it is answered: every request has got its
//     answer or been given up.
//
// Serve is the generator as a child process, Client its parent's side, Run the
// generator standing alone. The connections live on event loops on locked threads, which
// allocate nothing per request, with the collector off.
package load
