/* HTTP/1.1 without I/O, both sides: models/base/http1 once more, in C.
 *
 *   1. reader_feed looks at a message from its first byte on and says whether it is whole.
 *   2. At HTTP_DONE the message's spans point into the caller's buffer, and the reader's
 *      `at` is where the next message starts.
 *   3. put_* encode onto a struct buf.
 *
 * What RFC 9112 tells a server to refuse is refused, with the same statuses and limits
 * as in Go: a test feeds both the same bytes.
 */
#ifndef HTTP_H
#define HTTP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "buf.h"

enum { /* bytes, lines with their CRLF; LIMIT_FIELDS is a count */
    LIMIT_LINE = 8 << 10,
    LIMIT_FIELD = 8 << 10,
    LIMIT_FIELDS = 64,
    LIMIT_HEAD = 16 << 10,
    LIMIT_INTERIM = 32, /* 1xx answers before the final one */
};

enum http_state {
    HTTP_MORE,     /* not whole: feed again with further bytes */
    HTTP_CONTINUE, /* the head is whole and its sender waits for leave to send the body */
    HTTP_DONE,     /* whole */
    HTTP_BAD,      /* to be refused: see struct reader's refusal and reason */
};

struct span {
    const char *at;
    size_t len;
};

struct message {
    struct span method, path, query; /* of a request; the query without its '?' */
    int status;                      /* of a response */
    struct span body;                /* decoded */
    int minor;                       /* HTTP/1.minor */
    bool keep_alive;                 /* the sender wants the connection kept */
};

enum phase {
    START, /* no byte of a message seen but perhaps an empty line */
    FIELDS,
    BODY,
    UNTIL_CLOSE,
    CHUNKS, /* chunk.c from here on */
    CHUNK_SIZE,
    CHUNK_PAD,
    CHUNK_EXTENSION,
    CHUNK_LF,
    CHUNK_DATA,
    CHUNK_DATA_CR,
    CHUNK_DATA_LF,
    TRAILER_START,
    TRAILER_NAME,
    TRAILER_VALUE,
    TRAILER_LF,
    LAST_LF,
    WHOLE,
};

/* What the fields of one head say about framing and the connection. A refusal for
 * the meaning of fields waits for the end of the head. */
struct head {
    int64_t length; /* Content-Length; -1 without */
    int refusal;
    const char *reason;
    bool host, codings, chunked, close, keep_alive, expect;
};

/* struct reader holds positions within a message, never pointers: the buffer may
 * move between two feeds. */
struct reader {
    size_t max_body; /* bytes, decoded */
    bool response;   /* reads answers rather than requests */

    enum phase phase;
    size_t at;      /* first byte not yet understood */
    size_t scanned; /* bytes from at on that hold no line's end */
    size_t start;   /* of the message, behind an empty line or interim answers */
    size_t method_len, target, target_len;
    size_t body, body_len; /* place and decoded length so far */
    uint64_t left;         /* bytes the body or the chunk still owes */
    size_t extra;          /* bytes of chunk lines and trailers beyond their payload */
    unsigned fields, interim;
    int minor, status;
    bool blank; /* the empty line that may precede a request has been skipped */
    bool told;  /* HTTP_CONTINUE was reported, or is not due */
    struct head head;

    int refusal; /* the HTTP status owed, at HTTP_BAD */
    const char *reason;
};

void reader_init(struct reader *r, bool response, size_t max_body);

/* reader_reset forgets the message in hand and gets ready for the next. */
void reader_reset(struct reader *r);

/* reader_feed looks at the message that starts at msg, of which *len bytes have
 * come. Chunks are joined in place, and so *len may shrink. */
enum http_state reader_feed(struct reader *r, char *msg, size_t *len, struct message *m);

/* reader_eof says whether the end of the stream makes the answer in hand whole. */
bool reader_eof(struct reader *r, const char *msg, struct message *m);

/* Parts of the reader that have files of their own; false after a refusal. */
bool refuse(struct reader *r, int status, const char *reason);
bool request_line(struct reader *r, const char *line, size_t len, struct message *m);
bool status_line(struct reader *r, const char *line, size_t len);
bool field_line(struct reader *r, const char *line, size_t len);
bool head_check(struct reader *r);
bool bodiless(int status);
bool split_target(struct reader *r, const char *method, size_t method_len, const char *target, size_t len,
                  struct message *m);
bool valid_host(const char *at, size_t len);
/* chunks decodes what has come of a chunked body; phase WHOLE when it is whole. */
bool chunks(struct reader *r, char *msg, size_t len);

/* Classes of bytes, a bit each: see table.c. */
enum { IS_TOKEN = 1, IS_TARGET = 2, IS_HOST = 4, IS_TEXT = 8, IS_HEX = 16, IS_DIGIT = 32 };
extern const uint8_t class_of[256];
static inline bool is(char c, int mask) { return (class_of[(uint8_t)c] & mask) != 0; }
/* span_is says whether a span is the word, in any case of ASCII letters. */
bool span_is(const char *at, size_t len, const char *word);

/* What an answer's Connection field tells the client. */
enum persistence {
    KEEP,       /* nothing: HTTP/1.1 keeps the connection by default */
    CLOSE,      /* "close" */
    KEEP_ALOUD, /* "keep-alive", which an HTTP/1.0 client needs to hear */
};

/* put_response appends an answer. field is NULL or one field line with its CRLF;
 * with body NULL the answer has only the head of one of len bytes. */
void put_response(struct buf *out, int status, const char *field, const char *body, size_t len,
                  enum persistence persistence);
void put_number(struct buf *out, uint64_t n);
void put_request(struct buf *out, struct span target, const char *host);
void put_continue(struct buf *out);

#endif
