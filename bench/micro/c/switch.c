/* Control goes from one thread to another and back. */
#define _GNU_SOURCE
#include "micro.h"

#include <linux/futex.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdint.h>
#include <stdlib.h>
#include <sys/eventfd.h>
#include <sys/syscall.h>
#include <ucontext.h>
#include <unistd.h>

/* baton passes between threads 0 and 1; who does not have it blocks. */
struct baton {
    void (*pass)(struct baton *, int to);
    void (*await)(struct baton *, int me);
    int in[2], out[2]; /* descriptors, by thread */
    size_t size;       /* of a message on them */
    _Atomic uint32_t turn;
    pthread_mutex_t lock;
    pthread_cond_t changed[2];
    int cpus;
    long n, seen;
};

static void *other(void *arg)
{
    struct baton *b = arg;

    bind_side(b->cpus, 1);
    for (long i = 0; i < b->n; i++) {
        b->await(b, 1);
        b->seen++;
        b->pass(b, 0);
    }
    return NULL;
}

static double play(struct baton *b, int cpus, long n, long *seen)
{
    pthread_t t;
    double begun, took;

    b->cpus = cpus, b->n = n, b->seen = 0;
    bind_side(cpus, 0);
    must(pthread_create(&t, NULL, other, b) == 0, "pthread_create");
    begun = now();
    for (long i = 0; i < n; i++) {
        b->pass(b, 1);
        b->await(b, 0);
    }
    took = now() - begun;
    pthread_join(t, NULL);
    *seen = b->seen;
    return took;
}

static void pass_fd(struct baton *b, int to)
{
    uint64_t one = 1;
    must(write(b->out[to], &one, b->size) == (ssize_t)b->size, "write");
}

static void await_fd(struct baton *b, int me)
{
    uint64_t one;
    must(read(b->in[me], &one, b->size) == (ssize_t)b->size, "read");
}

double thread_pipe(int cpus, long n, long *seen)
{
    struct baton b = {.pass = pass_fd, .await = await_fd, .size = 1};
    for (int i = 0; i < 2; i++) {
        int p[2];
        must(pipe(p) == 0, "pipe");
        b.in[i] = p[0], b.out[i] = p[1];
    }
    double took = play(&b, cpus, n, seen);
    for (int i = 0; i < 2; i++)
        close(b.in[i]), close(b.out[i]);
    return took;
}

double thread_eventfd(int cpus, long n, long *seen)
{
    struct baton b = {.pass = pass_fd, .await = await_fd, .size = 8};
    for (int i = 0; i < 2; i++) {
        b.in[i] = b.out[i] = eventfd(0, 0);
        must(b.in[i] >= 0, "eventfd");
    }
    double took = play(&b, cpus, n, seen);
    for (int i = 0; i < 2; i++)
        close(b.in[i]);
    return took;
}

static void pass_futex(struct baton *b, int to)
{
    atomic_store(&b->turn, (uint32_t)to);
    syscall(SYS_futex, &b->turn, FUTEX_WAKE_PRIVATE, 1, NULL, NULL, 0);
}

static void await_futex(struct baton *b, int me)
{
    uint32_t seen;
    while ((seen = atomic_load(&b->turn)) != (uint32_t)me)
        syscall(SYS_futex, &b->turn, FUTEX_WAIT_PRIVATE, seen, NULL, NULL, 0);
}

double thread_futex(int cpus, long n, long *seen)
{
    struct baton b = {.pass = pass_futex, .await = await_futex};
    return play(&b, cpus, n, seen);
}

static void pass_condvar(struct baton *b, int to)
{
    pthread_mutex_lock(&b->lock);
    b->turn = (uint32_t)to;
    pthread_cond_signal(&b->changed[to]);
    pthread_mutex_unlock(&b->lock);
}

static void await_condvar(struct baton *b, int me)
{
    pthread_mutex_lock(&b->lock);
    while (b->turn != (uint32_t)me)
        pthread_cond_wait(&b->changed[me], &b->lock);
    pthread_mutex_unlock(&b->lock);
}

double thread_condvar(int cpus, long n, long *seen)
{
    struct baton b = {.pass = pass_condvar, .await = await_condvar, .lock = PTHREAD_MUTEX_INITIALIZER};
    pthread_cond_init(&b.changed[0], NULL);
    pthread_cond_init(&b.changed[1], NULL);
    return play(&b, cpus, n, seen);
}

/* The coroutines of the C library, which save and restore the signal mask: a system
   call for each switch, and most of its cost. */
static ucontext_t loop, coroutine;
static long resumed;

static void body(void)
{
    for (;;) {
        resumed++;
        swapcontext(&coroutine, &loop);
    }
}

double swap_context(int cpus, long n, long *seen)
{
    enum { stack = 64 << 10 };
    void *memory = malloc(stack);
    double begun, took;

    must(memory != NULL, "malloc");
    bind_side(cpus, 0);
    must(getcontext(&coroutine) == 0, "getcontext");
    coroutine.uc_stack.ss_sp = memory, coroutine.uc_stack.ss_size = stack;
    makecontext(&coroutine, body, 0);
    resumed = 0;
    begun = now();
    for (long i = 0; i < n; i++)
        swapcontext(&loop, &coroutine);
    took = now() - begun;
    *seen = resumed;
    free(memory);
    return took;
}
