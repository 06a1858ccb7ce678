#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "server.h"

/* struct session is what a connection's thread has in hand. */
struct session {
    struct server *server;
    struct conn *conn;
    struct reader reader;
    struct buf in, out, body;
    size_t first;   /* where in `in` the request in hand starts */
    int64_t until;  /* when a request that has begun must be whole; 0: none has */
    bool closing;   /* no further request will be read */
    bool linger;    /* the peer may still be sending: do not reset it */
    bool looked;    /* owed is known */
    int owed;       /* bytes that had come and were not read when a drain first looked */
};

/* owing says, while the server drains, that bytes which came before it could know are
 * still to be read: there may be requests among them, so no answer is the last. What
 * comes later is owed nothing, or a peer that never stops could hold up the drain. */
static bool owing(struct session *s) {
    if (!s->looked) {
        s->looked = true;
        if (ioctl(s->conn->sock.fd, FIONREAD, &s->owed) != 0) {
            s->owed = 0;
        }
    }
    return s->owed > 0;
}

/* say appends an answer and decides whether the connection outlives it. */
static void say(struct session *s, const struct message *m, int status, const char *field, const struct buf *body) {
    bool more = s->reader.at < s->in.len - s->first;
    bool draining = atomic_load_explicit(&s->server->draining, memory_order_relaxed);
    bool keep = m->keep_alive && (more || !draining || owing(s));
    bool head = m->method.len == 4 && memcmp(m->method.at, "HEAD", 4) == 0;
    if (!keep) {
        s->closing = true;
        s->linger = more;
    }
    put_response(&s->out, status, field, head ? NULL : body->at, body->len,
                 !keep ? CLOSE : m->minor == 0 ? KEEP_ALOUD : KEEP);
}

/* turn_down answers what is no request, and ends the connection. */
static void turn_down(struct session *s, int status, const char *reason) {
    char text[128];
    int n = snprintf(text, sizeof text, "%s\n", reason);
    s->closing = s->linger = true;
    put_response(&s->out, status, NULL, text, (size_t)n, CLOSE);
}

/* unrouted answers a request for which there is no handler. */
static void unrouted(struct session *s, const struct message *m, struct exchange *x) {
    char allow[64] = "", field[80];
    size_t path = m->path.len;
    bool get_only = false;
    const struct workload *w = s->server->workload;
    for (const struct route *r = w->routes; r < w->routes + 3 && r->path != NULL; r++) {
        if (strlen(r->path) == path && memcmp(m->path.at, r->path, path) == 0) {
            size_t len = strlen(allow);
            snprintf(allow + len, sizeof allow - len, "%s%s", len > 0 ? ", " : "", r->method);
        }
    }
    if (allow[0] == '\0' && own(s->server, x, &get_only)) {
        say(s, m, 200, NULL, &s->body);
        return;
    }
    if (get_only) {
        snprintf(allow, sizeof allow, "GET");
    }
    if (allow[0] == '\0') {
        fail(x, 404, "no such path");
        say(s, m, 404, NULL, &s->body);
        return;
    }
    snprintf(field, sizeof field, "Allow: %s\r\n", allow);
    fail(x, 405, "this path takes %s", allow);
    say(s, m, 405, field, &s->body);
}

static const struct route *find(const struct workload *w, const struct message *m) {
    for (const struct route *r = w->routes; r < w->routes + 3 && r->path != NULL; r++) {
        if (strlen(r->path) == m->path.len && memcmp(m->path.at, r->path, m->path.len) == 0 &&
            strlen(r->method) == m->method.len && memcmp(m->method.at, r->method, m->method.len) == 0) {
            return r;
        }
    }
    return NULL;
}

/* handle answers one whole request. */
static void handle(struct session *s, const struct message *m) {
    struct exchange x = {.request = m, .upstreams = &s->server->upstreams, .body = &s->body, .status = 200};
    const struct route *r = find(s->server->workload, m);
    if (r == NULL) {
        unrouted(s, m, &x);
    } else {
        r->handler(&x);
        atomic_fetch_add_explicit(&s->server->requests, 1, memory_order_relaxed);
        say(s, m, x.status, NULL, &s->body);
    }
    if (s->body.cap > OUT_BOUND) {
        buf_drop(&s->body);
    }
    s->body.len = 0;
}

/* flush sends what there is; false when the connection is broken or too slow. */
static bool flush(struct session *s) {
    if (s->out.failed || s->body.failed || s->in.failed) {
        fprintf(stderr, "thread-c: no memory for an answer; its connection is closed\n");
        return false;
    }
    bool ok = sock_write(&s->conn->sock, s->out.at, s->out.len) == 0;
    if (s->out.cap > OUT_BOUND) { /* one huge answer must not stay with the connection */
        buf_drop(&s->out);
    }
    s->out.len = 0;
    return ok;
}

/* advance makes ready for the request behind the one just answered. */
static void advance(struct session *s) {
    s->first += s->reader.at;
    s->until = 0;
    reader_reset(&s->reader);
}

/* answer takes every whole request that has come; false when the connection is over. */
static bool answer(struct session *s) {
    struct message m;
    while (s->first < s->in.len && !s->closing) {
        size_t have = s->in.len - s->first, left = have;
        enum http_state state = reader_feed(&s->reader, s->in.at + s->first, &left, &m);
        s->in.len -= have - left;
        switch (state) {
        case HTTP_DONE:
            handle(s, &m);
            advance(s);
            break;
        case HTTP_BAD:
            turn_down(s, s->reader.refusal, s->reader.reason);
            break;
        case HTTP_CONTINUE:
            put_continue(&s->out);
            return flush(s);
        case HTTP_MORE:
            return flush(s);
        }
        if (s->out.len >= OUT_BOUND && !flush(s)) {
            return false;
        }
    }
    return flush(s);
}

/* room makes room to read into: consumed bytes are dropped first, and what a huge request
 * has made the buffer grow to, as in Go: conn.Conn's next. */
static bool room(struct session *s) {
    if (s->first == s->in.len) {
        s->first = s->in.len = 0;
        if (s->in.cap > OUT_BOUND) {
            buf_drop(&s->in);
        }
    } else if (s->first > 0 && s->in.len == s->in.cap) {
        memmove(s->in.at, s->in.at + s->first, s->in.len - s->first);
        s->in.len -= s->first;
        s->first = 0;
    }
    return buf_room(&s->in, 1);
}

/* begun says whether a byte of a request is in hand: its deadline runs. An empty
 * line before a request is none of it. */
static bool begun(const struct session *s) {
    return s->in.len - s->first > s->reader.start;
}

/* step reads once and answers; false when nothing more is to be read. */
static bool step(struct session *s) {
    if (!begun(s)) {
        s->until = 0;
    } else if (s->until == 0) {
        s->until = now_ns() + s->server->config.request_timeout;
    }
    if (!room(s)) {
        return false;
    }
    ssize_t n = sock_read(&s->conn->sock, s->in.at + s->in.len, s->in.cap - s->in.len, READ_BUFFER, s->until);
    if (n == NET_LATE) {
        turn_down(s, 408, "request not received in time");
        flush(s);
        return false;
    }
    if (n <= 0) {
        return false; /* a half-closed client has had its answers */
    }
    s->in.len += (size_t)n;
    s->owed -= s->owed < n ? s->owed : (int)n;
    return answer(s) && !s->closing;
}

/* discard reads what the peer still sends, bounded in bytes and time, lest a reset
 * overtake the answer: RFC 9112, 9.6. */
static void discard(struct session *s) {
    int64_t until = now_ns() + LINGER_TIME;
    ssize_t n, sum = 0;
    if (shutdown(s->conn->sock.fd, SHUT_WR) != 0) {
        return;
    }
    do {
        n = sock_read(&s->conn->sock, s->in.at, s->in.cap, READ_BUFFER, until);
        sum += n;
    } while (n > 0 && sum <= LINGER_BYTES);
}

void serve(struct server *server, struct conn *c) {
    char in[READ_BUFFER], out[OUT_BUFFER], body[OUT_BUFFER];
    struct session s = {.server = server, .conn = c};
    reader_init(&s.reader, false, server->config.max_body);
    buf_init(&s.in, in, sizeof in);
    buf_init(&s.out, out, sizeof out);
    buf_init(&s.body, body, sizeof body);
    while (step(&s)) {
    }
    if (s.linger) {
        discard(&s);
    }
    buf_drop(&s.in);
    buf_drop(&s.out);
    buf_drop(&s.body);
}
