#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "net.h"

bool address_read(const char *text, struct sockaddr_storage *address, socklen_t *len) {
    char host[64];
    const char *colon = strrchr(text, ':');
    char *end;
    long port = colon == NULL ? -1 : strtol(colon + 1, &end, 10);
    if (port < 0 || port > 65535 || end == colon + 1 || *end != '\0' || (size_t)(colon - text) >= sizeof host) {
        return false;
    }
    memcpy(host, text, (size_t)(colon - text));
    host[colon - text] = '\0';
    memset(address, 0, sizeof *address);
    size_t n = strlen(host);
    if (n >= 2 && host[0] == '[' && host[n - 1] == ']') {
        struct sockaddr_in6 *six = (struct sockaddr_in6 *)address;
        host[n - 1] = '\0';
        six->sin6_family = AF_INET6;
        six->sin6_port = htons((uint16_t)port);
        *len = sizeof *six;
        return inet_pton(AF_INET6, host + 1, &six->sin6_addr) == 1;
    }
    struct sockaddr_in *four = (struct sockaddr_in *)address;
    four->sin_family = AF_INET;
    four->sin_port = htons((uint16_t)port);
    *len = sizeof *four;
    const char *name = n == 0 ? "0.0.0.0" : strcmp(host, "localhost") == 0 ? "127.0.0.1" : host;
    return inet_pton(AF_INET, name, &four->sin_addr) == 1;
}

static bool prepare(int fd, const struct sockaddr_storage *address, socklen_t len, int backlog, int64_t write_timeout) {
    const int on = 1;
    return setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on) == 0 &&
           setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on) == 0 &&
           set_timeout(fd, SO_SNDTIMEO, write_timeout) && bind(fd, (const struct sockaddr *)address, len) == 0 &&
           listen(fd, backlog > 0 ? backlog : 65535) == 0;
}

int listen_on(const char *text, int backlog, int64_t write_timeout) {
    struct sockaddr_storage address;
    socklen_t len;
    if (!address_read(text, &address, &len)) {
        fprintf(stderr, "thread-c: ASSAY_LISTEN=%s: want host:port, the host an IP address or localhost\n", text);
        return -1;
    }
    int fd = socket(address.ss_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    if (fd < 0 || !prepare(fd, &address, len, backlog, write_timeout)) {
        fprintf(stderr, "thread-c: listen on %s: %s%s\n", text, strerror(errno),
                errno == EADDRINUSE ? ": choose another port, or 0 for any free one" : "");
        if (fd >= 0) {
            close(fd);
        }
        return -1;
    }
    return fd;
}

int dial(const struct sockaddr_storage *address, socklen_t len, int64_t within) {
    const int on = 1;
    int fd = socket(address->ss_family, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (fd < 0) {
        return NET_BROKEN;
    }
    /* On Linux the send time-out bounds connect as well. */
    if (set_timeout(fd, SO_SNDTIMEO, within) && setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on) == 0 &&
        connect(fd, (const struct sockaddr *)address, len) == 0) {
        return fd;
    }
    int error = errno;
    close(fd);
    errno = error;
    return error == EINPROGRESS ? NET_LATE : NET_BROKEN;
}

bool print_listening(int fd) {
    struct sockaddr_storage address;
    socklen_t len = sizeof address;
    char host[INET6_ADDRSTRLEN];
    if (getsockname(fd, (struct sockaddr *)&address, &len) != 0) {
        return false;
    }
    if (address.ss_family == AF_INET6) {
        const struct sockaddr_in6 *six = (const struct sockaddr_in6 *)&address;
        printf("listening [%s]:%d\n", inet_ntop(AF_INET6, &six->sin6_addr, host, sizeof host), ntohs(six->sin6_port));
    } else {
        const struct sockaddr_in *four = (const struct sockaddr_in *)&address;
        printf("listening %s:%d\n", inet_ntop(AF_INET, &four->sin_addr, host, sizeof host), ntohs(four->sin_port));
    }
    return fflush(stdout) == 0;
}
