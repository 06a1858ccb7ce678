// Package stat turns trials into figures, contrasts and noise floors. It is pure:
// the same trials give the same numbers, and nothing is read from the machine.
//
// The pipeline:
//
//  1. Compute groups trials by cell, arm and block. Slices are summed and their
//     histograms merged, so that a block holds one value per Metric: the replicate.
//     A percentile is never averaged, and is absent where the sample is too small.
//  2. Set.Contrast compares two arms of a cell: a log-ratio per block, taken between
//     neighbouring slices where the metric allows it, then the mean of the blocks
//     with its paired t interval, and two one-sided tests for "equal".
//  3. Set.Floor does the same for an A/A twin: what two copies of one model differ
//     by is what no verdict may lie below.
//  4. Describe, MannWhitney and Slope are the descriptive side; Crossing and
//     Dilution say where an advantage ends.
//
// What cannot be said is an error that names the arm, the cell and the remedy; no
// function returns NaN or an infinity.
package stat
