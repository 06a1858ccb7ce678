// Package campaign carries a plan out: it turns arms, cells and blocks into trials.
//
//  1. Run checks the plan against the machine and the models: what cannot be
//     meant is not applicable, what the machine lacks room for is not run, both said beforehand.
//  2. A block takes its cells in random order. For a load cell, a group starts a
//     fresh process for every arm; all live together, are warmed up alike, and the
//     load rotates over them in slices, drained in between (METHOD §3.1).
//  3. A slice is measured at its edges: CPU of the server, the generator, the backends and
//     the machine, switches, what the kernel counted.
//  4. Memory cells run alone: one server, a ladder of idle connections.
//  5. Each trial goes into the journal when its group is over. A server that dies,
//     hangs or answers wrongly is a failed trial with the tail of its log; the others go on.
//
// Cancelling the context keeps the finished trials and ends every process.
package campaign
