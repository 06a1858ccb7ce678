// Package blocking serves and calls over sockets that block the calling thread:
// what package nonblocking does on a loop, done by waiting in place.
//
//  1. Stream is conn.Stream over a blocking socket, with deadlines that cost no
//     system call as long as nothing is late.
//  2. Accept takes connections until the drain; sock.Clients knows which are open,
//     and wakes their readers then.
//  3. Threads starts OS threads, counted and bounded; Waiter is the style.Waiter
//     of a handler that has one to itself.
//  4. Set lets many idle connections wait in one place: a ready one belongs to
//     one thread until it is idle again. Queue hands them to a fixed pool.
//
// Threads sleep and wake by futex where they wait for each other: the kernel wakes
// a thread in 3 µs, Go's scheduler takes 12 to wake a goroutine locked to one.
package blocking
