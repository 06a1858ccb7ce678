/* The first line of a message: RFC 9112, 3 and 4. Lines come whole, with their LF. */
#include <string.h>

#include "http.h"

/* escape says whether a percent-encoded byte starts at at. */
static bool escape(const char *at, const char *end) {
    return end - at >= 3 && is(at[1], IS_HEX) && is(at[2], IS_HEX);
}

static const char bad_line[] = "bad request line: want METHOD SP TARGET SP HTTP/1.1";
static const char bad_target[] = "bad request target: percent-encode what RFC 3986 does not allow";

/* version reads "HTTP/1.x" and the line's end. */
static bool version(struct reader *r, const char *at, const char *end) {
    if (end - at != 10 || memcmp(at, "HTTP/", 5) != 0 || !is(at[5], IS_DIGIT) || at[6] != '.' ||
        !is(at[7], IS_DIGIT) || at[8] != '\r') {
        return refuse(r, 400, bad_line);
    }
    r->minor = at[7] - '0';
    return at[5] == '1' || refuse(r, 505, "HTTP version not supported: use HTTP/1.1");
}

bool request_line(struct reader *r, const char *line, size_t len, struct message *m) {
    const char *end = line + len, *at = line;
    while (is(*at, IS_TOKEN)) {
        at++;
    }
    if (at == line || *at != ' ') {
        return refuse(r, 400, "bad method: a token is needed");
    }
    r->method_len = (size_t)(at - line);
    const char *target = ++at;
    while (is(*at, IS_TARGET) || *at == '?' || (*at == '%' && escape(at, end))) {
        at++;
    }
    if (*at != ' ' || at == target) {
        bool blank = *at == '\n' || *at == '\r' || *at == ' ';
        return refuse(r, 400, blank ? bad_line : bad_target);
    }
    r->target = r->start + (size_t)(target - line);
    r->target_len = (size_t)(at - target);
    /* The version first: HTTP/2's preface, "PRI * HTTP/2.0", deserves its 505. */
    return version(r, at + 1, end) && split_target(r, line, r->method_len, target, r->target_len, m);
}

/* absolute takes scheme and authority off the path. */
static bool absolute(struct reader *r, struct message *m) {
    struct span p = m->path;
    size_t scheme = p.len > 7 && span_is(p.at, 7, "http://")    ? 7
                    : p.len > 8 && span_is(p.at, 8, "https://") ? 8
                                                                : 0;
    if (scheme == 0) {
        return refuse(r, 400, bad_target);
    }
    const char *host = p.at + scheme;
    size_t host_len = p.len - scheme;
    const char *slash = memchr(host, '/', host_len);
    m->path = (struct span){"/", 1};
    if (slash != NULL) {
        m->path = (struct span){slash, host_len - (size_t)(slash - host)};
        host_len = (size_t)(slash - host);
    }
    return (host_len > 0 && *host != ':' && valid_host(host, host_len)) || refuse(r, 400, bad_target);
}

bool split_target(struct reader *r, const char *method, size_t method_len, const char *target, size_t len,
                  struct message *m) {
    m->path = (struct span){target, len};
    m->query = (struct span){target + len, 0};
    const char *mark = memchr(target, '?', len);
    if (mark != NULL) {
        m->path.len = (size_t)(mark - target);
        m->query = (struct span){mark + 1, len - m->path.len - 1};
    }
    if (*target == '/') {
        return true;
    }
    if (method_len == 7 && memcmp(method, "CONNECT", 7) == 0) {
        const char *colon = memrchr(target, ':', len);
        return (mark == NULL && colon != NULL && colon > target && colon < target + len - 1 &&
                valid_host(target, len)) ||
               refuse(r, 400, bad_target);
    }
    if (method_len == 7 && memcmp(method, "OPTIONS", 7) == 0 && len == 1 && *target == '*') {
        return true;
    }
    return absolute(r, m);
}

bool status_line(struct reader *r, const char *line, size_t len) {
    const char *end = line + len - 2; /* of what precedes CRLF */
    bool ok = len >= 14 && *end == '\r' && memcmp(line, "HTTP/1.", 7) == 0 && is(line[7], IS_DIGIT) &&
              line[8] == ' ' && is(line[9], IS_DIGIT) && line[9] != '0' && is(line[10], IS_DIGIT) &&
              is(line[11], IS_DIGIT) && (line[12] == ' ' || line[12] == '\r');
    for (const char *at = line + 12; ok && at < end; at++) {
        ok = is(*at, IS_TEXT);
    }
    if (!ok) {
        return refuse(r, 400, "bad status line: want HTTP/1.1 SP three digits SP reason");
    }
    r->minor = line[7] - '0';
    r->status = (line[9] - '0') * 100 + (line[10] - '0') * 10 + (line[11] - '0');
    return true;
}
