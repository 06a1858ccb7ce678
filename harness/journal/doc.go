// Package journal is the home of a run: its folder, its manifest and its
// append-only list of trials.
//
//  1. Create makes the folder and writes the manifest; Resume opens one again and
//     cuts a torn last line off.
//  2. Journal.Append adds a trial as one line with a checksum, and returns when it
//     is on the disk: a kill at any byte loses no finished trial.
//  3. Journal.Finish writes the state and the SHA-256 of every file into the manifest.
//  4. Read gives a run to those who compute from it; it writes nothing.
package journal
