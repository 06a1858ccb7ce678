/* The literal table of workloads. */
#include <string.h>

#include "workload.h"

const struct workload workloads[] = {
    {"echo", {{"GET", "/echo", echo_get}, {"POST", "/echo", echo_post}}},
    {"fanout", {{"GET", "/fanout", fanout}}},
    {"blocking", {{"GET", "/blocking", blocking}}},
    {"idle", {{"GET", "/idle", idle}}},
    {0},
};

const char *const workload_names[] = {"echo", "fanout", "blocking", "idle", NULL};

const struct workload *workload_find(const char *name) {
    for (const struct workload *w = workloads; w->name != NULL; w++) {
        if (strcmp(w->name, name) == 0) {
            return w;
        }
    }
    return NULL;
}
