/* Workload idle: bench/idle/HTTP.md. */
#include "workload.h"

void idle(struct exchange *x) {
    struct span query = x->request->query;
    struct param p;
    uint64_t n = 0;
    bool given = false;
    while (next_param(&query, &p)) {
        given = given || named(&p, "n");
        if (named(&p, "n") ? !number(x, &p, UINT64_MAX, &n) : named(&p, "fault") && !handler_fault(x, &p)) {
            return;
        }
    }
    if (!given) {
        missing_n(x);
        return;
    }
    put_number(x->body, value(n, 0));
}
