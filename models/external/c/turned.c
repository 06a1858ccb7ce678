#include <string.h>
#include <unistd.h>

#include "server.h"

static void drop(struct turned *t, size_t i) {
    close(t->list[i].fd);
    t->list[i] = t->list[--t->len];
}

void turn_away(struct turned *t, int fd) {
    char memory[256];
    struct buf out;
    static const char text[] = "no thread for this connection\n";
    buf_init(&out, memory, sizeof memory);
    put_response(&out, 503, NULL, text, sizeof text - 1, CLOSE);
    /* The first bytes of a connection always fit in its send buffer. */
    if (send(fd, out.at, out.len, MSG_NOSIGNAL | MSG_DONTWAIT) < 0 || shutdown(fd, SHUT_WR) != 0 ||
        t->len == TURNED_MOST) {
        close(fd);
        return;
    }
    t->list[t->len].fd = fd;
    t->list[t->len++].until = now_ns() + LINGER_TIME;
}

void turned_ready(struct turned *t, const struct pollfd *polls) {
    char waste[4096];
    int64_t now = t->len > 0 ? now_ns() : 0;
    for (size_t i = t->len; i-- > 0;) {
        bool over = now >= t->list[i].until;
        if (!over && polls[i].revents != 0) {
            over = recv(t->list[i].fd, waste, sizeof waste, MSG_DONTWAIT) <= 0;
        }
        if (over) {
            drop(t, i);
        }
    }
}
