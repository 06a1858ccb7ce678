/* What the files of the program share. Each mechanism is a function that does its thing n
   times, on so many processors, and sets how often the other side saw it. It returns the
   nanoseconds that took, without set-up and end. */
#ifndef MICRO_H
#define MICRO_H

typedef double mechanism(int cpus, long n, long *seen);

mechanism thread_pipe, thread_eventfd, thread_futex, thread_condvar, swap_context;
mechanism spawn_pthread, spawn_fork;
mechanism wake_eventfd, wake_pipe, wake_epoll_pair;
mechanism executor;

/* Nanoseconds of CLOCK_MONOTONIC. */
double now(void);

/* Binds the calling thread: side 0 to the first processor that the process may use, side 1 to
   the same (cpus 1) or to another (cpus 2). */
void bind_side(int cpus, int side);

/* Ends the program if ok is not true: what failed, and why. */
void must(int ok, const char *what);

#endif
