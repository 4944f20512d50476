// An echo server of the kind that a machine's limit is measured with: one thread, epoll, level-triggered, one receive and one send an event.
//   epoll-echo PORT | PATH    listens on 127.0.0.1 or on a unix socket, says "listening on ...", and ends when its standard input does.
#define _GNU_SOURCE
#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

enum { chunk = 64 * 1024, batch = 256 };

// What a peer has not taken yet; it is not read from meanwhile, so this is all that is ever kept of it.
struct peer { int descriptor; size_t kept, gone; char *rest; };

static int loop, listener, is_tcp;
static struct peer input = { .descriptor = 0 };
static char buffer[chunk];

static void fail(const char *what) { perror(what); exit(1); }

static void want(int operation, struct peer *peer, unsigned events) {
    struct epoll_event event = { .events = events, .data.ptr = peer };
    if (epoll_ctl(loop, operation, peer->descriptor, &event) < 0) fail("epoll_ctl");
}

static void leave(struct peer *peer) { close(peer->descriptor); free(peer->rest); free(peer); }

static void receive(struct peer *peer) {
    ssize_t count = recv(peer->descriptor, buffer, chunk, 0);
    if (count < 0 && errno == EAGAIN) return;
    if (count <= 0) { leave(peer); return; }
    ssize_t sent = send(peer->descriptor, buffer, (size_t)count, MSG_NOSIGNAL);
    if (sent == count) return;
    if (sent < 0 && errno != EAGAIN) { leave(peer); return; }
    if (sent < 0) sent = 0;
    peer->kept = (size_t)(count - sent);
    peer->gone = 0;
    if (!(peer->rest = malloc(peer->kept))) fail("malloc");
    memcpy(peer->rest, buffer + sent, peer->kept);
    want(EPOLL_CTL_MOD, peer, EPOLLOUT);
}

static void send_rest(struct peer *peer) {
    ssize_t sent = send(peer->descriptor, peer->rest + peer->gone, peer->kept - peer->gone, MSG_NOSIGNAL);
    if (sent < 0 && errno == EAGAIN) return;
    if (sent < 0) { leave(peer); return; }
    peer->gone += (size_t)sent;
    if (peer->gone < peer->kept) return;
    free(peer->rest);
    peer->rest = NULL;
    want(EPOLL_CTL_MOD, peer, EPOLLIN);
}

static void accept_all(void) {
    int descriptor, yes = 1;
    while ((descriptor = accept4(listener, NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC)) >= 0) {
        if (is_tcp) setsockopt(descriptor, IPPROTO_TCP, TCP_NODELAY, &yes, sizeof yes);
        struct peer *peer = calloc(1, sizeof *peer);
        if (!peer) fail("calloc");
        peer->descriptor = descriptor;
        want(EPOLL_CTL_ADD, peer, EPOLLIN);
    }
}

static void listen_on(const char *where) {
    struct sockaddr_in tcp = { .sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK), .sin_port = htons((unsigned short)atoi(where)) };
    struct sockaddr_un path = { .sun_family = AF_UNIX };
    is_tcp = where[0] != '/';
    if (!is_tcp) strncpy(path.sun_path, where, sizeof path.sun_path - 1);
    listener = socket(is_tcp ? AF_INET : AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    if (bind(listener, is_tcp ? (struct sockaddr *)&tcp : (struct sockaddr *)&path, is_tcp ? sizeof tcp : sizeof path) < 0) fail("bind");
    if (listen(listener, 1024) < 0) fail("listen");
    socklen_t length = sizeof tcp;
    if (is_tcp) getsockname(listener, (struct sockaddr *)&tcp, &length);
    if (is_tcp) printf("listening on %d\n", ntohs(tcp.sin_port)); else printf("listening on %s\n", where);
    fflush(stdout);
}

int main(int count, char **arguments) {
    if (count != 2) { fprintf(stderr, "expected PORT or PATH\n"); return 2; }
    struct rlimit descriptors;
    getrlimit(RLIMIT_NOFILE, &descriptors);
    descriptors.rlim_cur = descriptors.rlim_max;
    setrlimit(RLIMIT_NOFILE, &descriptors);
    loop = epoll_create1(EPOLL_CLOEXEC);
    listen_on(arguments[1]);
    struct peer door = { .descriptor = listener };
    want(EPOLL_CTL_ADD, &door, EPOLLIN);
    want(EPOLL_CTL_ADD, &input, EPOLLIN);
    struct epoll_event events[batch];
    for (;;) {
        int ready = epoll_wait(loop, events, batch, -1);
        for (int i = 0; i < ready; i++) {
            struct peer *peer = events[i].data.ptr;
            if (peer == &door) accept_all();
            else if (peer == &input) { if (read(0, buffer, chunk) <= 0) return 0; }
            else if (peer->rest) send_rest(peer);
            else receive(peer);
        }
    }
}
