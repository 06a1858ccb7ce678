/* The model thread in C: a pthread for each connection, and the main thread that
 * accepts, counts and drains.
 *
 *   main.c    reads the environment, listens, prints the address
 *   accept.c  the main thread's loop: connections, signals, end of stdin
 *   turned.c  connections for which there was no thread
 *   conn.c    a connection's thread: read, answer, write
 *   own.c     what every server of the suite answers beside its workload
 *   drain.c   the list of live connections, and the end
 */
#ifndef SERVER_H
#define SERVER_H

#include <poll.h>
#include <pthread.h>
#include <stdatomic.h>

#include "calls.h"
#include "config.h"
#include "workload.h"

enum {
    OUT_BUFFER = 1 << 10,  /* bytes of answers before they need the heap */
    OUT_BOUND = 64 << 10,  /* bytes of unsent answers at which no further request is taken */
    LINGER_BYTES = 4 << 20,
};
#define LINGER_TIME 1000000000 /* ns */
#define DRAIN_TIME 4000000000  /* ns from SIGTERM; what is not done then is cut off */

struct conn {
    struct sock sock;
    struct conn *next, *before; /* in the server's list */
};

struct server {
    struct config config;
    const struct workload *workload;
    struct upstreams upstreams;
    int listener;
    pthread_attr_t attributes; /* of connection threads */

    atomic_bool draining;
    atomic_ullong requests; /* answered by handlers */

    pthread_mutex_t lock; /* guards what follows */
    pthread_cond_t none;  /* live became 0 */
    struct conn *conns;
    long live; /* connection threads, those not yet in the list included */
};

/* accept_loop serves until SIGTERM (true: drain), or the end of stdin (false). */
bool accept_loop(struct server *s, int signals);

/* start_thread gives a new connection its thread, or is false: the descriptor stays the caller's. */
bool start_thread(struct server *s, int fd);

/* The list of live connections. leave is a thread's last word: then the descriptor
 * is the thread's alone, to close. */
void enter(struct server *s, struct conn *c);
void leave(struct server *s, struct conn *c);

/* drain wakes blocked readers and waits for owed answers, within a time in ns. */
void drain(struct server *s, int64_t within);

/* serve is one connection from its first byte to its last. */
void serve(struct server *s, struct conn *c);

/* own answers paths under /-/; false if there is no such path. */
bool own(struct server *s, struct exchange *x, bool *get_only);

/* Connections told that there is no thread for them: they get an answer and a
 * moment to read it, without a thread. */
enum { TURNED_MOST = 64 };
struct turned {
    struct {
        int fd;
        int64_t until;
    } list[TURNED_MOST];
    size_t len;
};
void turn_away(struct turned *t, int fd);
/* turned_ready reads and discards; polls holds one entry for each of the list. */
void turned_ready(struct turned *t, const struct pollfd *polls);

#endif
