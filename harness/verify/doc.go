// Package verify says whether a run's folder is what a campaign left there.
//
//  1. The manifest: its seal, the plan behind its hash, and what a run must disclose.
//  2. The files: each that is listed is there as it was sealed, and no other.
//  3. The records, line by line: the chain, the keys (each planned trial once, none else), and
//     whether what a trial says agrees with itself.
//  4. The derived files, made again from the records and compared byte for byte: so every
//     published figure is recomputed.
//
// What it proves: that nothing was changed by accident or by somebody who did not make all
// hashes anew, and that the published figures follow from these records. What it cannot prove: that the
// records were measured. Who makes up records that agree with themselves and seals them, or edits
// some and seals them again, is not found out here, only by comparing the seal with one that was
// noted elsewhere when the run was published, or by measuring again.
package verify
