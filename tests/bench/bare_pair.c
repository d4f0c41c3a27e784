/*
 * The bench's yardstick: a client and a server of one process and one epoll each, with nothing but
 * the system calls of one close order, in the same lab as finwait's.  Prints connections a second.
 *
 *   bare_pair ORDER CONNECTIONS CONCURRENCY ADDRESSES      ORDER: server-first | client-first
 */
#include <errno.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "finwait/clock.h"
#include "finwait/lab.h"

enum {
    PORT = 8080,
    REQUEST = 64,
    RESPONSE = 128,
    BACKLOG = 4096,
    EVENTS = 256,
    FD_MAX = 65536,
};

struct bench {
    bool server_first;
    unsigned connections;
    unsigned concurrency;
    struct address_pool sources;
    struct address server;
};

static char request[REQUEST];
static char response[RESPONSE];
static char scratch[4096];

static _Noreturn void die(const char *what)
{
    perror(what);
    exit(EXIT_FAILURE);
}

static void watch(int epoll, int fd, unsigned events)
{
    struct epoll_event event = {.events = events, .data.fd = fd};

    if (epoll_ctl(epoll, EPOLL_CTL_ADD, fd, &event) != 0) {
        die("epoll_ctl");
    }
}

/* ---- server ---- */

/* Whether the connection waits for more. */
static bool serve_one(const struct bench *bench, int fd)
{
    ssize_t n = recv(fd, scratch, sizeof scratch, 0);

    if (n > 0) {
        if (send(fd, response, RESPONSE, MSG_NOSIGNAL) != RESPONSE) {
            die("server send");
        }
        if (!bench->server_first) {
            n = recv(fd, scratch, sizeof scratch, 0);
        }
    }
    if (n < 0 && errno == EAGAIN) {
        return true;
    }
    close(fd);
    return false;
}

static void accept_all(const struct bench *bench, int epoll, int listener)
{
    int fd;

    while ((fd = accept4(listener, NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC)) >= 0) {
        if (serve_one(bench, fd)) {
            watch(epoll, fd, EPOLLIN | EPOLLET);
        }
    }
}

static int listen_on(const struct bench *bench)
{
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);

    if (fd < 0 || bind(fd, &bench->server.sa, bench->server.length) != 0 ||
        listen(fd, BACKLOG) != 0) {
        die("listen");
    }
    return fd;
}

static _Noreturn void serve(const struct bench *bench, int listener)
{
    struct epoll_event events[EVENTS];
    int epoll = epoll_create1(EPOLL_CLOEXEC);

    watch(epoll, listener, EPOLLIN);
    for (;;) {
        int count = epoll_wait(epoll, events, EVENTS, -1);

        for (int i = 0; i < count; i++) {
            if (events[i].data.fd == listener) {
                accept_all(bench, epoll, listener);
            } else {
                serve_one(bench, events[i].data.fd);
            }
        }
    }
}

/* ---- client ---- */

enum stage {
    CONNECTING,
    ASKED,
    ANSWERED,
};
static unsigned char stages[FD_MAX];

static void begin(const struct bench *bench, int epoll, unsigned number)
{
    const int on = 1;
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);

    if (fd < 0) {
        die("socket");
    }
    if (bench->sources.count > 1) {
        struct address from;

        address_pool_get(&bench->sources, number, &from);
        setsockopt(fd, IPPROTO_IP, IP_BIND_ADDRESS_NO_PORT, &on, sizeof on);
        if (bind(fd, &from.sa, from.length) != 0) {
            die("bind");
        }
    }
    if (connect(fd, &bench->server.sa, bench->server.length) != 0 && errno != EINPROGRESS) {
        die("connect");
    }
    stages[fd] = CONNECTING;
    watch(epoll, fd, EPOLLIN | EPOLLOUT | EPOLLET);
}

/* Whether the connection has ended. */
static bool go_on(const struct bench *bench, int fd, unsigned events)
{
    if (stages[fd] == CONNECTING && (events & EPOLLOUT)) {
        if (send(fd, request, REQUEST, MSG_NOSIGNAL) != REQUEST) {
            die("client send");
        }
        stages[fd] = ASKED;
    }
    while (events & EPOLLIN) {
        ssize_t n = recv(fd, scratch, sizeof scratch, 0);

        if (n < 0 && errno == EAGAIN) {
            return false;
        }
        if (n < 0) {
            die("client recv");
        }
        if (n > 0) {
            stages[fd] = ANSWERED;
        }
        if (n == 0 || !bench->server_first) {
            close(fd);
            return true;
        }
    }
    return false;
}

static double ask(const struct bench *bench)
{
    struct epoll_event events[EVENTS];
    int epoll = epoll_create1(EPOLL_CLOEXEC);
    int64_t start = clock_now();
    unsigned begun = 0;
    unsigned ended = 0;

    while (ended < bench->connections) {
        while (begun < bench->connections && begun - ended < bench->concurrency) {
            begin(bench, epoll, begun++);
        }
        int count = epoll_wait(epoll, events, EVENTS, -1);
        for (int i = 0; i < count; i++) {
            ended += go_on(bench, events[i].data.fd, events[i].events);
        }
    }
    return bench->connections / ((double)(clock_now() - start) / (double)NS_PER_S);
}

/* ---- both ---- */

static void enter(const struct lab *lab, enum side side)
{
    struct error error;

    if (lab_enter(lab, side, &error) != 0) {
        error_print(&error, stderr);
        exit(EXIT_FAILURE);
    }
}

static pid_t start_server(const struct bench *bench, const struct lab *lab)
{
    int listener;
    pid_t pid;

    enter(lab, SIDE_SERVER);
    listener = listen_on(bench);
    pid = fork();
    if (pid == 0) {
        prctl(PR_SET_PDEATHSIG, SIGKILL);
        serve(bench, listener);
    }
    close(listener);
    return pid;
}

int main(int argc, char **argv)
{
    struct lab_config config = {.private = true, .addresses = {1, 1}};
    struct bench bench = {0};
    struct error error;
    struct lab *lab;
    pid_t server;

    if (argc != 5) {
        fprintf(stderr, "usage: bare_pair ORDER CONNECTIONS CONCURRENCY ADDRESSES\n");
        return 2;
    }
    bench.server_first = strcmp(argv[1], "server-first") == 0;
    bench.connections = (unsigned)strtoul(argv[2], NULL, 10);
    bench.concurrency = (unsigned)strtoul(argv[3], NULL, 10);
    config.addresses[SIDE_CLIENT] = (uint32_t)strtoul(argv[4], NULL, 10);
    config.sockets = bench.connections;
    if (lab_prepare(&error) != 0 || (lab = lab_new(&config, &error)) == NULL) {
        error_print(&error, stderr);
        return 3;
    }
    bench.server = lab_pool(lab, SIDE_SERVER)->first;
    address_set_port(&bench.server, PORT);
    bench.sources = *lab_pool(lab, SIDE_CLIENT);
    server = start_server(&bench, lab);
    enter(lab, SIDE_CLIENT);
    printf("%.0f\n", ask(&bench));
    kill(server, SIGKILL);
    waitpid(server, NULL, 0);
    lab_free(lab);
    return 0;
}
