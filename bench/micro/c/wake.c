/* A loop learns that something is ready. */
#define _GNU_SOURCE
#include "micro.h"

#include <pthread.h>
#include <stdint.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <unistd.h>

static int watch(int fd)
{
    struct epoll_event e = {.events = EPOLLIN};
    int ep = epoll_create1(0);
    must(ep >= 0 && epoll_ctl(ep, EPOLL_CTL_ADD, fd, &e) == 0, "epoll");
    return ep;
}

/* Waits on ep and takes what came on fd; 1 if it was one message. */
static long take(int ep, int fd, size_t size)
{
    struct epoll_event e;
    uint64_t one = 0;
    must(epoll_wait(ep, &e, 1, -1) == 1, "epoll_wait");
    must(read(fd, &one, size) == (ssize_t)size, "read");
    return one == 1;
}

static double alone(int in, int out, size_t size, long n, long *seen)
{
    int ep = watch(in);
    uint64_t one = 1;
    double begun = now(), took;

    *seen = 0;
    for (long i = 0; i < n; i++) {
        must(write(out, &one, size) == (ssize_t)size, "write");
        *seen += take(ep, in, size);
    }
    took = now() - begun;
    close(ep);
    return took;
}

double wake_eventfd(int cpus, long n, long *seen)
{
    int fd = eventfd(0, 0);
    must(fd >= 0, "eventfd");
    bind_side(cpus, 0);
    double took = alone(fd, fd, 8, n, seen);
    close(fd);
    return took;
}

double wake_pipe(int cpus, long n, long *seen)
{
    int p[2];
    must(pipe(p) == 0, "pipe");
    bind_side(cpus, 0);
    double took = alone(p[0], p[1], 1, n, seen);
    close(p[0]), close(p[1]);
    return took;
}

struct side {
    int in, out, cpus;
    long n, seen;
};

static void *answer(void *arg)
{
    struct side *s = arg;
    int ep = watch(s->in);
    char one = 1;

    bind_side(s->cpus, 1);
    for (long i = 0; i < s->n; i++) {
        s->seen += take(ep, s->in, 1);
        must(write(s->out, &one, 1) == 1, "write");
    }
    close(ep);
    return NULL;
}

/* Two loops wake each other: there and back. */
double wake_epoll_pair(int cpus, long n, long *seen)
{
    int there[2], back[2];
    char one = 1;
    pthread_t t;

    must(pipe(there) == 0 && pipe(back) == 0, "pipe");
    struct side s = {there[0], back[1], cpus, n, 0};
    int ep = watch(back[0]);
    bind_side(cpus, 0);
    must(pthread_create(&t, NULL, answer, &s) == 0, "pthread_create");
    double begun = now();
    for (long i = 0; i < n; i++) {
        must(write(there[1], &one, 1) == 1, "write");
        take(ep, back[0], 1);
    }
    double took = now() - begun;
    pthread_join(t, NULL);
    close(ep), close(there[0]), close(there[1]), close(back[0]), close(back[1]);
    *seen = s.seen;
    return took;
}
