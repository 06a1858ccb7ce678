// Package doctor says what a machine can and cannot measure, with the number that
// says so and the command that mends it.
//
// The pipeline:
//
//  1. Look reads Facts from a tree that holds proc and sys, and PATH: it changes
//     nothing, and a test hands it a tree of its own.
//  2. Probe times what no file tells: the clock, sleeps, wake-ups, the speed of the
//     processors, and who else is using them.
//  3. Examine makes Findings of both: good, worth a note, or short of what figures
//     need, each with its remedy. It is pure.
//  4. Preflight keeps of them what bears on a plan, in a line or two.
//  5. Floors reads an A/A campaign: the noise floor, and the smallest effect to be seen.
package doctor
