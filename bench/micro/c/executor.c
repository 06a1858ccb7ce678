/* A task is handed to a waiting thread, and its end waited for: one lock, a condition
   variable for each direction, as executors are made. */
#define _GNU_SOURCE
#include "micro.h"

#include <pthread.h>

struct pool {
    pthread_mutex_t lock;
    pthread_cond_t work, done;
    long submitted, finished, seen, n;
    int cpus;
};

static void *worker(void *arg)
{
    struct pool *p = arg;

    bind_side(p->cpus, 1);
    pthread_mutex_lock(&p->lock);
    while (p->finished < p->n) {
        while (p->submitted == p->finished)
            pthread_cond_wait(&p->work, &p->lock);
        pthread_mutex_unlock(&p->lock); /* a task does not run under the lock */
        p->seen++;
        pthread_mutex_lock(&p->lock);
        p->finished++;
        pthread_cond_signal(&p->done);
    }
    pthread_mutex_unlock(&p->lock);
    return NULL;
}

double executor(int cpus, long n, long *seen)
{
    struct pool p = {.lock = PTHREAD_MUTEX_INITIALIZER, .n = n, .cpus = cpus};
    pthread_t t;

    pthread_cond_init(&p.work, NULL);
    pthread_cond_init(&p.done, NULL);
    bind_side(cpus, 0);
    must(pthread_create(&t, NULL, worker, &p) == 0, "pthread_create");
    double begun = now();
    for (long i = 0; i < n; i++) {
        pthread_mutex_lock(&p.lock);
        p.submitted++;
        pthread_cond_signal(&p.work);
        while (p.finished <= i)
            pthread_cond_wait(&p.done, &p.lock);
        pthread_mutex_unlock(&p.lock);
    }
    double took = now() - begun;
    pthread_join(t, NULL);
    *seen = p.seen;
    return took;
}
