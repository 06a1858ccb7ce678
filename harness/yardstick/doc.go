// Package yardstick measures what the suite's speed is held against: its models
// beside other servers of their kind, its generator beside other generators.
//
//  1. The tables in plan.go say who is compared with whom, at what load, and what is asked for.
//  2. Bench starts servers and generators, the server on the upper half of the
//     processors, and measures in short trials that alternate.
//  3. A Sample is one trial. Samples are all that is kept of a run, a JSON line each.
//  4. Table renders samples as Markdown: a pure function.
//
// The replicate is the block: fresh processes of all arms of a group. An interval is
// that of the median over blocks, by ranks, so it assumes nothing of their distribution.
package yardstick
