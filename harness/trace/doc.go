// Package trace tells one request's life in a server: which system calls its threads
// made, when they were switched out and by whom they were woken, and what each of that
// means, so that a reader sees how a model waits.
//
//  1. A Scene is what was recorded: events of all threads on one clock, and what is needed
//     to read them (whose threads, what the descriptors are). Package live records one.
//  2. Tell makes a Story of it: steps in order, a lane a thread, counts.
//  3. A Story is written as a table, as a timeline of characters, as a picture, or as JSON.
//  4. Tally counts what a server did over many requests: system calls and switches per request.
//
// Nothing here looks at a clock, a process or a kernel.
package trace
