/* Sockets that block, with deadlines that are absolute. */
#ifndef NET_H
#define NET_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/socket.h>
#include <sys/types.h>

enum { NET_END = 0, NET_BROKEN = -1, NET_LATE = -2 };

/* A connected blocking socket. `armed` is its receive time-out in ns as the kernel
 * knows it (0: none), so that it is told only of changes. */
struct sock {
    int fd;
    int64_t armed;
};

int64_t now_ns(void); /* CLOCK_MONOTONIC */

enum { /* bytes read at a time, however much room there is: as all models */
    READ_BUFFER = 4 << 10, /* from a client */
    CALL_BUFFER = 1 << 10, /* from a backend */
};

/* sock_read waits for bytes until a time (0: for ever) and gives at least one, or
 * NET_END, NET_BROKEN or NET_LATE. It reads at most `most` of the `room` there is. */
ssize_t sock_read(struct sock *s, char *at, size_t room, size_t most, int64_t until);

/* sock_write sends all, or fails: 0, NET_BROKEN or NET_LATE. The time allowed is
 * the socket's own send time-out. */
int sock_write(const struct sock *s, const char *at, size_t len);

/* set_timeout sets SO_RCVTIMEO or SO_SNDTIMEO. */
bool set_timeout(int fd, int option, int64_t ns);

/* address_read reads host:port as in ASSAY_LISTEN; false if it is none. */
bool address_read(const char *text, struct sockaddr_storage *address, socklen_t *len);

/* listen_on opens a listener that does not block itself, but what it accepts does;
 * NODELAY and the send time-out are handed on to every accepted socket. -1 and
 * a sentence on stderr when it cannot. */
int listen_on(const char *text, int backlog, int64_t write_timeout);

/* dial connects within a time: a descriptor, NET_BROKEN (see errno) or NET_LATE. The time
 * becomes the send time-out. */
int dial(const struct sockaddr_storage *address, socklen_t len, int64_t within);

/* print_listening writes the line by which a starter knows where to connect. */
bool print_listening(int fd);

#endif
