// Package validity judges trials before their numbers are looked at. It is pure: it
// reads records and writes verdicts.
//
//  1. facts sums up what a trial's slices say, and block what its neighbours say: the
//     trials of the same cell and block.
//  2. Each gate of the table Gates makes one statistic of them, or says that it does
//     not apply: an old record, another kind of load, a workload without backends.
//  3. A statistic beyond a gate's bound is a Reason: what was seen, what was allowed, and
//     what a person can do. The worst reason is the trial's grade.
//  4. Labels say what a reader must know that is no fault: a closed loop that the generator
//     binds, answers that were not checked, a tail that coincides with a pause of the machine.
//  5. Survey looks at many clean trials: how each gate's statistic is distributed and how
//     often it raises a false alarm.
package validity
