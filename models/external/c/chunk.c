/* A chunked body (RFC 9112 7.1), decoded in place. Sizes add up in left; extensions
 * and trailers are checked and dropped, their length bounded like a head's. */
#include <string.h>

#include "http.h"

static bool expect(struct reader *r, char c, char want, enum phase next, const char *reason) {
    if (c != want) {
        return refuse(r, 400, reason);
    }
    r->phase = next;
    return true;
}

/* spend counts a byte that carries nothing. */
static bool spend(struct reader *r) {
    return ++r->extra <= LIMIT_HEAD || refuse(r, 431, "chunk extensions or trailers too large");
}

/* within holds the body to its limit as soon as a chunk's size says so. */
static bool within(struct reader *r) {
    return r->left <= r->max_body - r->body_len || refuse(r, 413, "body too large");
}

static uint64_t unhex(char c) {
    return (uint64_t)(c <= '9' ? c - '0' : (c | 0x20) - 'a' + 10);
}

/* digit takes a byte that may be one of a chunk size's; *taken says whether. */
static bool digit(struct reader *r, char c, bool *taken) {
    *taken = is(c, IS_HEX);
    if (r->phase == CHUNKS) {
        r->left = 0;
        r->phase = CHUNK_SIZE;
        if (!*taken) {
            return refuse(r, 400, "bad chunk size: hexadecimal digits are needed");
        }
    } else if (*taken && r->left == 0 && !spend(r)) { /* leading zeros */
        return false;
    }
    if (*taken) {
        r->left = r->left << 4 | unhex(c);
        return within(r);
    }
    return true;
}

/* size_byte takes a byte of a chunk's first line. */
static bool size_byte(struct reader *r, char c) {
    if (r->phase == CHUNK_LF) {
        enum phase next = r->left == 0 ? TRAILER_START : CHUNK_DATA;
        return expect(r, c, '\n', next, "bad chunk line: no CRLF");
    }
    if (r->phase == CHUNKS || r->phase == CHUNK_SIZE) {
        bool taken;
        if (!digit(r, c, &taken)) {
            return false;
        }
        if (taken) {
            return true;
        }
    }
    if (c == '\r' && r->phase != CHUNK_PAD) {
        r->phase = CHUNK_LF;
        return true;
    }
    if (r->phase == CHUNK_EXTENSION) {
        if (!is(c, IS_TEXT)) {
            return refuse(r, 400, "bad chunk line: control character in an extension");
        }
    } else if (c == ';') {
        r->phase = CHUNK_EXTENSION;
    } else if (c == ' ' || c == '\t') {
        r->phase = CHUNK_PAD; /* only before an extension */
    } else {
        return refuse(r, 400, "bad chunk size: hexadecimal digits are needed");
    }
    return spend(r);
}

static const char bad_trailer[] = "bad trailer field";

/* trailer_byte takes a byte of the trailer section. */
static bool trailer_byte(struct reader *r, char c) {
    switch (r->phase) {
    case TRAILER_START:
        if (c == '\r') {
            r->phase = LAST_LF;
            return true;
        }
        if (!is(c, IS_TOKEN)) {
            return refuse(r, 400, bad_trailer);
        }
        r->phase = TRAILER_NAME;
        break;
    case TRAILER_NAME:
        if (c == ':') {
            r->phase = TRAILER_VALUE;
        } else if (!is(c, IS_TOKEN)) {
            return refuse(r, 400, bad_trailer);
        }
        break;
    case TRAILER_VALUE:
        if (c == '\r') {
            r->phase = TRAILER_LF;
        } else if (!is(c, IS_TEXT)) {
            return refuse(r, 400, bad_trailer);
        }
        break;
    case TRAILER_LF:
        return expect(r, c, '\n', TRAILER_START, bad_trailer);
    default:
        return expect(r, c, '\n', WHOLE, bad_trailer);
    }
    return spend(r);
}

static bool other_byte(struct reader *r, char c) {
    switch (r->phase) {
    case CHUNK_DATA_CR:
        return expect(r, c, '\r', CHUNK_DATA_LF, "bad chunk: no CRLF after its data");
    case CHUNK_DATA_LF:
        return expect(r, c, '\n', CHUNKS, "bad chunk: no CRLF after its data");
    default:
        return r->phase < CHUNK_DATA ? size_byte(r, c) : trailer_byte(r, c);
    }
}

bool chunks(struct reader *r, char *msg, size_t len) {
    while (r->at < len && r->phase != WHOLE) {
        if (r->phase != CHUNK_DATA) {
            if (!other_byte(r, msg[r->at++])) {
                return false;
            }
            continue;
        }
        size_t have = len - r->at, some = have < r->left ? have : (size_t)r->left;
        memmove(msg + r->body + r->body_len, msg + r->at, some);
        r->at += some;
        r->body_len += some;
        if ((r->left -= some) == 0) {
            r->phase = CHUNK_DATA_CR;
        }
    }
    return true;
}
