// Package sentinel watches for pauses of the machine itself: a process with one thread
// bound to each processor, which sleeps some milliseconds and notes when it ran too late.
//
//  1. A thread runs under the real-time policy where that is allowed, so that no load
//     of ours can keep it waiting: what makes it late then is the kernel, the hypervisor
//     or a stop of the processor. Else it runs under the fair policy, and says so.
//  2. A wake-up later than Bound after its time is a hiccup, kept with when it was
//     due and how late it was (CLOCK_MONOTONIC, the clock that the generator stamps with).
//  3. The parent asks for what was noted since it last asked, outside slices.
//
// A wake-up costs some 20 µs, so they sleep as long as keeps them all below one per cent of a processor,
// unless a Sharp says otherwise.
package sentinel
