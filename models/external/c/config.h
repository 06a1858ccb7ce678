/* What the environment tells a server: the contract's ASSAY_* variables. */
#ifndef CONFIG_H
#define CONFIG_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum callall {
    SCATTER, /* write to all backends, then read from all */
    SPAWN,   /* a thread for each call */
};

struct config {
    const char *listen, *nonce;
    const char *workload;
    char **backends; /* host:port */
    size_t backend_count;
    int64_t request_timeout, backend_timeout, write_timeout; /* ns */
    size_t max_body;                                         /* bytes */
    int backlog;                                             /* 0: the kernel's greatest */
    long max_threads;                                        /* connections at once */
    size_t stack;                                            /* bytes a thread */
    enum callall callall;
};

/* config_read reads the environment. What is wrong goes to stderr, with the nearest
 * known name; then it is false. */
bool config_read(struct config *c, const char *const *workloads);

/* duration_read reads a Go duration ("1m30s", "250ms", "0") as ns; false if it is none. */
bool duration_read(const char *text, int64_t *ns);

/* nearest is the word with the fewest edits to name, of a list that NULL ends. */
const char *nearest(const char *name, const char *const *words);

#endif
