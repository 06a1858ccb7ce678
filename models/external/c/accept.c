#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "server.h"

enum { FIRST_REST = 5, MOST_REST = 160 /* ms */ };

/* The server of all threads. It stands here so that a thread's argument is its
 * descriptor and nothing must be allocated, which would give every thread a cache of
 * the heap's. */
static struct server *serving;

static void *thread(void *descriptor) {
    struct conn c = {.sock = {.fd = (int)(intptr_t)descriptor}};
    enter(serving, &c);
    serve(serving, &c);
    leave(serving, &c);
    return NULL;
}

bool start_thread(struct server *s, int fd) {
    pthread_t id;
    pthread_mutex_lock(&s->lock);
    bool full = s->live >= s->config.max_threads;
    s->live += !full;
    pthread_mutex_unlock(&s->lock);
    if (full) {
        return false;
    }
    if (pthread_create(&id, &s->attributes, thread, (void *)(intptr_t)fd) == 0) {
        return true;
    }
    pthread_mutex_lock(&s->lock);
    s->live--;
    pthread_mutex_unlock(&s->lock);
    return false;
}

/* accept_all accepts until the queue is empty, and returns how many ms to rest
 * before the next try: 0 unless something must be given back first. */
static int accept_all(struct server *s, struct turned *turned, int rested) {
    for (;;) {
        int fd = accept4(s->listener, NULL, NULL, SOCK_CLOEXEC);
        if (fd >= 0) {
            rested = 0;
            if (!start_thread(s, fd)) {
                turn_away(turned, fd);
            }
            continue;
        }
        switch (errno) {
        case EAGAIN:
            return 0;
        case EMFILE:
        case ENFILE:
        case ENOBUFS:
        case ENOMEM:
            /* The connection stays in the queue: without a rest this would spin. */
            if (rested == 0) {
                fprintf(stderr, "thread-c: accept: %s: resting until it mends\n", strerror(errno));
            }
            return rested == 0 ? FIRST_REST : rested >= MOST_REST / 2 ? MOST_REST : 2 * rested;
        case EBADF:
        case EINVAL:
        case ENOTSOCK:
        case EFAULT:
            fprintf(stderr, "thread-c: accept: %s\n", strerror(errno));
            exit(1);
        default:
            continue; /* one connection's misfortune: accept(2) says to try again */
        }
    }
}

/* leashed says whether the end of stdin means that whoever started this is gone. A
 * terminal would stop a process in the background that reads it, and /dev/null
 * has always ended. */
static bool leashed(void) {
    struct stat st;
    return fstat(STDIN_FILENO, &st) == 0 && (S_ISFIFO(st.st_mode) || S_ISSOCK(st.st_mode));
}

/* stdin_ended reads what nobody listens to; true at its end. */
static bool stdin_ended(void) {
    char waste[256];
    ssize_t n = read(STDIN_FILENO, waste, sizeof waste);
    return n == 0 || (n < 0 && errno != EINTR && errno != EAGAIN);
}

enum { LISTENER, SIGNALS, STDIN, OTHERS };

bool accept_loop(struct server *s, int signals) {
    struct turned turned = {.len = 0};
    struct pollfd polls[OTHERS + TURNED_MOST] = {
        {.fd = s->listener, .events = POLLIN},
        {.fd = signals, .events = POLLIN},
        {.fd = leashed() ? STDIN_FILENO : -1, .events = POLLIN},
    };
    int rest = 0;
    serving = s;
    for (;;) {
        polls[LISTENER].fd = rest == 0 ? s->listener : -1;
        for (size_t i = 0; i < turned.len; i++) {
            polls[OTHERS + i] = (struct pollfd){.fd = turned.list[i].fd, .events = POLLIN};
        }
        int wait = rest > 0 ? rest : turned.len > 0 ? 100 : -1;
        int n = poll(polls, OTHERS + turned.len, wait);
        if (n < 0) {
            continue;
        }
        if (polls[SIGNALS].revents != 0) {
            accept_all(s, &turned, 0); /* who is in the queue was accepted by the kernel */
            return true;
        }
        if (polls[STDIN].revents != 0 && stdin_ended()) {
            return false;
        }
        turned_ready(&turned, polls + OTHERS);
        if (rest > 0 || polls[LISTENER].revents != 0) {
            rest = accept_all(s, &turned, rest);
        }
    }
}
