#include "calls.h"

#include <ctype.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

static enum outcome over(struct call *c, enum outcome outcome) {
    c->outcome = outcome;
    return outcome;
}

static enum outcome failed(struct call *c, const char *before, const char *host, const char *why) {
    snprintf(c->why, sizeof c->why, "%s%s%s%s", before, host, *host != '\0' ? ": " : "", why);
    return over(c, CALL_FAILED);
}

/* broken says how a connection went, of which the error is errno's at that time; host is
 * that of one that did not come about, else empty. */
static enum outcome broken(struct call *c, ssize_t how, int error, const char *host) {
    char memory[64], text[64];
    if (how == NET_LATE) {
        return over(c, CALL_LATE);
    }
    if (how == NET_END) {
        return failed(c, "", "", "connection closed before the answer was whole");
    }
    snprintf(text, sizeof text, "%s", strerror_r(error, memory, sizeof memory));
    text[0] = (char)tolower((unsigned char)text[0]);
    return failed(c, *host != '\0' ? "dial " : "", host, text);
}

/* ask writes the call's request on an idle connection or a fresh one. An idle one
 * that the backend has closed is replaced once. */
static enum outcome ask(struct upstreams *u, struct call *c, bool fresh, int64_t until) {
    if (u->count == 0) {
        return failed(c, "", "", "no backends: ASSAY_BACKENDS is empty");
    }
    struct upstream *b = &u->list[c->backend % u->count];
    c->reused = !fresh && pool_take(b, &c->sock);
    if (!c->reused) {
        int64_t left = until - now_ns();
        int fd = left > 0 ? dial(&b->address, b->address_len, left) : NET_LATE;
        if (fd < 0) {
            return broken(c, fd, errno, b->host);
        }
        c->sock = (struct sock){.fd = fd};
    }
    char memory[256];
    struct buf out;
    buf_init(&out, memory, sizeof memory);
    put_request(&out, (struct span){c->target, c->target_len}, b->host);
    int how = out.failed ? NET_BROKEN : sock_write(&c->sock, out.at, out.len);
    int error = errno;
    buf_drop(&out);
    if (how == 0) {
        return over(c, CALL_OK);
    }
    close(c->sock.fd);
    return c->reused ? ask(u, c, true, until) : broken(c, how, error, "");
}

/* finish takes what the answer says. */
static enum outcome finish(struct call *c, const struct message *m) {
    c->status = m->status;
    c->body_len = m->body.len;
    memcpy(c->body, m->body.at, m->body.len < sizeof c->body ? m->body.len : sizeof c->body);
    if (m->status == 200) {
        return over(c, CALL_OK);
    }
    snprintf(c->why, sizeof c->why, "it answered %d", m->status);
    return over(c, CALL_FAILED);
}

/* again is for a connection that failed before a byte of the answer came. A reused
 * one was closed while idle: the call is tried once more. */
static bool again(struct upstreams *u, struct call *c, int64_t until) {
    return ask(u, c, true, until) == CALL_OK;
}

/* answer reads the answer; in is empty. */
static enum outcome answer(struct upstreams *u, struct call *c, struct buf *in, int64_t until) {
    struct reader r;
    struct message m;
    reader_init(&r, true, u->max_body);
    for (;;) {
        ssize_t n = NET_BROKEN;
        if (buf_room(in, 1)) {
            n = sock_read(&c->sock, in->at + in->len, in->cap - in->len, CALL_BUFFER, until);
        }
        if (n <= 0) {
            int error = errno;
            close(c->sock.fd);
            if (n != NET_LATE && in->len == 0 && c->reused) {
                if (again(u, c, until)) {
                    continue;
                }
                return c->outcome;
            }
            bool whole = n == NET_END && reader_eof(&r, in->at, &m);
            return whole ? finish(c, &m) : broken(c, n, error, "");
        }
        in->len += (size_t)n;
        enum http_state state = reader_feed(&r, in->at, &in->len, &m);
        if (state == HTTP_MORE || state == HTTP_CONTINUE) {
            continue;
        }
        if (state == HTTP_DONE && m.keep_alive && r.at == in->len) {
            pool_give(&u->list[c->backend % u->count], c->sock);
        } else {
            close(c->sock.fd);
        }
        return state == HTTP_DONE ? finish(c, &m) : failed(c, "unreadable answer: ", "", r.reason);
    }
}

/* receive reads the answer to what ask wrote. */
static enum outcome receive(struct upstreams *u, struct call *c, int64_t until) {
    char memory[CALL_BUFFER];
    struct buf in;
    buf_init(&in, memory, sizeof memory);
    enum outcome outcome = answer(u, c, &in, until);
    buf_drop(&in);
    return outcome;
}

static enum outcome call_by(struct upstreams *u, struct call *c, int64_t until) {
    return ask(u, c, false, until) == CALL_OK ? receive(u, c, until) : c->outcome;
}

enum outcome call_one(struct upstreams *u, struct call *c) {
    return call_by(u, c, now_ns() + u->timeout);
}

/* scatter writes to all before it reads from any, so that the delays overlap
 * without another thread. The deadline is one for all. */
static void scatter(struct upstreams *u, struct call *calls, size_t n) {
    int64_t until = now_ns() + u->timeout;
    for (size_t i = 0; i < n; i++) {
        ask(u, &calls[i], false, until);
    }
    for (size_t i = 0; i < n; i++) {
        if (calls[i].outcome == CALL_OK) {
            receive(u, &calls[i], until);
        }
    }
}

struct task {
    struct upstreams *u;
    struct call *call;
    int64_t until; /* one for all */
    pthread_t thread;
    bool own; /* has a thread of its own */
};

static void *run(void *argument) {
    struct task *t = argument;
    call_by(t->u, t->call, t->until);
    return NULL;
}

/* spawn makes a thread for each call, and the caller makes itself those for which
 * there is no thread to be had. */
static void spawn(struct upstreams *u, struct call *calls, size_t n) {
    struct task tasks[n];
    int64_t until = now_ns() + u->timeout;
    pthread_attr_t attributes;
    pthread_attr_init(&attributes);
    pthread_attr_setstacksize(&attributes, u->stack);
    for (size_t i = 0; i < n; i++) {
        tasks[i] = (struct task){.u = u, .call = &calls[i], .until = until};
        tasks[i].own = pthread_create(&tasks[i].thread, &attributes, run, &tasks[i]) == 0;
    }
    pthread_attr_destroy(&attributes);
    for (size_t i = 0; i < n; i++) {
        if (tasks[i].own) {
            pthread_join(tasks[i].thread, NULL);
        } else {
            call_by(u, &calls[i], until);
        }
    }
}

const struct call *call_all(struct upstreams *u, struct call *calls, size_t n) {
    if (u->callall == SPAWN) {
        spawn(u, calls, n);
    } else {
        scatter(u, calls, n);
    }
    for (size_t i = 0; i < n; i++) {
        if (calls[i].outcome != CALL_OK) {
            return &calls[i];
        }
    }
    return NULL;
}
