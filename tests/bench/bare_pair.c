/*
 * The bench's yardstick: clients and servers that are one epoll a process and nothing but the
 * system calls of one close order, in the same lab as finwait's.  Prints connections a second, and
 * the CPU of the clients' and of the servers' processes in us a connection.
 *
 *   bare_pair ORDER CONNECTIONS CONCURRENCY ADDRESSES [ROUNDS [WORKERS [RATE]]]
 *
 * ORDER: server-first | client-first | client-rst; ROUNDS: requests a connection.  With a RATE a
 * worker connections are begun when they are due, however many are open, and each client prints how
 * late 99 % of its own were begun at the most, in ns.
 */
#include <errno.h>
#include <limits.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "bare_arrivals.h"
#include "finwait/clock.h"
#include "finwait/lab.h"

enum {
    PORT = 8080,
    REQUEST = 64,
    RESPONSE = 128,
    BACKLOG = 4096,
    EVENTS = 256,
    WORKERS_MAX = 64,
    FD_MAX = 65536,
};

enum order {
    SERVER_FIRST,
    CLIENT_FIRST,
    CLIENT_RST,
    ORDER_N,
};
static const char *const order_name[ORDER_N] = {"server-first", "client-first", "client-rst"};

struct bench {
    enum order order;
    unsigned connections;
    unsigned concurrency;
    unsigned rounds;
    unsigned workers; /* processes a side */
    double rate;      /* connections/s of a worker's open loop; 0: a closed one */
    struct address_pool sources;
    struct address server;
};

#define CLOSED UINT_MAX

/* Answers that the connection of a descriptor still owes, or waits for; CLOSED. */
static unsigned left[FD_MAX];
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

/* Behind an answer nothing is read in vain: what comes next, epoll tells. */
static void serve_one(const struct bench *bench, int fd)
{
    ssize_t n = recv(fd, scratch, sizeof scratch, 0);

    if (n < 0 && errno == EAGAIN) {
        return;
    }
    if (n > 0) {
        if (send(fd, response, RESPONSE, MSG_NOSIGNAL) != RESPONSE) {
            die("server send");
        }
        left[fd]--;
    }
    if (n <= 0 || (left[fd] == 0 && bench->order == SERVER_FIRST)) {
        close(fd);
        left[fd] = CLOSED;
    }
}

static void accept_all(const struct bench *bench, int epoll, int listener)
{
    int fd;

    while ((fd = accept4(listener, NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC)) >= 0) {
        left[fd] = bench->rounds;
        serve_one(bench, fd);
        if (left[fd] != CLOSED) {
            watch(epoll, fd, EPOLLIN | EPOLLET);
        }
    }
}

static int listen_on(const struct bench *bench)
{
    const int on = 1;
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);

    if (fd < 0 || setsockopt(fd, SOL_SOCKET, SO_REUSEPORT, &on, sizeof on) != 0 ||
        bind(fd, &bench->server.sa, bench->server.length) != 0 || listen(fd, BACKLOG) != 0) {
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

static bool asked[FD_MAX]; /* the connection is established, and its first request sent */

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
    asked[fd] = false;
    left[fd] = bench->rounds;
    watch(epoll, fd, EPOLLIN | EPOLLOUT | EPOLLET);
}

static void send_request(int fd)
{
    if (send(fd, request, REQUEST, MSG_NOSIGNAL) != REQUEST) {
        die("client send");
    }
}

static void end(const struct bench *bench, int fd)
{
    const struct linger reset = {.l_onoff = 1};

    if (bench->order == CLIENT_RST) {
        setsockopt(fd, SOL_SOCKET, SO_LINGER, &reset, sizeof reset);
    }
    close(fd);
}

/* Whether the connection has ended. */
static bool go_on(const struct bench *bench, int fd, unsigned events)
{
    if (!asked[fd] && (events & EPOLLOUT)) {
        send_request(fd);
        asked[fd] = true;
    }
    while (events & EPOLLIN) {
        ssize_t n = recv(fd, scratch, sizeof scratch, 0);

        if (n < 0 && errno == EAGAIN) {
            return false;
        }
        if (n < 0) {
            die("client recv");
        }
        if (n == 0 || (--left[fd] == 0 && bench->order != SERVER_FIRST)) {
            end(bench, fd);
            return true;
        }
        if (left[fd] > 0) {
            send_request(fd);
            return false;
        }
    }
    return false;
}

/* One worker's share of the connections, each when it is due. */
static void ask_open(const struct bench *bench)
{
    unsigned connections = bench->connections / bench->workers;
    struct epoll_event events[EVENTS];
    struct bare_arrivals arrivals;
    int epoll = epoll_create1(EPOLL_CLOEXEC);
    unsigned begun = 0;
    unsigned ended = 0;

    if (bare_arrivals_begin(&arrivals, bench->rate, connections) != 0) {
        die("timerfd_create");
    }
    watch(epoll, arrivals.timer, EPOLLIN | EPOLLET);
    while (ended < connections) {
        while (begun < connections && bare_arrivals_due(&arrivals, begun)) {
            begin(bench, epoll, begun++);
        }
        int count = epoll_wait(epoll, events, EVENTS, -1);
        for (int i = 0; i < count; i++) {
            if (events[i].data.fd != arrivals.timer) {
                ended += go_on(bench, events[i].data.fd, events[i].events);
            }
        }
    }
    printf("%lld ", (long long)bare_arrivals_p99(&arrivals, connections));
    fflush(stdout);
}

/* One worker's share of the connections, so many at a time. */
static void ask(const struct bench *bench)
{
    unsigned connections = bench->connections / bench->workers;
    unsigned concurrency = bench->concurrency / bench->workers;
    struct epoll_event events[EVENTS];
    int epoll = epoll_create1(EPOLL_CLOEXEC);
    unsigned begun = 0;
    unsigned ended = 0;

    while (ended < connections) {
        while (begun < connections && begun - ended < concurrency) {
            begin(bench, epoll, begun++);
        }
        int count = epoll_wait(epoll, events, EVENTS, -1);
        for (int i = 0; i < count; i++) {
            ended += go_on(bench, events[i].data.fd, events[i].events);
        }
    }
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

/* A listener a worker: SO_REUSEPORT shares the connections out. */
static void start_servers(const struct bench *bench, pid_t *server)
{
    int listener[WORKERS_MAX];

    for (unsigned i = 0; i < bench->workers; i++) {
        listener[i] = listen_on(bench);
    }
    for (unsigned i = 0; i < bench->workers; i++) {
        server[i] = fork();
        if (server[i] == 0) {
            prctl(PR_SET_PDEATHSIG, SIGKILL);
            serve(bench, listener[i]);
        }
    }
    for (unsigned i = 0; i < bench->workers; i++) {
        close(listener[i]);
    }
}

static void start_clients(const struct bench *bench, pid_t *client)
{
    for (unsigned i = 0; i < bench->workers; i++) {
        client[i] = fork();
        if (client[i] == 0) {
            prctl(PR_SET_PDEATHSIG, SIGKILL);
            (bench->rate > 0 ? ask_open : ask)(bench);
            _exit(EXIT_SUCCESS);
        }
    }
}

static double seconds(struct timeval time)
{
    return (double)time.tv_sec + (double)time.tv_usec / 1e6;
}

/* Wait for processes to end; their CPU in s. */
static double reap(const struct bench *bench, const pid_t *process)
{
    double cpu = 0;

    for (unsigned i = 0; i < bench->workers; i++) {
        struct rusage usage = {0};
        int status;
        if (wait4(process[i], &status, 0, &usage) < 0 || WEXITSTATUS(status) != EXIT_SUCCESS) {
            exit(EXIT_FAILURE);
        }
        cpu += seconds(usage.ru_utime) + seconds(usage.ru_stime);
    }
    return cpu;
}

static void measure(const struct bench *bench, const struct lab *lab)
{
    pid_t server[WORKERS_MAX];
    pid_t client[WORKERS_MAX];

    enter(lab, SIDE_SERVER);
    start_servers(bench, server);
    enter(lab, SIDE_CLIENT);
    int64_t start = clock_now();
    start_clients(bench, client);
    double client_cpu = reap(bench, client);
    double took = (double)(clock_now() - start) / (double)NS_PER_S;
    for (unsigned i = 0; i < bench->workers; i++) {
        kill(server[i], SIGKILL);
    }
    double server_cpu = reap(bench, server);
    printf("%.0f %.2f %.2f\n", bench->connections / took, client_cpu * 1e6 / bench->connections,
           server_cpu * 1e6 / bench->connections);
}

static unsigned number(const char *text)
{
    return (unsigned)strtoul(text, NULL, 10);
}

static int read_arguments(struct bench *bench, int argc, char **argv)
{
    if (argc < 5 || argc > 8) {
        return -1;
    }
    bench->connections = number(argv[2]);
    bench->concurrency = number(argv[3]);
    bench->rounds = argc > 5 ? number(argv[5]) : 1;
    bench->workers = argc > 6 ? number(argv[6]) : 1;
    bench->rate = argc > 7 ? strtod(argv[7], NULL) : 0;
    for (bench->order = 0; bench->order < ORDER_N; bench->order++) {
        if (strcmp(argv[1], order_name[bench->order]) == 0) {
            break;
        }
    }
    return bench->order < ORDER_N && bench->workers > 0 && bench->workers <= WORKERS_MAX ? 0 : -1;
}

int main(int argc, char **argv)
{
    struct lab_config config = {.private = true, .addresses = {1, 1}};
    struct bench bench = {0};
    struct error error;
    struct lab *lab;

    if (read_arguments(&bench, argc, argv) != 0) {
        fprintf(stderr, "usage: bare_pair ORDER CONNECTIONS CONCURRENCY ADDRESSES"
                        " [ROUNDS [WORKERS [RATE]]]\n");
        return 2;
    }
    config.addresses[SIDE_CLIENT] = number(argv[4]);
    config.sockets = bench.connections;
    if (lab_prepare(&error) != 0 || (lab = lab_new(&config, &error)) == NULL) {
        error_print(&error, stderr);
        return 3;
    }
    bench.server = lab_pool(lab, SIDE_SERVER)->first;
    address_set_port(&bench.server, PORT);
    bench.sources = *lab_pool(lab, SIDE_CLIENT);
    measure(&bench, lab);
    lab_free(lab);
    return 0;
}
