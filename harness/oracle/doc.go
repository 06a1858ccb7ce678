// Package oracle is a server whose answer is known: it answers each request after a
// delay that a law fixes, and says how well it kept to it. A load generator is
// checked against it, so it shares no code with one.
//
//  1. A request's arrival is the kernel's stamp of its bytes (SO_TIMESTAMPNS), so that the oracle's own
//     scheduling does not move it; where there is none, the time of the read.
//  2. The Planner turns the arrival into the departure that the Law asks. Queues
//     exist on this virtual clock alone.
//  3. The answer leaves at the departure, or late; both are recorded.
//  4. Stats says what delays were kept and how far they were from the law's.
//
// One thread does everything. It polls while there is something to do, and sleeps when
// nothing has come for Spin.
package oracle
