/* spin: an open-loop client that never sleeps: the yardstick of what this machine
 * allows a load generator.
 *
 *   spin HOST:PORT PATH CONNECTIONS RATE SECONDS [poisson|constant [SEED [WARM-UP [STEPS]]]]
 *
 * Intended times are fixed before the first request. Each request goes out on a free
 * connection as soon after its intended time as one thread that spins can do it; one
 * that finds no free connection waits in the open. Those of the first WARM-UP seconds,
 * which come before the others, are not counted. Prints the object of `assay load
 * --json`: response = done - intended, service = done - sent, slip = sent - intended.
 * With STEPS also response_ladder_ns: the response times that 1/STEPS, 2/STEPS ... of
 * all do not exceed. All answers must be as long as the first. */
#include <arpa/inet.h>
#include <errno.h>
#include <math.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

enum { EVENTS = 64, MOST_CONNECTIONS = 4096 };

/* One connection and the request it has in hand. */
struct conn {
    int fd;
    size_t owed; /* bytes of the answer still to come */
    bool warm; /* its request is not counted */
    int64_t intended, sent;
};

struct run {
    struct conn conns[MOST_CONNECTIONS];
    int idle[MOST_CONNECTIONS]; /* connections without a request, in no order */
    int idle_len, loop;
    char request[1024];
    size_t request_len, answer_len;
    int64_t *intended;
    size_t count, next, done, errors;
    size_t warm;                        /* the first so many requests are not counted */
    size_t kept;                        /* of those done */
    int64_t *response, *service, *slip; /* ns, by order of completion, of those kept */
    uint64_t random;
};

static int64_t now(void) {
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (int64_t)t.tv_sec * 1000000000 + t.tv_nsec;
}

static void die(const char *what) {
    fprintf(stderr, "spin: %s%s%s\n", what, errno ? ": " : "", errno ? strerror(errno) : "");
    exit(2);
}

/* draw is xorshift64*: Vigna, 2014. */
static uint64_t draw(struct run *r) {
    r->random ^= r->random >> 12;
    r->random ^= r->random << 25;
    r->random ^= r->random >> 27;
    return r->random * 0x2545f4914f6cdd1d;
}

static void schedule(struct run *r, double rate, double seconds, double warm_up, bool poisson) {
    size_t most = (size_t)(rate * (warm_up + seconds) * 1.5 + 1000);
    double at = 0;
    r->intended = calloc(most, sizeof *r->intended);
    r->response = calloc(most, sizeof *r->response);
    r->service = calloc(most, sizeof *r->service);
    r->slip = calloc(most, sizeof *r->slip);
    if (r->intended == NULL || r->response == NULL || r->service == NULL || r->slip == NULL) {
        die("no memory for the schedule");
    }
    while (r->count < most) {
        double u = (double)(draw(r) >> 11) / 9007199254740992.0;
        at += poisson ? -log1p(-u) / rate : 1 / rate;
        if (at >= warm_up + seconds) {
            break;
        }
        r->warm += at < warm_up;
        r->intended[r->count++] = (int64_t)(at * 1e9);
    }
}

static struct sockaddr_in address(const char *text) {
    struct sockaddr_in to = {.sin_family = AF_INET};
    char host[64] = "";
    const char *colon = strrchr(text, ':');
    if (colon == NULL || (size_t)(colon - text) >= sizeof host) {
        die("want HOST:PORT");
    }
    memcpy(host, text, (size_t)(colon - text));
    to.sin_port = htons((uint16_t)atoi(colon + 1));
    if (inet_pton(AF_INET, host, &to.sin_addr) != 1) {
        die("the host must be an IPv4 address");
    }
    return to;
}

/* first_answer asks once and learns how long an answer is. */
static size_t first_answer(const struct run *r, int fd) {
    char in[65536 + 1];
    size_t len = 0;
    if (send(fd, r->request, r->request_len, 0) < 0) {
        die("first request");
    }
    for (;;) {
        ssize_t n = recv(fd, in + len, sizeof in - 1 - len, 0);
        if (n <= 0) {
            die("first answer");
        }
        in[len += (size_t)n] = '\0';
        const char *end = strstr(in, "\r\n\r\n"), *length = strcasestr(in, "\r\nContent-Length:");
        if (end != NULL && length != NULL) {
            size_t whole = (size_t)(end - in) + 4 + strtoul(length + 17, NULL, 10);
            if (len >= whole) {
                return whole;
            }
        }
    }
}

static void open_all(struct run *r, const char *to, int conns) {
    const int on = 1;
    struct sockaddr_in at = address(to);
    for (int i = 0; i < conns; i++) {
        int fd = socket(AF_INET, SOCK_STREAM, 0);
        setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
        if (fd < 0 || connect(fd, (struct sockaddr *)&at, sizeof at) != 0) {
            die("connect");
        }
        struct epoll_event e = {.events = EPOLLIN | EPOLLET, .data.u32 = (uint32_t)i};
        if (i == 0) {
            r->answer_len = first_answer(r, fd);
        }
        epoll_ctl(r->loop, EPOLL_CTL_ADD, fd, &e);
        r->conns[i].fd = fd;
        r->idle[r->idle_len++] = i;
    }
}

/* ask sends the next request on a random free connection. */
static void ask(struct run *r, int64_t start) {
    int pick = (int)(draw(r) % (uint64_t)r->idle_len);
    struct conn *c = &r->conns[r->idle[pick]];
    r->idle[pick] = r->idle[--r->idle_len];
    c->warm = r->next < r->warm;
    c->intended = start + r->intended[r->next++];
    c->owed = r->answer_len;
    c->sent = now();
    if (send(c->fd, r->request, r->request_len, MSG_NOSIGNAL | MSG_DONTWAIT) != (ssize_t)r->request_len) {
        r->errors++; /* the connection is lost */
    }
}

static void take(struct run *r, int i) {
    char in[65536];
    struct conn *c = &r->conns[i];
    ssize_t n;
    do {
        n = recv(c->fd, in, sizeof in, MSG_DONTWAIT);
        if (n == 0 || (n < 0 && errno != EAGAIN)) {
            r->errors++;
            close(c->fd);
            return;
        }
        if (n > 0 && (size_t)n > c->owed) {
            die("an answer longer than the first");
        }
        if (n > 0 && (c->owed -= (size_t)n) == 0) {
            int64_t done = now();
            r->done++;
            if (!c->warm) {
                r->response[r->kept] = done - c->intended;
                r->service[r->kept] = done - c->sent;
                r->slip[r->kept++] = c->sent - c->intended;
            }
            r->idle[r->idle_len++] = i;
        }
    } while (n > 0 && c->owed > 0);
}

/* go sends everything and waits for what is owed, up to two seconds. */
static int64_t go(struct run *r) {
    struct epoll_event events[EVENTS];
    int64_t start = now() + 1000000, last = 0;
    while (r->done + r->errors < r->count) {
        int64_t t = now();
        if (r->next < r->count && r->idle_len > 0 && t >= start + r->intended[r->next]) {
            ask(r, start);
            continue;
        }
        if (r->next < r->count && r->idle_len > 0 && start + r->intended[r->next] - t < 2000) {
            continue; /* due before a system call would be over */
        }
        int n = epoll_wait(r->loop, events, EVENTS, 0);
        for (int i = 0; i < n; i++) {
            take(r, (int)events[i].data.u32);
        }
        if (r->next == r->count && (last = last == 0 ? t : last) + 2000000000 < t) {
            break;
        }
    }
    return now() - start;
}

static int ascending(const void *a, const void *b) {
    int64_t x = *(const int64_t *)a, y = *(const int64_t *)b;
    return (x > y) - (x < y);
}

static void print_quantiles(const char *name, int64_t *samples, size_t n, const char *end) {
    static const struct {
        const char *name;
        double q;
    } quantiles[] = {{"p50", .5}, {"p90", .9}, {"p99", .99}, {"p999", .999}, {"max", 1}};
    qsort(samples, n, sizeof *samples, ascending);
    printf("\"%s\":{", name);
    for (size_t i = 0; i < sizeof quantiles / sizeof *quantiles; i++) {
        size_t rank = n == 0 ? 0 : (size_t)ceil(quantiles[i].q * (double)n) - 1;
        printf("%s\"%s\":%lld", i > 0 ? "," : "", quantiles[i].name, n == 0 ? 0LL : (long long)samples[rank]);
    }
    printf("}%s", end);
}

/* print_ladder wants samples in order. */
static void print_ladder(const int64_t *samples, size_t n, size_t steps) {
    printf("\"response_ladder_ns\":[");
    for (size_t i = 1; n > 0 && i <= steps; i++) {
        printf("%s%lld", i > 1 ? "," : "", (long long)samples[(n * i + steps - 1) / steps - 1]);
    }
    printf("],");
}

int main(int argc, char **argv) {
    static struct run r;
    bool poisson = argc < 7 || strcmp(argv[6], "poisson") == 0;
    if (argc < 6 || argc > 10 || (!poisson && strcmp(argv[6], "constant") != 0)) {
        fprintf(stderr, "usage: spin HOST:PORT PATH CONNECTIONS RATE SECONDS [poisson|constant [SEED [WARM-UP [STEPS]]]]\n");
        return 2;
    }
    int conns = atoi(argv[3]);
    double rate = atof(argv[4]), seconds = atof(argv[5]), warm_up = argc > 8 ? atof(argv[8]) : 0;
    if (conns < 1 || conns > MOST_CONNECTIONS || !(rate > 0 && rate <= 1e6) || !(seconds > 0 && warm_up >= 0 && seconds + warm_up <= 600)) {
        fprintf(stderr, "spin: want 1 to %d connections, a rate up to 1e6 and up to 600 seconds with the warm-up\n", MOST_CONNECTIONS);
        return 2;
    }
    r.random = argc > 7 ? strtoull(argv[7], NULL, 10) * 2 + 1 : 1;
    r.request_len = (size_t)snprintf(r.request, sizeof r.request, "GET %s HTTP/1.1\r\nHost: %s\r\n\r\n", argv[2], argv[1]);
    if (r.request_len >= sizeof r.request) {
        die("the path is too long");
    }
    r.loop = epoll_create1(EPOLL_CLOEXEC);
    schedule(&r, rate, seconds, warm_up, poisson);
    open_all(&r, argv[1], conns);
    int64_t length = go(&r);
    printf("{\"offered_rps\":%.1f,\"achieved_rps\":%.1f,\"requests\":%zu,\"errors\":{\"lost\":%zu},", rate,
           (double)r.kept * 1e9 / ((double)length - warm_up * 1e9), r.next - r.warm, r.count - r.done);
    print_quantiles("response_ns", r.response, r.kept, ",");
    if (argc > 9) {
        print_ladder(r.response, r.kept, strtoul(argv[9], NULL, 10));
    }
    print_quantiles("service_ns", r.service, r.kept, ",");
    print_quantiles("slip_ns", r.slip, r.kept, "}\n");
    return r.done == r.count ? 0 : 1;
}
