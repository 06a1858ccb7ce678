// Package conformance holds any server process against what every model owes: the
// server contract, HTTP/1.1 over raw bytes, the workloads' answers, and what
// happens when clients, backends and handlers misbehave.
//
//  1. A Target is a command that speaks the contract, and what is known of it.
//  2. Cases is the table of cases: name, one line of doc, what it needs, what it does.
//  3. Run starts the target's processes, one for all cases that can share it, runs
//     the cases in turn and reports a Result each.
//  4. A case that fails where the table of differences says so, with the reason, or
//     that is beyond what a target declares of itself, is an expected difference.
//
// It shares no code with the models or the load generator: requests are written
// byte by byte, and answers are read by net/http.
package conformance
