// Package shape counts what a style costs the programmer, from the syntax tree of the
// workloads' handlers. It is pure: the same source gives the same counts.
//
//  1. Measure parses one file, the handlers of one workload in one style.
//  2. Counts adds up over workloads; Names is the register's word for each count.
//
// Only what is written counts: comments and blank lines do not, nor what a workload's
// handlers share in every style (parsing a request, combining an answer).
package shape
