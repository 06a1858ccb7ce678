/* The codec on a pipe, for a test that holds it against the one in Go. A case is a line
 * "request|response PIECE LENGTH" and as many bytes; they are fed PIECE at a time, and
 * each thing the reader says is a line; "." ends the case. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../http.h"

enum { MAX_BODY = 4096 };

static void put_hex(struct span s) {
    for (size_t i = 0; i < s.len; i++) {
        printf("%02x", (unsigned char)s.at[i]);
    }
    printf("|");
}

static void print_message(const struct reader *r, const struct message *m) {
    printf("done %d %d ", m->minor, m->keep_alive);
    if (r->response) {
        printf("%d ", m->status);
    } else {
        put_hex(m->method);
        put_hex(m->path);
        put_hex(m->query);
    }
    put_hex(m->body);
    printf("\n");
}

/* feed gives the reader what the buffer holds; false after a refusal. */
static bool feed(struct reader *r, struct buf *in, size_t *first) {
    struct message m;
    while (*first < in->len) {
        size_t have = in->len - *first, left = have;
        enum http_state state = reader_feed(r, in->at + *first, &left, &m);
        in->len -= have - left;
        if (state == HTTP_BAD) {
            printf("bad %d\n", r->refusal);
            return false;
        }
        if (state == HTTP_CONTINUE) {
            printf("continue\n");
        }
        if (state != HTTP_DONE) {
            return true;
        }
        print_message(r, &m);
        *first += r->at;
        reader_reset(r);
    }
    return true;
}

static void run(bool response, size_t piece, const char *bytes, size_t len) {
    struct reader r;
    struct buf in;
    struct message m;
    size_t first = 0;
    char *home = malloc(16); /* from the heap, so that the sanitizer sees its end */
    bool ok = true;
    buf_init(&in, home, 16);
    reader_init(&r, response, MAX_BODY);
    for (size_t at = 0; ok && at < len; at += piece) {
        buf_put(&in, bytes + at, piece < len - at ? piece : len - at);
        ok = feed(&r, &in, &first);
    }
    if (ok && response && reader_eof(&r, in.at + first, &m)) {
        print_message(&r, &m);
    } else if (ok) {
        printf("partial %d\n", in.len - first > r.start || r.interim > 0);
    }
    printf(".\n");
    fflush(stdout);
    buf_drop(&in);
    free(home);
}

int main(void) {
    char kind[16];
    size_t piece, len;
    while (scanf("%15s %zu %zu", kind, &piece, &len) == 3 && getchar() == '\n') {
        char *bytes = malloc(len + 1);
        if (bytes == NULL || fread(bytes, 1, len, stdin) != len) {
            return 1;
        }
        run(strcmp(kind, "response") == 0, piece, bytes, len);
        free(bytes);
    }
    return 0;
}
