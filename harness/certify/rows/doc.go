// Package rows makes the rows of a certificate: it starts an oracle for each cell, has a
// generator load it, and hands both their words to package certify.
//
//  1. Session.Cell measures our generator, as a campaign runs it: a child process on the
//     load's processors, the oracle on the server's.
//  2. Rivals are the other generators, each as it is called and read; Session.Rival measures one
//     that is installed.
//  3. Session.Run does a plan's cells one after the other.
package rows
