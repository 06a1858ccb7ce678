/* Workload echo: bench/echo/HTTP.md. */
#include "workload.h"

static bool parse(struct exchange *x, uint64_t *bytes) {
    struct span query = x->request->query;
    struct param p;
    *bytes = 13;
    while (next_param(&query, &p)) {
        if (named(&p, "bytes") ? !number(x, &p, MAX_BYTES, bytes) : named(&p, "fault") && !handler_fault(x, &p)) {
            return false;
        }
    }
    return true;
}

void echo_get(struct exchange *x) {
    static const char alphabet[26] = "abcdefghijklmnopqrstuvwxyz";
    uint64_t left;
    if (!parse(x, &left)) {
        return;
    }
    if (!buf_room(x->body, left)) {
        fail(x, 500, "no memory for %llu bytes", (unsigned long long)left);
        return;
    }
    for (; left > 26; left -= 26) {
        buf_put(x->body, alphabet, 26);
    }
    buf_put(x->body, alphabet, left);
}

void echo_post(struct exchange *x) {
    uint64_t ignored;
    if (parse(x, &ignored)) {
        buf_put(x->body, x->request->body.at, x->request->body.len);
    }
}
