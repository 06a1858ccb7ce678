#include <string.h>

#include "http.h"

static const char *reason_of(int status) {
    switch (status) {
    case 200: return "OK";
    case 400: return "Bad Request";
    case 404: return "Not Found";
    case 405: return "Method Not Allowed";
    case 408: return "Request Timeout";
    case 413: return "Content Too Large";
    case 414: return "URI Too Long";
    case 431: return "Request Header Fields Too Large";
    case 500: return "Internal Server Error";
    case 501: return "Not Implemented";
    case 502: return "Bad Gateway";
    case 503: return "Service Unavailable";
    case 504: return "Gateway Timeout";
    case 505: return "HTTP Version Not Supported";
    default: return "";
    }
}

/* put_number writes n in decimal: snprintf costs as much as the rest of an answer. */
void put_number(struct buf *out, uint64_t n) {
    char text[20], *at = text + sizeof text;
    do {
        *--at = (char)('0' + n % 10);
        n /= 10;
    } while (n > 0);
    buf_put(out, at, (size_t)(text + sizeof text - at));
}

static const char ok_head[] = "HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nContent-Length: ";

void put_response(struct buf *out, int status, const char *field, const char *body, size_t len,
                  enum persistence persistence) {
    if (status == 200) {
        buf_put(out, ok_head, sizeof ok_head - 1);
    } else {
        buf_text(out, "HTTP/1.1 ");
        put_number(out, (size_t)status);
        buf_text(out, " ");
        buf_text(out, reason_of(status));
        buf_text(out, "\r\nContent-Type: text/plain\r\nContent-Length: ");
    }
    put_number(out, len);
    buf_text(out, "\r\n");
    if (field != NULL) {
        buf_text(out, field);
    }
    if (persistence == CLOSE) {
        buf_text(out, "Connection: close\r\n");
    } else if (persistence == KEEP_ALOUD) {
        buf_text(out, "Connection: keep-alive\r\n");
    }
    buf_put(out, "\r\n", 2);
    if (body != NULL) {
        buf_put(out, body, len);
    }
}

void put_continue(struct buf *out) {
    buf_text(out, "HTTP/1.1 100 Continue\r\n\r\n");
}

void put_request(struct buf *out, struct span target, const char *host) {
    buf_text(out, "GET ");
    buf_put(out, target.at, target.len);
    buf_text(out, " HTTP/1.1\r\nHost: ");
    buf_text(out, host);
    buf_text(out, "\r\n\r\n");
}
