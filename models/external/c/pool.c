#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "calls.h"

bool upstreams_init(struct upstreams *u, const struct config *c) {
    *u = (struct upstreams){
        .list = calloc(c->backend_count + 1, sizeof *u->list),
        .count = c->backend_count,
        .timeout = c->backend_timeout,
        .max_body = c->max_body,
        .callall = c->callall,
        .stack = c->stack,
    };
    for (size_t i = 0; i < u->count; i++) {
        struct upstream *b = &u->list[i];
        b->host = c->backends[i];
        pthread_mutex_init(&b->lock, NULL);
        if (!address_read(b->host, &b->address, &b->address_len)) {
            fprintf(stderr, "thread-c: ASSAY_BACKENDS: %s: want host:port, the host an IP address or localhost\n", b->host);
            return false;
        }
    }
    return u->list != NULL;
}

bool pool_take(struct upstream *b, struct sock *s) {
    pthread_mutex_lock(&b->lock);
    bool some = b->idle_len > 0;
    if (some) {
        *s = b->idle[--b->idle_len];
    }
    pthread_mutex_unlock(&b->lock);
    return some;
}

void pool_give(struct upstream *b, struct sock s) {
    pthread_mutex_lock(&b->lock);
    if (b->idle_len == b->idle_cap) {
        size_t cap = b->idle_cap == 0 ? 16 : 2 * b->idle_cap;
        struct sock *more = realloc(b->idle, cap * sizeof *more);
        if (more != NULL) {
            b->idle = more;
            b->idle_cap = cap;
        }
    }
    bool room = b->idle_len < b->idle_cap;
    if (room) {
        b->idle[b->idle_len++] = s;
    }
    pthread_mutex_unlock(&b->lock);
    if (!room) {
        close(s.fd);
    }
}
