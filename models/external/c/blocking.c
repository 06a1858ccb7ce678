/* Workload blocking: bench/blocking/HTTP.md. */
#include <stdio.h>
#include <time.h>

#include "workload.h"

struct question {
    uint64_t n, block, rounds; /* block in microseconds */
    bool cooperative;
};

static bool set(struct exchange *x, struct question *q, const struct param *p) {
    if (named(p, "block")) {
        return number(x, p, MAX_MICROS, &q->block);
    } else if (named(p, "work")) {
        return number(x, p, MAX_WORK, &q->rounds);
    } else if (named(p, "via")) {
        q->cooperative = says(p, "cooperative");
        return q->cooperative || says(p, "inline") || says(p, "offload") ||
               unknown(x, p, "inline, offload or cooperative");
    } else if (named(p, "fault")) {
        return handler_fault(x, p);
    }
    return true;
}

static bool parse(struct exchange *x, struct question *q) {
    struct span query = x->request->query;
    struct param p;
    bool given = false;
    *q = (struct question){0};
    while (next_param(&query, &p)) {
        given = given || named(&p, "n");
        if (named(&p, "n") ? !number(x, &p, UINT64_MAX, &q->n) : !set(x, q, &p)) {
            return false;
        }
    }
    return given || missing_n(x);
}

/* call waits as a backend call that takes as long. */
static bool call(struct exchange *x, const struct question *q) {
    struct call c;
    uint64_t got;
    c.backend = 0;
    c.target_len = (size_t)snprintf(c.target, sizeof c.target, "/value?n=%llu&i=0&d=%llu", (unsigned long long)q->n,
                                    (unsigned long long)q->block);
    if (call_one(x->upstreams, &c) != CALL_OK) {
        return backend_failed(x, &c);
    }
    bool right = c.body_len <= sizeof c.body && decimal((struct span){c.body, c.body_len}, &got) && got == value(q->n, 0);
    int len = (int)(c.body_len < sizeof c.body ? c.body_len : sizeof c.body);
    return right || fail(x, 502, "backend failed: it answered \"%.*s\", want %llu", len, c.body,
                         (unsigned long long)value(q->n, 0));
}

/* A connection's own thread is the place where a block disturbs others least: inline
 * and offload are one. */
void blocking(struct exchange *x) {
    struct question q;
    if (!parse(x, &q)) {
        return;
    }
    bool waits = q.block > 0 || q.rounds > 0; /* a victim waits for nothing */
    if (waits && q.cooperative) {
        if (!call(x, &q)) {
            return;
        }
    } else if (q.block > 0) {
        struct timespec left = {.tv_sec = (time_t)(q.block / 1000000), .tv_nsec = (long)(q.block % 1000000) * 1000};
        while (nanosleep(&left, &left) != 0) {
        }
    }
    put_number(x->body, value(q.n, 0));
    if (q.rounds > 0) {
        put_sum(x->body, work(q.n % 16, q.rounds));
    }
}
