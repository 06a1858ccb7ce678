// Package stat turns trials into figures, contrasts and noise floors. It is pure:
// the same trials give the same numbers, and nothing is read from the machine.
//
// The pipeline:
//
//  1. Compute groups trials by cell, arm and block. Slices are summed and their
//     histograms merged, so that a block holds one value per Metric: the replicate.
//     A percentile is never averaged, and is absent where the sample is too small.
//  2. Set.Contrast compares two arms of a cell: a log-ratio per block, taken between
//     neighbouring slices where the metric allows it, then two intervals of their
//     middle, Student's (MeanT) and Hodges and Lehmann's (HodgesLehmann), and two
//     one-sided tests for "equal" (Equivalence).
//  3. Set.Floor does the same for an A/A twin: what two copies of one model differ
//     by is what no verdict may lie below.
//  4. Holm corrects the p-values of the contrasts that decide.
//  5. Over a ladder: SlopeOverBlocks, Ladder.Crossing with its bootstrap, FitUSL.
//  6. Before a run: Pilot and Design say how many blocks find what, Precision when
//     to stop.
//  7. Describe and MannWhitney are the descriptive side; Dilution says where an
//     advantage ends.
//
// Each method is a file of its own and names its source. Package simulate plants
// known effects and measures how often all of this is right.
//
// What cannot be said is an error that names the arm, the cell and the remedy; no
// function returns NaN or an infinity.
package stat
