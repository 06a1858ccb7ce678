// Package plan says what a run measures, before anything is started.
//
//  1. An Arm is a name, a command line and options: a model, its A/A twin, the
//     same model with another option, or a user's own server.
//  2. A Cell is a workload, its parameters and a load.
//  3. A Profile is a named matrix of arms and cells with its arithmetic of time.
//  4. Make turns what was asked for into a Plan, or says what is wrong with it.
//  5. Plan.Block gives the random order of one block, Plan.Settings the options
//     that must follow a cell, Plan.Estimate how long all of it takes.
//
// A Plan is a value: equal plans have equal hashes, orders and seeds, on every
// machine. Nothing here looks at the machine.
package plan
