#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "server.h"

/* put_quoted writes a JSON string of printable text; a nonce is nothing else. */
static void put_quoted(struct buf *out, const char *text) {
    buf_put(out, "\"", 1);
    for (; *text != '\0'; text++) {
        if (*text == '"' || *text == '\\') {
            buf_put(out, "\\", 1);
        }
        if ((unsigned char)*text >= ' ') {
            buf_put(out, text, 1);
        }
    }
    buf_put(out, "\"", 1);
}

static void put_id(struct server *s, struct buf *out) {
    buf_text(out, "{\"nonce\":");
    put_quoted(out, s->config.nonce);
    buf_format(out, ",\"pid\":%d}\n", (int)getpid());
}

/* put_stats writes the figures of Go's servers; those that C has not are zero. */
static void put_stats(struct server *s, struct buf *out) {
    pthread_mutex_lock(&s->lock);
    long threads = s->live + 1;
    pthread_mutex_unlock(&s->lock);
    buf_format(out,
               "{\"requests\":%llu,\"mallocs\":0,\"bytes\":0,\"collections\":0,\"pause_total\":0,"
               "\"goroutines\":0,\"threads\":%ld}\n",
               (unsigned long long)atomic_load(&s->requests), threads);
}

bool own(struct server *s, struct exchange *x, bool *get_only) {
    const struct message *m = x->request;
    bool id = m->path.len == 5 && memcmp(m->path.at, "/-/id", 5) == 0 && s->config.nonce[0] != '\0';
    bool stats = m->path.len == 8 && memcmp(m->path.at, "/-/stats", 8) == 0;
    bool get = m->method.len == 3 && memcmp(m->method.at, "GET", 3) == 0;
    *get_only = (id || stats) && !get;
    if (get && id) {
        put_id(s, x->body);
    } else if (get && stats) {
        put_stats(s, x->body);
    }
    return get && (id || stats);
}
