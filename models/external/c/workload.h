/* The four workloads: bench/NAME/direct.go, in C. */
#ifndef WORKLOAD_H
#define WORKLOAD_H

#include "calls.h"
#include "http.h"

/* What a request can cost, as in bench/workload/query.go. */
#define MAX_BYTES ((uint64_t)16 << 20)
#define MAX_CALLS 64
#define MAX_MICROS ((uint64_t)60000000)
#define MAX_WORK ((uint64_t)100000000)

/* An exchange: a request and the answer being made. The status is 200 until a
 * handler sets another; then the body is a sentence. */
struct exchange {
    const struct message *request;
    struct upstreams *upstreams;
    struct buf *body;
    int status;
};

struct route {
    const char *method, *path;
    void (*handler)(struct exchange *x);
};

struct workload {
    const char *name;
    struct route routes[3]; /* up to the first without a path */
};

extern const struct workload workloads[];

/* workload_find gives the workload of that name, or NULL; workload_names lists all. */
const struct workload *workload_find(const char *name);
extern const char *const workload_names[];

void echo_get(struct exchange *x);
void echo_post(struct exchange *x);
void fanout(struct exchange *x);
void blocking(struct exchange *x);
void idle(struct exchange *x);

/* value.c: what requests and backends compute, exactly as bench/workload/value.go. */
uint64_t value(uint64_t n, uint64_t i);
uint64_t work(uint64_t seed, uint64_t rounds);
void put_sum(struct buf *out, uint64_t sum);

/* query.c */
struct param {
    struct span name, value;
};
/* next_param splits the first parameter off a query; false at its end. */
bool next_param(struct span *query, struct param *p);
bool named(const struct param *p, const char *name);
bool says(const struct param *p, const char *value);
bool decimal(struct span text, uint64_t *n);

/* fail gives the exchange an answer that is not 200; false, for those who return it. */
bool fail(struct exchange *x, int status, const char *format, ...) __attribute__((format(printf, 3, 4)));

/* unknown refuses a parameter's value, and says what it wants. */
bool unknown(struct exchange *x, const struct param *p, const char *want);

/* number reads a parameter of at most limit, micros one in microseconds; else 400. */
bool number(struct exchange *x, const struct param *p, uint64_t limit, uint64_t *n);

/* handler_fault obeys the fault a request asks of the handler itself. */
bool handler_fault(struct exchange *x, const struct param *p);
bool fault(struct exchange *x);

/* missing_n is the answer to a request without its number. */
bool missing_n(struct exchange *x);

/* backend_failed turns what came of a call into 502 or 504. */
bool backend_failed(struct exchange *x, const struct call *c);

#endif
