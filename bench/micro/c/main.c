/* The mechanisms that Go's runtime would hide, measured bare.

     micro                    a line each, as go test -bench prints it
     micro 1ms                the same, for about so long each
     micro NAME CPUS N        one of them N times: nanoseconds in all, and how often it was seen */
#define _GNU_SOURCE
#include "micro.h"

#include <errno.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

static const struct {
    const char *name, *label;
    mechanism *run;
    int max_cpus; /* 1: it has one thread, or is not about where they run */
} table[] = {
    {"thread-pipe", "Switch/how=thread-pipe/lang=c", thread_pipe, 2},
    {"thread-eventfd", "Switch/how=thread-eventfd/lang=c", thread_eventfd, 2},
    {"thread-futex", "Switch/how=thread-futex/lang=c", thread_futex, 2},
    {"thread-condvar", "Switch/how=thread-condvar/lang=c", thread_condvar, 2},
    {"swapcontext", "Switch/how=coroutine/lang=c", swap_context, 1},
    {"pthread", "Spawn/what=thread/lang=c", spawn_pthread, 2},
    {"fork", "Spawn/what=process/lang=c", spawn_fork, 2},
    {"wake-eventfd", "Wake/via=eventfd/sides=1/lang=c", wake_eventfd, 1},
    {"wake-pipe", "Wake/via=pipe/sides=1/lang=c", wake_pipe, 1},
    {"wake-pair", "Wake/via=pipe-epoll/sides=2/lang=c", wake_epoll_pair, 2},
    {"executor", "Executor/how=threads/lang=c", executor, 2},
};
enum { count = sizeof table / sizeof *table };

static cpu_set_t allowed; /* as it was when the program began */

double now(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec * 1e9 + (double)t.tv_nsec;
}

void must(int ok, const char *what)
{
    if (ok)
        return;
    fprintf(stderr, "micro: %s: %s\n", what, strerror(errno));
    exit(1);
}


void bind_side(int cpus, int side)
{
    cpu_set_t one;
    int wanted = cpus > 1 ? side : 0, cpu = 0;

    for (;; cpu++) {
        must(cpu < CPU_SETSIZE, "not enough processors");
        if (CPU_ISSET(cpu, &allowed) && wanted-- == 0)
            break;
    }
    CPU_ZERO(&one);
    CPU_SET(cpu, &one);
    must(sched_setaffinity(0, sizeof one, &one) == 0, "sched_setaffinity");
}

/* Doubles n until it takes long enough. */
static void line(int i, int cpus, double least)
{
    long n = 1, seen;
    double ns;

    for (;; n *= 2) {
        must(sched_setaffinity(0, sizeof allowed, &allowed) == 0, "sched_setaffinity");
        ns = table[i].run(cpus, n, &seen);
        must(seen == n, "it did not happen as often as it should");
        if (ns >= least)
            break;
    }
    printf("Benchmark%s", table[i].label);
    if (table[i].max_cpus > 1)
        printf("/cpus=%d", cpus);
    printf(" %ld %.1f ns/op\n", n, ns / (double)n);
    fflush(stdout);
}

static int one(const char *name, const char *cpus, const char *times)
{
    for (int i = 0; i < count; i++) {
        if (strcmp(name, table[i].name) != 0)
            continue;
        long seen = 0;
        double ns = table[i].run(atoi(cpus), atol(times), &seen);
        printf("%.0f %ld\n", ns, seen);
        return 0;
    }
    fprintf(stderr, "micro: no mechanism %s\n", name);
    return 2;
}

int main(int argc, char **argv)
{
    double least = 200e6;

    must(sched_getaffinity(0, sizeof allowed, &allowed) == 0, "sched_getaffinity");
    if (argc == 4)
        return one(argv[1], argv[2], argv[3]);
    if (argc == 2)
        least = atof(argv[1]) * 1e6; /* the unit is ms, written or not */
    for (int i = 0; i < count; i++)
        for (int cpus = 1; cpus <= table[i].max_cpus && cpus <= CPU_COUNT(&allowed); cpus++)
            line(i, cpus, least);
    return 0;
}
