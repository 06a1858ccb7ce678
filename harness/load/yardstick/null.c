/* null: the least HTTP server there can be, on one epoll thread, for measuring load
 * generators: what binds must be the generator. Every read gets one fixed answer of 13
 * bytes; it parses nothing and expects one request at a time on a connection. */
#include <arpa/inet.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdio.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

static const char answer[] = "HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nContent-Length: 13\r\n\r\nabcdefghijklm";

enum { EVENTS = 512, STDIN = -1, LISTENER = -2 };

static void add(int loop, int fd, int key) {
    struct epoll_event e = {.events = EPOLLIN, .data.fd = key};
    if (epoll_ctl(loop, EPOLL_CTL_ADD, fd, &e) != 0 && key != STDIN) { /* stdin may be a file */
        close(fd);
    }
}

static void serve(int fd) {
    char in[4096];
    if (recv(fd, in, sizeof in, MSG_DONTWAIT) <= 0 ||
        send(fd, answer, sizeof answer - 1, MSG_NOSIGNAL | MSG_DONTWAIT) < 0) {
        close(fd);
    }
}

static int open_listener(struct sockaddr_in *at) {
    const int on = 1;
    socklen_t len = sizeof *at;
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    if (bind(fd, (struct sockaddr *)at, sizeof *at) != 0 || listen(fd, 65535) != 0 ||
        getsockname(fd, (struct sockaddr *)at, &len) != 0) {
        perror("null: listen");
        _exit(1);
    }
    return fd;
}

int main(void) {
    struct sockaddr_in at = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    struct epoll_event events[EVENTS];
    char waste[64];
    int listener = open_listener(&at), loop = epoll_create1(EPOLL_CLOEXEC);
    add(loop, listener, LISTENER);
    add(loop, STDIN_FILENO, STDIN);
    printf("listening 127.0.0.1:%d\n", ntohs(at.sin_port));
    fflush(stdout);
    for (;;) {
        int n = epoll_wait(loop, events, EVENTS, -1);
        for (int i = 0; i < n; i++) {
            int fd = events[i].data.fd;
            if (fd == STDIN && read(STDIN_FILENO, waste, sizeof waste) <= 0) {
                return 0; /* whoever started this is gone */
            } else if (fd == LISTENER) {
                int client = accept(listener, NULL, NULL);
                if (client >= 0) {
                    add(loop, client, client);
                }
            } else if (fd >= 0) {
                serve(fd);
            }
        }
    }
}
