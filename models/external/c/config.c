#include "config.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static bool bad(const char *name, const char *value, const char *want) {
    fprintf(stderr, "thread-c: option %s=%s: want %s\n", name, value, want);
    return false;
}

static bool read_duration(const char *name, const char *value, int64_t *ns) {
    return (duration_read(value, ns) && *ns > 0 && *ns <= 3600000000000) ||
           bad(name, value, "a duration above 0 and up to 1h, like 500ms or 10s");
}

/* read_number reads a whole number from least to most. */
static bool read_number(const char *name, const char *value, long least, long most, long *n) {
    char *end;
    *n = strtol(value, &end, 10);
    if (end == value || *end != '\0' || *n < least || *n > most) {
        char want[80];
        snprintf(want, sizeof want, "a whole number from %ld to %ld", least, most);
        return bad(name, value, want);
    }
    return true;
}

static bool read_callall(struct config *c, const char *name, const char *value) {
    c->callall = strcmp(value, "spawn") == 0 ? SPAWN : SCATTER;
    return c->callall == SPAWN || strcmp(value, "scatter") == 0 || bad(name, value, "scatter or spawn");
}

static const char *const names[] = {"request-timeout", "backend-timeout", "write-timeout", "max-body", "backlog",
                                    "callall",         "max-threads",     "stack",         "procs",    NULL};

static bool set(struct config *c, const char *name, const char *value) {
    long n = 0;
    bool ok;
    if (strcmp(name, "request-timeout") == 0) {
        return read_duration(name, value, &c->request_timeout);
    } else if (strcmp(name, "backend-timeout") == 0) {
        return read_duration(name, value, &c->backend_timeout);
    } else if (strcmp(name, "write-timeout") == 0) {
        return read_duration(name, value, &c->write_timeout);
    } else if (strcmp(name, "callall") == 0) {
        return read_callall(c, name, value);
    } else if (strcmp(name, "max-body") == 0) {
        ok = read_number(name, value, 1, 1 << 30, &n);
        c->max_body = (size_t)n;
        return ok;
    } else if (strcmp(name, "backlog") == 0) {
        ok = read_number(name, value, 0, 1 << 16, &n);
        c->backlog = (int)n;
        return ok;
    } else if (strcmp(name, "max-threads") == 0) {
        return read_number(name, value, 1, 1 << 20, &c->max_threads);
    } else if (strcmp(name, "stack") == 0) {
        ok = read_number(name, value, 48 << 10, 1 << 30, &n);
        c->stack = (size_t)n;
        return ok;
    }
    if (strcmp(name, "procs") == 0) { /* of all models; there is no scheduler here to tell */
        return read_number(name, value, 0, 1 << 15, &n);
    }
    fprintf(stderr, "thread-c: unknown option %s: did you mean %s?\n", name, nearest(name, names));
    return false;
}

/* read_options reads key=value,…; it cuts the text up. */
static bool read_options(struct config *c, char *text) {
    for (char *pair, *rest = text; (pair = strsep(&rest, ",")) != NULL;) {
        char *value = strchr(pair, '=');
        if (*pair == '\0') {
            continue;
        }
        if (value == NULL) {
            fprintf(stderr, "thread-c: option %s: want key=value\n", pair);
            return false;
        }
        *value++ = '\0';
        if (!set(c, pair, value)) {
            return false;
        }
    }
    return true;
}

static void read_backends(struct config *c, char *text) {
    size_t n = 1;
    for (const char *at = text; *at != '\0'; at++) {
        n += *at == ',';
    }
    c->backends = calloc(n, sizeof *c->backends);
    for (char *one, *rest = text; c->backends != NULL && (one = strsep(&rest, ",")) != NULL;) {
        if (*one != '\0') {
            c->backends[c->backend_count++] = one;
        }
    }
}

static char *environment(const char *name, const char *otherwise) {
    const char *value = getenv(name);
    char *copy = strdup(value != NULL && *value != '\0' ? value : otherwise);
    if (copy == NULL) {
        abort(); /* before anything is served */
    }
    return copy;
}

static bool known(const char *workload, const char *const *workloads) {
    for (const char *const *w = workloads; *w != NULL; w++) {
        if (strcmp(*w, workload) == 0) {
            return true;
        }
    }
    fprintf(stderr, "thread-c: ASSAY_WORKLOAD=%s: no such workload; did you mean %s?\n", workload,
            nearest(workload, workloads));
    return false;
}

bool config_read(struct config *c, const char *const *workloads) {
    *c = (struct config){
        .listen = environment("ASSAY_LISTEN", "127.0.0.1:0"),
        .nonce = environment("ASSAY_NONCE", ""),
        .workload = environment("ASSAY_WORKLOAD", ""),
        .request_timeout = 10000000000,
        .backend_timeout = 2000000000,
        .write_timeout = 10000000000,
        .max_body = 1 << 20,
        .max_threads = 8192,
        .stack = 64 << 10,
    };
    read_backends(c, environment("ASSAY_BACKENDS", ""));
    char *options = environment("ASSAY_OPTIONS", "");
    bool ok = known(c->workload, workloads) && read_options(c, options);
    free(options);
    return ok;
}
