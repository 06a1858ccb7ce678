/* A run of bytes that starts on borrowed memory (a thread's own stack) and moves
 * to the heap only when it must grow: most connections never make it. */
#ifndef BUF_H
#define BUF_H

#include <stdbool.h>
#include <stddef.h>

struct buf {
    char *at;
    size_t len, cap;
    char *home; /* the borrowed memory */
    size_t home_cap;
    bool failed; /* there was no memory: what was appended since is lost */
};

void buf_init(struct buf *b, char *home, size_t cap);

/* buf_room makes room for n further bytes; false when there is no memory. */
bool buf_room(struct buf *b, size_t n);

void buf_put(struct buf *b, const void *bytes, size_t n);
void buf_text(struct buf *b, const char *text);
void buf_format(struct buf *b, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* buf_drop empties the buffer and gives heap memory back. */
void buf_drop(struct buf *b);

#endif
