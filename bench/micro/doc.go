// Package micro measures the mechanisms that ways to wait are made of, one at a
// time and without a server:
//
//	BenchmarkSwitch    control goes from one to another and back
//	BenchmarkSpawn     something that could wait is started, and its end waited for
//	BenchmarkWake      somebody who waits learns that it can go on
//	BenchmarkBridge    a function deep in a handler waits, once
//	BenchmarkExecutor  a task is run elsewhere, and its submitter told of the end
//	BenchmarkDecode    one message is read
//	BenchmarkEncode    one message is written
//
//	make micro                        eight samples of each, five minutes, into results/micro
//	go tool benchstat results/micro/bench.txt
//	go test ./bench/micro -bench Bridge -cpu 1,2 -count 10
//
// The figures explain contrasts between models; they do not replace them. What Go's
// runtime would hide is measured by a C program besides (c/, lang=c), which is compiled on
// the way if there is a compiler, and reported as skipped, with the reason, if there is none. Alone it
// prints the same lines: cc -O2 -pthread c/*.c && ./a.out. Each mechanism counts on its far
// side how often it happened, in every benchmark and in a plain test.
//
// # What is to be expected, and why
//
// Nanoseconds an operation on the two processors of a virtual machine (AMD EPYC) with nothing else
// to do. Shapes carry over to other machines, these numbers do not.
//
//	switch, callback                   2.6   a function value out of a list
//	switch, closure                     23   the same, and 24 bytes on the heap: the rest is allocator and collector
//	switch, coroutine                   56   two switches of stacks in user space, three compare-and-swaps each
//	switch, goroutine channel          252   two passes through the run queue
//	switch, locked threads          12,500   the same, and the processor's P has to follow from thread to thread
//	switch, pipe, one processor      4,000   four system calls and two switches of the kernel
//	switch, pipe, two processors    45,000   the same, and two wake-ups of a processor that sleeps
//	spawn, pthread, one processor   16,900   clone and exit, two switches, and page faults of a stack
//
// Where a figure is far from its neighbours, these are the causes:
//
//   - Two processors are ten times dearer than one, in C as in Go, for pipe, eventfd, futex and
//     condition variable alike. Each side sleeps long enough for its processor to go idle, and an idle
//     virtual processor has been given back to the host: it must be fetched by an interrupt through
//     the hypervisor. spinning/sides=2, in which nobody sleeps, costs a hundredth, so it is not the
//     distance. On a machine that polls before it sleeps, or on bare metal, expect a tenth.
//   - A pthread is so cheap on one processor only (cpus=1). Where the kernel may put the new thread on
//     another, that one has to be woken first, which is the cause above once more. Go cannot say where
//     its threads begin; on top, one allocates 5.7 KB of bookkeeping.
//   - swapcontext, coroutines by the C library, is seven times dearer than iter.Pull, because it saves and
//     restores the signal mask: a system call for each switch. The switch itself would be cheaper.
//   - A condition variable on one processor costs twice a futex: who is woken finds the mutex still taken.
//   - An executor of Go's threads is dearer than one of C's: it is thread-channel again.
//   - A switch of stacks makes the returns after it dear, 5 ns a frame where others cost 1.5: the processor
//     predicts them from a stack of its own, of calls that were made on the other side. See
//     coroutine-10-frames against coroutine and call-10-frames (130, 60 and 16). So a coroutine's wait costs the
//     same at depth 1 and 100 while its frames stand (each=wait), and by the frame when they return (each=call).
//     The dearness is measured; that misprediction is its cause is concluded, not counted: this machine shows no counters.
//   - Stackless tasks are the other way round: a wait alone is a call of a function (await) or of
//     depth functions (poll), an order below the switch of stacks; but a call is an
//     allocation and a wake-up of its own (await, 64 bytes and 45 ns a frame). So from a depth of two or three on the
//     coroutine is cheaper for handlers that call down and wait once, and never for those that wait
//     again and again at the bottom. Beside a wake-up by the kernel (io=pipe: a microsecond) all of
//     it is small up to depth 10.
//
// Under load from other processes everything that sleeps is dearer by the time that its
// processor is away: compare within one run.
package micro
