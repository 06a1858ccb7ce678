// Package site is what reference servers share: everything of the server contract
// that a public server does not bring itself.
//
//  1. Site runs a workload's direct handlers for a server with a codec of its own,
//     and answers what every server of the suite answers beside its workload.
//  2. Listen makes a net.Listener of the contract's descriptor; its connections may
//     stay silent for ever before their first byte, and a drain wakes them.
//
// Handlers, statuses and answers are the models' own; codec, buffers, scheduling and
// connection handling are the reference's.
package site
