#include "buf.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

void buf_init(struct buf *b, char *home, size_t cap) {
    *b = (struct buf){.at = home, .cap = cap, .home = home, .home_cap = cap};
}

bool buf_room(struct buf *b, size_t n) {
    if (b->cap - b->len >= n) {
        return true;
    }
    size_t cap = b->cap * 2;
    while (cap - b->len < n) {
        cap *= 2;
    }
    char *more = realloc(b->at == b->home ? NULL : b->at, cap);
    if (more == NULL) {
        b->failed = true;
        return false;
    }
    if (b->at == b->home) {
        memcpy(more, b->home, b->len);
    }
    b->at = more;
    b->cap = cap;
    return true;
}

void buf_put(struct buf *b, const void *bytes, size_t n) {
    if (n > 0 && buf_room(b, n)) {
        memcpy(b->at + b->len, bytes, n);
        b->len += n;
    }
}

void buf_text(struct buf *b, const char *text) {
    buf_put(b, text, strlen(text));
}

void buf_format(struct buf *b, const char *format, ...) {
    char text[256];
    va_list args;
    va_start(args, format);
    int n = vsnprintf(text, sizeof text, format, args);
    va_end(args);
    if (n > 0) {
        buf_put(b, text, (size_t)n < sizeof text ? (size_t)n : sizeof text - 1);
    }
}

void buf_drop(struct buf *b) {
    if (b->at != b->home) {
        free(b->at);
    }
    buf_init(b, b->home, b->home_cap);
}
