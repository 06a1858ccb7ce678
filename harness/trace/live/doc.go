// Package live records what package trace tells: it starts nothing and asks nothing, but
// watches the threads of processes from outside while somebody else sends them requests.
//
//  1. Open picks a Recorder: the kernel's tracefs where this process may use it (root), else
//     strace. tracefs sees system calls, switches and wake-ups by one clock and disturbs
//     little; strace sees system calls, and makes each take tens of microseconds.
//  2. Start, then the request, then Stop, which gives the events.
//  3. Look says whose threads there are and what the descriptors are.
package live
