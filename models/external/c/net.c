#include "net.h"

#include <errno.h>
#include <sys/time.h>
#include <time.h>
#include <unistd.h>

int64_t now_ns(void) {
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (int64_t)t.tv_sec * 1000000000 + t.tv_nsec;
}

bool set_timeout(int fd, int option, int64_t ns) {
    int64_t us = ns > 0 ? (ns + 999) / 1000 : 0; /* up: zero would mean none */
    struct timeval t = {.tv_sec = us / 1000000, .tv_usec = us % 1000000};
    return setsockopt(fd, SOL_SOCKET, option, &t, sizeof t) == 0;
}

/* arm makes the next recv end at until at the latest. It may end sooner, and is then
 * begun again: so a socket whose time-out is within a factor of eight of what is
 * left needs no system call, which a backend's never does in the common case. */
static bool arm(struct sock *s, int64_t until) {
    int64_t want = 0;
    if (until != 0) {
        int64_t left = until - now_ns();
        if (left <= 0) {
            return false;
        }
        if (s->armed > left / 8 && s->armed <= left) {
            return true;
        }
        want = left > 2000000 ? left / 2 : left;
    }
    if (s->armed != want && set_timeout(s->fd, SO_RCVTIMEO, want)) {
        s->armed = want;
    }
    return true;
}

ssize_t sock_read(struct sock *s, char *at, size_t room, size_t most, int64_t until) {
    for (;;) {
        bool late = until != 0 && !arm(s, until);
        ssize_t n = recv(s->fd, at, room < most ? room : most, late ? MSG_DONTWAIT : 0); /* what has come in time is not lost */
        if (n >= 0) {
            return n;
        }
        if (errno != EAGAIN && errno != EINTR) {
            return NET_BROKEN;
        }
        if (late) {
            return NET_LATE;
        }
        if (until == 0) {
            /* Perhaps a time-out that an earlier deadline left behind: taken away only
             * now, because most requests come before it strikes. */
            arm(s, 0);
        }
    }
}

int sock_write(const struct sock *s, const char *at, size_t len) {
    while (len > 0) {
        ssize_t n = send(s->fd, at, len, MSG_NOSIGNAL);
        if (n == (ssize_t)len) {
            return 0;
        }
        if (n < 0 && errno == EINTR) {
            continue;
        }
        /* A blocking send stops half-way only when its time-out, which the kernel
         * counts over the whole call, is over. */
        return n >= 0 || errno == EAGAIN ? NET_LATE : NET_BROKEN;
    }
    return 0;
}
