#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "workload.h"

bool next_param(struct span *query, struct param *p) {
    if (query->len == 0) {
        return false;
    }
    const char *and = memchr(query->at, '&', query->len);
    size_t len = and == NULL ? query->len : (size_t)(and - query->at);
    const char *equals = memchr(query->at, '=', len);
    p->name = (struct span){query->at, equals == NULL ? len : (size_t)(equals - query->at)};
    p->value = equals == NULL ? (struct span){query->at + len, 0}
                              : (struct span){equals + 1, len - p->name.len - 1};
    size_t used = and == NULL ? len : len + 1;
    *query = (struct span){query->at + used, query->len - used};
    return true;
}

static bool same(struct span s, const char *word) {
    return strlen(word) == s.len && memcmp(s.at, word, s.len) == 0;
}

bool named(const struct param *p, const char *name) {
    return same(p->name, name);
}

bool says(const struct param *p, const char *value) {
    return same(p->value, value);
}

bool decimal(struct span text, uint64_t *n) {
    *n = 0;
    for (size_t i = 0; i < text.len; i++) {
        if (!is(text.at[i], IS_DIGIT)) {
            return false;
        }
        uint64_t digit = (uint64_t)(text.at[i] - '0');
        if (*n > (UINT64_MAX - digit) / 10) {
            return false;
        }
        *n = *n * 10 + digit;
    }
    return text.len > 0;
}

bool fail(struct exchange *x, int status, const char *format, ...) {
    char text[256];
    va_list args;
    va_start(args, format);
    vsnprintf(text, sizeof text - 1, format, args);
    va_end(args);
    x->status = status;
    buf_drop(x->body);
    buf_text(x->body, text);
    buf_text(x->body, "\n");
    return false;
}

bool unknown(struct exchange *x, const struct param *p, const char *want) {
    return fail(x, 400, "bad request: %.*s=\"%.*s\": want %s", (int)p->name.len, p->name.at,
                p->value.len > 40 ? 40 : (int)p->value.len, p->value.at, want);
}

bool number(struct exchange *x, const struct param *p, uint64_t limit, uint64_t *n) {
    char want[64];
    if (decimal(p->value, n) && *n <= limit) {
        return true;
    }
    snprintf(want, sizeof want, "a decimal number from 0 to %llu", (unsigned long long)limit);
    return unknown(x, p, want);
}

/* fault is where a handler would go wrong. Nothing in C catches a wild pointer:
 * a real one is SIGSEGV and the end of the process with all its connections.
 * What can be had is a handler that reports its fault, which costs this request alone. */
bool fault(struct exchange *x) {
    return fail(x, 500, "fault in handler: the request asked for a fault in the handler");
}

bool handler_fault(struct exchange *x, const struct param *p) {
    if (says(p, "panic")) {
        return fault(x);
    }
    return unknown(x, p, "panic");
}

bool missing_n(struct exchange *x) {
    return fail(x, 400, "bad request: n is missing: want the request's number, a decimal");
}

bool backend_failed(struct exchange *x, const struct call *c) {
    return c->outcome == CALL_LATE ? fail(x, 504, "backend deadline exceeded") : fail(x, 502, "backend failed: %s", c->why);
}
