/* Calls to backends over pooled keep-alive connections: GET a target, read a short
 * answer. Any thread may call. */
#ifndef CALLS_H
#define CALLS_H

#include <pthread.h>

#include "config.h"
#include "http.h"
#include "net.h"

enum outcome { CALL_OK, CALL_FAILED, CALL_LATE };

struct call {
    size_t backend; /* taken modulo their number */
    char target[96];
    size_t target_len;

    enum outcome outcome;
    char why[120]; /* at CALL_FAILED: the words of Go's servers */
    int status;
    char body[24]; /* of the answer; values are short */
    size_t body_len; /* as it came: beyond the size of body it was cut */

    struct sock sock; /* while the call is under way */
    bool reused;
};

/* One backend and its idle connections, last in first out. There is no upper bound:
 * as many as were ever in use at once. */
struct upstream {
    const char *host;
    struct sockaddr_storage address;
    socklen_t address_len;
    pthread_mutex_t lock;
    struct sock *idle;
    size_t idle_len, idle_cap;
};

struct upstreams {
    struct upstream *list;
    size_t count;
    int64_t timeout; /* ns, for one call, its connection included */
    size_t max_body;
    enum callall callall;
    size_t stack; /* bytes, of the threads of SPAWN */
};

/* upstreams_init reads the addresses; false and a sentence on stderr if one is bad. */
bool upstreams_init(struct upstreams *u, const struct config *c);

/* call_one asks one backend and waits; call_all asks all and returns when all are
 * over: the first by index whose outcome is not CALL_OK, or NULL. */
enum outcome call_one(struct upstreams *u, struct call *c);
const struct call *call_all(struct upstreams *u, struct call *calls, size_t n);

/* pool.c */
bool pool_take(struct upstream *b, struct sock *s);
void pool_give(struct upstream *b, struct sock s);

#endif
