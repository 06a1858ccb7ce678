/* Workload fanout: bench/fanout/HTTP.md. */
#include <stdio.h>
#include <string.h>

#include "workload.h"

struct question {
    uint64_t n, rounds, at; /* at: the call that the fault is for; MAX_CALLS when not given */
    struct span delays;     /* "20000,30000": microseconds, one a call */
    size_t calls;
    bool sequential, panic;
    const char *fault; /* a backend's; NULL: none */
};

/* next_delay cuts the first delay off a list. */
static struct span next_delay(struct span *list, bool *more) {
    const char *comma = memchr(list->at, ',', list->len);
    size_t len = comma == NULL ? list->len : (size_t)(comma - list->at);
    struct span one = {list->at, len};
    *more = comma != NULL;
    *list = (struct span){list->at + len + *more, list->len - len - *more};
    return one;
}

static bool set_delays(struct exchange *x, struct question *q, struct param p) {
    struct span list = p.value;
    uint64_t micros;
    bool more = true;
    q->delays = list;
    for (q->calls = 0; more; q->calls++) {
        p.value = next_delay(&list, &more);
        if (!number(x, &p, MAX_MICROS, &micros)) {
            return false;
        }
    }
    return q->calls <= MAX_CALLS || fail(x, 400, "bad request: d has %zu delays: want 1 to %d", q->calls, MAX_CALLS);
}

static bool set_fault(struct exchange *x, struct question *q, const struct param *p) {
    static const char *const kinds[] = {"fail", "stall", "reset", "garbage", "truncate", "slow"};
    q->panic = says(p, "panic");
    q->fault = NULL;
    for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++) {
        if (says(p, kinds[i])) {
            q->fault = kinds[i];
        }
    }
    return q->panic || q->fault != NULL ||
           unknown(x, p, "panic, fail, stall, reset, garbage, truncate or slow");
}

static bool set(struct exchange *x, struct question *q, const struct param *p) {
    if (named(p, "d")) {
        return set_delays(x, q, *p);
    } else if (named(p, "mode")) {
        q->sequential = says(p, "sequential");
        return q->sequential || says(p, "parallel") || unknown(x, p, "parallel or sequential");
    } else if (named(p, "work")) {
        return number(x, p, MAX_WORK, &q->rounds);
    } else if (named(p, "fault")) {
        return set_fault(x, q, p);
    } else if (named(p, "at")) {
        return number(x, p, MAX_CALLS - 1, &q->at);
    }
    return true;
}

static bool parse(struct exchange *x, struct question *q) {
    struct span query = x->request->query;
    struct param p;
    bool given = false;
    *q = (struct question){.at = MAX_CALLS};
    while (next_param(&query, &p)) {
        given = given || named(&p, "n");
        if (named(&p, "n") ? !number(x, &p, UINT64_MAX, &q->n) : !set(x, q, &p)) {
            return false;
        }
    }
    if (!given) {
        return missing_n(x);
    }
    if (q->calls == 0) {
        return fail(x, 400, "bad request: d is missing: want the delays of the backend calls, in microseconds, like 20000,30000");
    }
    if (q->at == MAX_CALLS) {
        q->at = 0; /* a fault that names no call: a backend's is that of call 0, the handler's happens now */
        return !q->panic || fault(x);
    }
    return q->at < q->calls || fail(x, 400, "bad request: at=%llu: want a backend call from 0 to %zu",
                                    (unsigned long long)q->at, q->calls - 1);
}

static void prepare(const struct question *q, struct call *calls) {
    struct span list = q->delays;
    for (size_t i = 0; i < q->calls; i++) {
        struct call *c = &calls[i];
        uint64_t micros = 0;
        bool more, faulty = q->fault != NULL && q->at == i;
        (void)decimal(next_delay(&list, &more), &micros); /* it is one: parse has looked */
        c->backend = i;
        c->target_len = (size_t)snprintf(c->target, sizeof c->target, "/value?n=%llu&i=%zu&d=%llu%s%s",
                                         (unsigned long long)q->n, i, (unsigned long long)micros,
                                         faulty ? "&fault=" : "", faulty ? q->fault : "");
    }
}

/* combine answers the mean, and what work came to. */
static bool combine(struct exchange *x, const struct question *q, const struct call *calls) {
    uint64_t sum = 0;
    for (size_t i = 0; i < q->calls; i++) {
        const struct call *c = &calls[i];
        uint64_t one;
        if (c->body_len > sizeof c->body || !decimal((struct span){c->body, c->body_len}, &one) || one >= 1000000) {
            int len = (int)(c->body_len < sizeof c->body ? c->body_len : sizeof c->body);
            return fail(x, 502, "backend failed: backend %zu answered \"%.*s\", want a number", i, len, c->body);
        }
        sum += one;
    }
    put_number(x->body, sum / q->calls);
    if (q->rounds > 0) {
        put_sum(x->body, work(q->n % 16, q->rounds));
    }
    return true;
}

void fanout(struct exchange *x) {
    struct question q;
    if (!parse(x, &q)) {
        return;
    }
    struct call calls[q.calls]; /* bounded by MAX_CALLS: 21 KiB */
    const struct call *failed = NULL;
    prepare(&q, calls);
    if (q.sequential) {
        for (size_t i = 0; i < q.calls && failed == NULL; i++) {
            failed = call_one(x->upstreams, &calls[i]) == CALL_OK ? NULL : &calls[i];
        }
    } else {
        failed = call_all(x->upstreams, calls, q.calls);
    }
    if (failed != NULL) {
        backend_failed(x, failed);
    } else if (q.panic) {
        fault(x);
    } else {
        combine(x, &q, calls);
    }
}
