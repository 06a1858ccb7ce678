// Package journal is the home of a run: its folder, its manifest and its
// append-only list of trials.
//
//  1. Create makes the folder and writes the manifest; Resume opens one again and
//     cuts a torn last line off.
//  2. Journal.Append adds a trial as one line, which carries a link of a hash chain, and returns
//     when it is on the disk: a kill at any byte loses no finished trial.
//  3. Journal.Finish writes the state and the SHA-256 of every file into the manifest, whose last
//     member seals its own text. Seal does the same again after derived files were made.
//  4. Read gives a run to those who compute from it, compressed or not; it writes nothing. Open
//     gives its records line by line.
//
// Chain and seal show every change by somebody who does not make them anew: bytes that flipped,
// lines lost or moved, figures edited by hand. They are no signature. Who edits a record
// and computes all hashes again leaves no trace here; only a seal that was noted elsewhere before
// (in a commit, a mail, a paper) tells.
package journal
