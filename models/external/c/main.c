/* thread-c: the model thread in C, for what Go's scheduler adds to it. It obeys
 * models/CONTRACT.md; see server.h for its parts. */
#include <malloc.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/signalfd.h>
#include <unistd.h>

#include "server.h"

/* ARENAS bounds glibc's heaps: by default eight a processor, 64 MiB of addresses each,
 * which would be counted as memory of threads. Requests hardly use the heap. */
enum { ARENAS = 2 };

static int termination(void) {
    sigset_t set;
    sigemptyset(&set);
    sigaddset(&set, SIGTERM);
    sigaddset(&set, SIGINT);
    if (pthread_sigmask(SIG_BLOCK, &set, NULL) != 0) { /* before any thread is made */
        return -1;
    }
    return signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK);
}

static bool prepare(struct server *s) {
    pthread_condattr_t monotonic;
    pthread_condattr_init(&monotonic);
    pthread_condattr_setclock(&monotonic, CLOCK_MONOTONIC);
    pthread_cond_init(&s->none, &monotonic);
    pthread_mutex_init(&s->lock, NULL);
    pthread_attr_init(&s->attributes);
    pthread_attr_setdetachstate(&s->attributes, PTHREAD_CREATE_DETACHED);
    if (pthread_attr_setstacksize(&s->attributes, s->config.stack) != 0) {
        fprintf(stderr, "thread-c: option stack=%zu: the system refuses such a stack\n", s->config.stack);
        return false;
    }
    s->workload = workload_find(s->config.workload);
    return upstreams_init(&s->upstreams, &s->config);
}

int main(int argc, char **argv) {
    static struct server s;
    mallopt(M_ARENA_MAX, ARENAS);
    if (argc > 1) {
        fprintf(stderr, "usage: %s, with ASSAY_LISTEN, ASSAY_WORKLOAD, ASSAY_OPTIONS, ASSAY_BACKENDS and ASSAY_NONCE\n",
                argv[0]);
        return 2;
    }
    if (!config_read(&s.config, workload_names) || !prepare(&s)) {
        return 2;
    }
    int signals = termination();
    s.listener = listen_on(s.config.listen, s.config.backlog, s.config.write_timeout);
    if (s.listener < 0) {
        return 2;
    }
    if (signals < 0 || !print_listening(s.listener)) {
        return 1;
    }
    if (accept_loop(&s, signals)) {
        close(s.listener);
        drain(&s, DRAIN_TIME);
    }
    fflush(NULL);
    _exit(0); /* without running what other threads may still use */
}
