// Package certify says whether a load generator sees what is there: what it recorded of
// an oracle, whose law is known, is compared with the law's closed form.
//
//  1. Cells are the laws by rate and connections, with the reason where one cannot be meant.
//  2. FormOf gives the distribution of response times that a law implies.
//  3. Compare holds what was Seen against it: four quantiles, and the greatest distance
//     between the two distributions. What chance may do to a sample is allowed for; what is left is
//     held to a Bound.
//  4. Judge puts that together with slip, rate, errors and the oracle's own record into a Row.
//  5. Pauses of the processors, which a sentinel saw, excuse what they can have caused: Form.Paused
//     says how late they can make requests, and how many. More than that stays broken.
//  6. The client that spins excuses as much as it is late itself in the same cell: Settle decides by
//     several takes of both.
//  7. A Certificate is the rows of one binary on one boot. Find gives it to a campaign.
//
// All of it is pure but the two ends of a Certificate's life, Save and Find. Package
// rows makes them.
package certify
