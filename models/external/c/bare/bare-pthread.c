/* bare-pthread: the barest echo server with a pthread per connection, the floor under
 * thread-c. It takes any bytes for a request, gives each read one fixed answer of 13
 * bytes, and has none of a server's duties: no parser, no deadlines, no pipelining. */
#include <arpa/inet.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <pthread.h>
#include <stdint.h>
#include <stdio.h>
#include <sys/socket.h>
#include <unistd.h>

static const char answer[] = "HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nContent-Length: 13\r\n\r\nabcdefghijklm";

static void *serve(void *descriptor) {
    int fd = (int)(intptr_t)descriptor;
    char in[4096];
    while (recv(fd, in, sizeof in, 0) > 0 && send(fd, answer, sizeof answer - 1, MSG_NOSIGNAL) > 0) {
    }
    close(fd);
    return NULL;
}

/* until_orphaned ends the process with its parent: the end of stdin. */
static void *until_orphaned(void *unused) {
    char waste[64];
    while (read(STDIN_FILENO, waste, sizeof waste) > 0) {
    }
    _exit(0);
    return unused;
}

int main(void) {
    const int on = 1;
    struct sockaddr_in at = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    socklen_t len = sizeof at;
    pthread_attr_t attributes;
    pthread_t id;
    int listener = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    setsockopt(listener, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    if (bind(listener, (struct sockaddr *)&at, sizeof at) != 0 || listen(listener, 65535) != 0 ||
        getsockname(listener, (struct sockaddr *)&at, &len) != 0) {
        perror("bare-pthread: listen");
        return 1;
    }
    pthread_attr_init(&attributes);
    pthread_attr_setstacksize(&attributes, 64 << 10);
    pthread_attr_setdetachstate(&attributes, PTHREAD_CREATE_DETACHED);
    pthread_create(&id, &attributes, until_orphaned, NULL);
    printf("listening 127.0.0.1:%d\n", ntohs(at.sin_port));
    fflush(stdout);
    for (;;) {
        int fd = accept(listener, NULL, NULL);
        if (fd < 0) {
            poll(NULL, 0, 10); /* out of descriptors, most likely */
        } else if (pthread_create(&id, &attributes, serve, (void *)(intptr_t)fd) != 0) {
            close(fd);
        }
    }
}
