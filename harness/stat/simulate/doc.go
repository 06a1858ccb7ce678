// Package simulate measures how often package stat is right: it plants effects and
// nulls of known size in data shaped like a campaign's, hands them to the functions
// that the reports use, and counts.
//
// The pipeline:
//
//  1. Noise is what disturbs a measurement: a machine of two speeds, its short moods,
//     drift, processes that differ, slices that jitter, outliers. Measure reads the
//     same figures off a real run and a simulated one, to be set side by side.
//  2. Shape is how a profile spreads its slices; Shape.Draw makes the trials of one
//     cell, as the journal holds them, with the planted log-ratios inside.
//  3. Each case of Cases draws many such cells, in parallel but from seeds of their
//     own, and asks stat: was the truth in the interval, was a null found, was an
//     effect missed.
//  4. Run gives a Table, which is the same for the same seed and number of draws.
//
// It reads nothing from the machine it runs on.
package simulate
