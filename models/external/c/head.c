/* The fields of a head and what they say about framing: RFC 9112, 5 and 6. */
#include <string.h>

#include "http.h"

/* later keeps the first refusal that waits for the end of the head. */
static void later(struct head *h, int status, const char *reason) {
    if (h->refusal == 0) {
        h->refusal = status;
        h->reason = reason;
    }
}

static struct span trim(const char *at, size_t len) {
    while (len > 0 && (*at == ' ' || *at == '\t')) {
        at++;
        len--;
    }
    while (len > 0 && (at[len - 1] == ' ' || at[len - 1] == '\t')) {
        len--;
    }
    return (struct span){at, len};
}

/* element cuts the first element off a comma-separated list. */
static struct span element(struct span *list) {
    const char *comma = memchr(list->at, ',', list->len);
    size_t len = comma == NULL ? list->len : (size_t)(comma - list->at);
    struct span first = trim(list->at, len);
    size_t used = comma == NULL ? len : len + 1;
    *list = (struct span){list->at + used, list->len - used};
    return first;
}

static bool all(const char *at, size_t len, int mask) {
    for (; len > 0; at++, len--) {
        if (!is(*at, mask)) {
            return false;
        }
    }
    return true;
}

/* valid_host says whether a text is uri-host [ ":" port ], RFC 9110 7.2; empty is. */
bool valid_host(const char *at, size_t len) {
    size_t i = 0;
    if (len > 0 && *at == '[') {
        const char *close = memchr(at, ']', len);
        if (close == NULL || close < at + 2) {
            return false;
        }
        for (i = 1; at + i < close; i++) {
            if (at[i] != ':' && !is(at[i], IS_HOST)) {
                return false;
            }
        }
        i++;
    } else {
        for (; i < len && at[i] != ':'; i++) {
            if (at[i] == '%' && len - i >= 3 && is(at[i + 1], IS_HEX) && is(at[i + 2], IS_HEX)) {
                i += 2;
            } else if (!is(at[i], IS_HOST)) {
                return false;
            }
        }
    }
    return i >= len || (at[i] == ':' && all(at + i + 1, len - i - 1, IS_DIGIT));
}

static void note_host(struct head *h, struct span v) {
    if (h->host) {
        later(h, 400, "more than one Host field");
    }
    h->host = true;
    if (!valid_host(v.at, v.len)) {
        later(h, 400, "bad Host field: want host or host:port");
    }
}

static void note_connection(struct head *h, struct span v) {
    while (v.len > 0) {
        struct span option = element(&v);
        h->close = h->close || span_is(option.at, option.len, "close");
        h->keep_alive = h->keep_alive || span_is(option.at, option.len, "keep-alive");
    }
}

static void note_length(struct head *h, struct span v) {
    if (h->length >= 0) {
        later(h, 400, "more than one Content-Length");
    }
    if (v.len == 0 || !all(v.at, v.len, IS_DIGIT)) {
        later(h, 400, "bad Content-Length: one decimal number is needed");
    }
    h->length = 0;
    for (size_t i = 0; i < v.len && is(v.at[i], IS_DIGIT); i++) {
        h->length = h->length * 10 + (v.at[i] - '0');
        if (h->length > (int64_t)1 << 59) {
            h->length = (int64_t)1 << 59; /* beyond any limit: no overflow */
        }
    }
}

static void note_codings(struct head *h, struct span v) {
    bool some = false;
    h->codings = true;
    while (v.len > 0) {
        struct span coding = element(&v);
        if (coding.len == 0) {
            continue; /* an empty element is to be ignored: RFC 9110 5.6.1.2 */
        }
        some = true;
        if (h->chunked) {
            later(h, 400, "bad Transfer-Encoding: chunked must come once and last");
        }
        h->chunked = span_is(coding.at, coding.len, "chunked");
        if (!h->chunked) {
            later(h, 501, "transfer coding not supported: only chunked is");
        }
    }
    if (!some) {
        later(h, 400, "bad Transfer-Encoding: chunked must come once and last");
    }
}

static void note(struct reader *r, const char *name, size_t len, struct span v) {
    struct head *h = &r->head;
    switch (len) {
    case sizeof "host" - 1:
        if (!r->response && span_is(name, len, "host")) {
            note_host(h, v);
        }
        break;
    case sizeof "expect" - 1:
        h->expect = h->expect || (span_is(name, len, "expect") && span_is(v.at, v.len, "100-continue"));
        break;
    case sizeof "connection" - 1:
        if (span_is(name, len, "connection")) {
            note_connection(h, v);
        }
        break;
    case sizeof "content-length" - 1:
        if (span_is(name, len, "content-length")) {
            note_length(h, v);
        }
        break;
    case sizeof "transfer-encoding" - 1:
        if (span_is(name, len, "transfer-encoding")) {
            note_codings(h, v);
        }
        break;
    }
}

bool field_line(struct reader *r, const char *line, size_t len) {
    const char *end = line + len, *at = line;
    while (is(*at, IS_TOKEN)) {
        at++;
    }
    if (*at != ':' || at == line) {
        bool fold = *line == ' ' || *line == '\t';
        return refuse(r, 400, fold ? "folded field line (obs-fold): send the field on one line"
                                   : "bad field name: a token followed at once by a colon is needed");
    }
    size_t name = (size_t)(at++ - line);
    const char *stop = at;
    while (is(*stop, IS_TEXT)) {
        stop++;
    }
    if (*stop == '\n') {
        return refuse(r, 400, "bad line end: LF without CR");
    }
    if (stop != end - 2 || *stop != '\r') {
        return refuse(r, 400, "bad field value: control character, or CR without LF");
    }
    if (++r->fields > LIMIT_FIELDS) {
        return refuse(r, 431, "too many fields");
    }
    note(r, line, name, trim(at, (size_t)(stop - at)));
    return true;
}

/* bodiless says whether an answer has no body whatever its fields say: RFC 9112
 * 6.3. What is asked is always GET. */
bool bodiless(int status) {
    return status < 200 || status == 204 || status == 304;
}

bool head_check(struct reader *r) {
    const struct head *h = &r->head;
    if (h->codings && h->length >= 0) {
        return refuse(r, 400, "both Transfer-Encoding and Content-Length");
    }
    if (h->codings && r->minor == 0) {
        return refuse(r, 400, "Transfer-Encoding in an HTTP/1.0 message");
    }
    if (h->refusal != 0) {
        return refuse(r, h->refusal, h->reason);
    }
    if (!h->host && r->minor >= 1 && !r->response) {
        return refuse(r, 400, "no Host field in an HTTP/1.1 request");
    }
    bool large = h->length >= 0 && (uint64_t)h->length > r->max_body && !(r->response && bodiless(r->status));
    return !large || refuse(r, 413, "body too large");
}
