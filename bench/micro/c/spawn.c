/* Something that can wait is started, and its end waited for. */
#define _GNU_SOURCE
#include "micro.h"

#include <pthread.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

static void *count_one(void *arg)
{
    ++*(long *)arg;
    return NULL;
}

double spawn_pthread(int cpus, long n, long *seen)
{
    if (cpus == 1) /* else the kernel puts a new thread where it likes */
        bind_side(1, 0);
    *seen = 0;
    double begun = now();
    for (long i = 0; i < n; i++) {
        pthread_t t;
        must(pthread_create(&t, NULL, count_one, seen) == 0, "pthread_create");
        pthread_join(t, NULL);
    }
    return now() - begun;
}

double spawn_fork(int cpus, long n, long *seen)
{
    if (cpus == 1)
        bind_side(1, 0);
    *seen = 0;
    double begun = now();
    for (long i = 0; i < n; i++) {
        int status;
        pid_t pid = fork();
        must(pid >= 0, "fork");
        if (pid == 0)
            _exit(1);
        must(waitpid(pid, &status, 0) == pid, "waitpid");
        *seen += WEXITSTATUS(status);
    }
    return now() - begun;
}
