#include <string.h>

#include "http.h"

void reader_init(struct reader *r, bool response, size_t max_body) {
    r->response = response;
    r->max_body = max_body;
    reader_reset(r);
}

void reader_reset(struct reader *r) {
    *r = (struct reader){.response = r->response, .max_body = r->max_body, .head.length = -1};
}

bool refuse(struct reader *r, int status, const char *reason) {
    r->refusal = r->response ? 502 : status;
    r->reason = reason;
    return false;
}

/* room holds a line of n bytes that starts at pos of the head to its limits. */
static bool room(struct reader *r, size_t pos, size_t n) {
    size_t most = pos == 0 ? LIMIT_LINE : LIMIT_FIELD;
    if (LIMIT_HEAD - pos < most) {
        return n <= LIMIT_HEAD - pos || refuse(r, 431, "head too large");
    }
    if (n <= most) {
        return true;
    }
    return pos == 0 ? refuse(r, 414, "request line too long") : refuse(r, 431, "field line too long");
}

/* enter goes from a whole head to the body. */
static bool enter(struct reader *r) {
    if (!head_check(r)) {
        return false;
    }
    struct head *h = &r->head;
    r->body = r->at;
    r->told = !(h->expect && r->minor >= 1 && (h->chunked || h->length > 0));
    if (r->response && bodiless(r->status)) {
        r->phase = WHOLE;
    } else if (h->chunked) {
        r->phase = CHUNKS;
    } else if (h->length >= 0 || !r->response) {
        r->phase = BODY;
        r->left = h->length > 0 ? (uint64_t)h->length : 0;
    } else {
        r->phase = UNTIL_CLOSE;
    }
    return true;
}

/* head_line takes the next line of the head, if it is whole: *got says so. */
static bool head_line(struct reader *r, const char *msg, size_t len, struct message *m, bool *got) {
    const char *line = msg + r->at;
    size_t pos = r->at - r->start, have = len - r->at;
    *got = false;
    /* Refused at once, because there may never be a line's end. */
    if (r->phase == START && have > 0 && !(r->response ? *line == 'H' : is(*line, IS_TOKEN) || *line == '\r')) {
        return refuse(r, 400, r->response ? "bad status line: want HTTP/1.1 SP three digits SP reason"
                                          : "bad method: a token is needed");
    }
    const char *end = memchr(line + r->scanned, '\n', have - r->scanned);
    if (end == NULL) {
        r->scanned = have;
        return have == 0 || room(r, pos, have + 1);
    }
    size_t n = (size_t)(end - line) + 1;
    *got = true;
    r->at += n;
    r->scanned = 0;
    bool empty = n == 2 && line[0] == '\r';
    if (r->phase == START && empty && !r->response && !r->blank) {
        r->blank = true;
        r->start = r->at;
        return true;
    }
    if (!room(r, pos, n)) {
        return false;
    }
    if (r->phase == FIELDS) {
        return empty ? enter(r) : field_line(r, line, n);
    }
    r->phase = FIELDS;
    return r->response ? status_line(r, line, n) : request_line(r, line, n, m);
}

/* length takes what has come of a body whose end is known or is the stream's. */
static bool length(struct reader *r, size_t len) {
    size_t have = len - r->at;
    if (r->phase == UNTIL_CLOSE) {
        r->at = len;
        r->body_len += have;
        return r->body_len <= r->max_body || refuse(r, 413, "body too large");
    }
    size_t some = have < r->left ? have : (size_t)r->left;
    r->at += some;
    r->body_len += some;
    r->left -= some;
    if (r->left == 0) {
        r->phase = WHOLE;
    }
    return true;
}

static enum http_state whole(struct reader *r, const char *msg, struct message *m) {
    const char *start = msg + r->start;
    if (!r->response) {
        m->method = (struct span){start, r->method_len};
        (void)split_target(r, start, r->method_len, msg + r->target, r->target_len, m);
    }
    m->status = r->status;
    m->minor = r->minor;
    m->body = (struct span){msg + r->body, r->body_len};
    m->keep_alive = r->phase != UNTIL_CLOSE && !r->head.close && (r->minor >= 1 || r->head.keep_alive);
    return HTTP_DONE;
}

/* interim passes over an answer 1xx; the next one starts where it ends. */
static bool interim(struct reader *r) {
    struct reader next = {.response = true, .max_body = r->max_body, .head.length = -1};
    next.at = next.start = r->at;
    next.interim = r->interim + 1;
    *r = next;
    return r->interim <= LIMIT_INTERIM || refuse(r, 502, "too many 1xx responses before the final one");
}

/* close_gap moves what follows the decoded chunks up to their end, so that a body
 * takes no more room than it decodes to. */
static void close_gap(struct reader *r, char *msg, size_t *len) {
    size_t end = r->body + r->body_len;
    memmove(msg + end, msg + r->at, *len - r->at);
    *len -= r->at - end;
    r->at = end;
}

enum http_state reader_feed(struct reader *r, char *msg, size_t *len, struct message *m) {
    if (r->refusal != 0) {
        return HTTP_BAD;
    }
    bool got = true, ok = true;
    while (ok && got && r->phase <= FIELDS) {
        ok = head_line(r, msg, *len, m, &got);
        if (ok && r->phase == WHOLE && r->status < 200 && r->status != 101) {
            ok = interim(r);
        }
    }
    if (ok && r->phase > FIELDS && r->phase < WHOLE) {
        if (!r->told && r->at == *len) {
            r->told = true;
            return HTTP_CONTINUE;
        }
        r->told = true;
        if (r->phase < CHUNKS) {
            ok = length(r, *len);
        } else {
            ok = chunks(r, msg, *len);
            if (ok && r->phase != WHOLE) {
                close_gap(r, msg, len);
            }
        }
    }
    if (!ok) {
        return HTTP_BAD;
    }
    return r->phase == WHOLE ? whole(r, msg, m) : HTTP_MORE;
}

bool reader_eof(struct reader *r, const char *msg, struct message *m) {
    return r->refusal == 0 && r->phase == UNTIL_CLOSE && whole(r, msg, m) == HTTP_DONE;
}
