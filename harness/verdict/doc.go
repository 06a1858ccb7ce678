// Package verdict turns the register of claims and the figures of a run into verdicts. It
// is pure: the same evidence gives the same verdicts, and nothing is decided that the
// register did not ask before the run.
//
// The pipeline:
//
//  1. Every question of the register finds its evidence: contrasts of its primary places,
//     findings of behaviour cases, counts of code. What is missing is said in the verdict's
//     place, never guessed.
//  2. The primary contrasts are a family: their p-values, of difference and of equality, are
//     corrected by Holm's method over all claims that could be decided.
//  3. A measured claim is supported if the whole interval lies beyond the noise floor on the
//     side that the assertion names and the effect is at least the least that matters;
//     refuted if it lies beyond it on the other side; equivalent if two one-sided tests place
//     it within the margin; inconclusive otherwise, with what would decide it.
//  4. A claim that is asked along a dimension depends if its points do not all say the same,
//     and the crossing point is given with its interval.
//  5. Every verdict that decides ends with a sentence of advice, and its scope.
//
// Trials that are INVALID never come this far: the evidence leaves them out. Those that
// are SUSPECT mark the verdict.
package verdict
