#include <stdio.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

#include "server.h"

void enter(struct server *s, struct conn *c) {
    pthread_mutex_lock(&s->lock);
    c->before = NULL;
    c->next = s->conns;
    if (c->next != NULL) {
        c->next->before = c;
    }
    s->conns = c;
    if (atomic_load(&s->draining)) { /* after the drain's own round */
        shutdown(c->sock.fd, SHUT_RD);
    }
    pthread_mutex_unlock(&s->lock);
}

void leave(struct server *s, struct conn *c) {
    pthread_mutex_lock(&s->lock);
    if (c->before != NULL) {
        c->before->next = c->next;
    } else {
        s->conns = c->next;
    }
    if (c->next != NULL) {
        c->next->before = c->before;
    }
    pthread_mutex_unlock(&s->lock);
    close(c->sock.fd); /* only now: drain must not shut a descriptor that is another's by then */
    pthread_mutex_lock(&s->lock);
    if (--s->live == 0) {
        pthread_cond_signal(&s->none);
    }
    pthread_mutex_unlock(&s->lock);
}

void drain(struct server *s, int64_t within) {
    struct timespec until;
    clock_gettime(CLOCK_MONOTONIC, &until);
    until.tv_sec += within / 1000000000;
    until.tv_nsec += within % 1000000000;
    if (until.tv_nsec >= 1000000000) {
        until.tv_nsec -= 1000000000;
        until.tv_sec++;
    }
    pthread_mutex_lock(&s->lock);
    atomic_store(&s->draining, true);
    /* What has come is still read after this, so a whole request gets its answer;
     * then a reader meets the end of the stream. */
    for (struct conn *c = s->conns; c != NULL; c = c->next) {
        shutdown(c->sock.fd, SHUT_RD);
    }
    while (s->live > 0 && pthread_cond_timedwait(&s->none, &s->lock, &until) == 0) {
    }
    if (s->live > 0) {
        fprintf(stderr, "thread-c: not drained within %ds: what is open is cut off\n", (int)(within / 1000000000));
    }
    pthread_mutex_unlock(&s->lock);
}
