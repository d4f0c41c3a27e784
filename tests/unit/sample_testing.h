#ifndef SAMPLE_TESTING_H
#define SAMPLE_TESTING_H

/* Sockets in known states, and /proc/net/tcp as a second witness.  Include after cmocka.h. */

#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include "finwait/address.h"
#include "finwait/kernel_state.h"
#include "finwait/lab.h"
#include "finwait/side.h"

enum {
    POPULATION_MAX = 512,
    SETTLE_TRIES = 1000, /* of 10 ms each */
};

/* How many connections of each fate; the server's side is the mirror. */
struct population {
    unsigned client_time_wait; /* the client closes first, then the server */
    unsigned server_time_wait; /* the server closes first, then the client */
    unsigned orphans;          /* the client closes, the server holds */
    unsigned half_closed;      /* the client only shuts down, the server holds */
    unsigned established;
};

struct crowd {
    struct address server; /* where the listener is */
    int listener;
    int held[POPULATION_MAX];
    size_t held_count;
};

typedef uint32_t state_counts[TCP_STATE_N];

static inline void crowd_listen(struct crowd *crowd, const struct address *address)
{
    struct sockaddr_storage bound;
    socklen_t length = sizeof bound;
    int on = 1;

    *crowd = (struct crowd){.server = *address};
    crowd->listener = socket(address->sa.sa_family, SOCK_STREAM | SOCK_CLOEXEC, 0);
    assert_true(crowd->listener >= 0);
    setsockopt(crowd->listener, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
    assert_int_equal(bind(crowd->listener, &address->sa, address->length), 0);
    assert_int_equal(listen(crowd->listener, POPULATION_MAX), 0);
    assert_int_equal(getsockname(crowd->listener, (struct sockaddr *)&bound, &length), 0);
    memcpy(&crowd->server.sa, &bound, length); /* the port, when it was 0 */
}

static inline uint16_t crowd_port(const struct crowd *crowd)
{
    return ntohs(crowd->server.sa.sa_family == AF_INET6 ? crowd->server.in6.sin6_port
                                                        : crowd->server.in.sin_port);
}

static inline void crowd_hold(struct crowd *crowd, int fd)
{
    assert_true(crowd->held_count < POPULATION_MAX);
    crowd->held[crowd->held_count++] = fd;
}

static inline void host_enter(const struct lab *lab, enum side side)
{
    struct error error;

    if (lab != NULL && lab_enter(lab, side, &error) != 0) {
        fail_msg("%s", error.what);
    }
}

static inline void host_leave(const struct lab *lab)
{
    struct error error;

    if (lab != NULL && lab_leave(lab, &error) != 0) {
        fail_msg("%s", error.what);
    }
}

/* A connected pair: the client's socket is made in its host. */
static inline void crowd_connect(struct crowd *crowd, const struct lab *lab, int fd[SIDE_N])
{
    host_enter(lab, SIDE_CLIENT);
    fd[SIDE_CLIENT] = socket(crowd->server.sa.sa_family, SOCK_STREAM | SOCK_CLOEXEC, 0);
    assert_true(fd[SIDE_CLIENT] >= 0);
    assert_int_equal(connect(fd[SIDE_CLIENT], &crowd->server.sa, crowd->server.length), 0);
    host_leave(lab);
    fd[SIDE_SERVER] = accept4(crowd->listener, NULL, NULL, SOCK_CLOEXEC);
    assert_true(fd[SIDE_SERVER] >= 0);
}

/* Close `first`'s end, then the other once it has seen the FIN. */
static inline void close_in_order(const int fd[SIDE_N], enum side first)
{
    char byte;

    close(fd[first]);
    assert_int_equal(read(fd[side_peer(first)], &byte, 1), 0);
    close(fd[side_peer(first)]);
}

static inline void crowd_make(struct crowd *crowd, const struct lab *lab,
                              const struct population *population)
{
    int fd[SIDE_N];

    for (unsigned i = 0; i < population->client_time_wait; i++) {
        crowd_connect(crowd, lab, fd);
        close_in_order(fd, SIDE_CLIENT);
    }
    for (unsigned i = 0; i < population->server_time_wait; i++) {
        crowd_connect(crowd, lab, fd);
        close_in_order(fd, SIDE_SERVER);
    }
    for (unsigned i = 0; i < population->orphans; i++) {
        crowd_connect(crowd, lab, fd);
        close(fd[SIDE_CLIENT]);
        crowd_hold(crowd, fd[SIDE_SERVER]);
    }
    for (unsigned i = 0; i < population->half_closed + population->established; i++) {
        crowd_connect(crowd, lab, fd);
        if (i < population->half_closed) {
            assert_int_equal(shutdown(fd[SIDE_CLIENT], SHUT_WR), 0);
        }
        crowd_hold(crowd, fd[SIDE_CLIENT]);
        crowd_hold(crowd, fd[SIDE_SERVER]);
    }
}

static inline void crowd_disperse(struct crowd *crowd)
{
    while (crowd->held_count > 0) {
        close(crowd->held[--crowd->held_count]);
    }
    close(crowd->listener);
}

/* What a population adds to the counts of each side. */
static inline void population_expect(const struct population *population,
                                     state_counts counts[SIDE_N])
{
    uint32_t *client = counts[SIDE_CLIENT];
    uint32_t *server = counts[SIDE_SERVER];

    client[TCP_STATE_TIME_WAIT] += population->client_time_wait;
    server[TCP_STATE_TIME_WAIT] += population->server_time_wait;
    client[TCP_STATE_FIN_WAIT2] += population->orphans + population->half_closed;
    server[TCP_STATE_CLOSE_WAIT] += population->orphans + population->half_closed;
    client[TCP_STATE_ESTABLISHED] += population->established;
    server[TCP_STATE_ESTABLISHED] += population->established;
    server[TCP_STATE_LISTEN] += 1;
}

/* The calling thread's namespace as /proc/net/tcp (or tcp6) shows it. */
static inline void proc_count(bool ipv6, state_counts counts)
{
    char line[512];
    FILE *file = fopen(ipv6 ? "/proc/thread-self/net/tcp6" : "/proc/thread-self/net/tcp", "re");

    assert_non_null(file);
    memset(counts, 0, sizeof(state_counts));
    while (fgets(line, sizeof line, file) != NULL) {
        unsigned state;
        if (sscanf(line, "%*d: %*s %*s %x", &state) == 1) {
            assert_in_range(state, 1, TCP_STATE_N - 1);
            counts[state]++;
        }
    }
    fclose(file);
}

/* Wait until /proc/net/tcp shows just these, a bounded time. */
static inline void proc_settle(bool ipv6, const state_counts expected)
{
    state_counts seen = {0};
    const struct timespec nap = {.tv_nsec = 10 * 1000 * 1000};

    for (int i = 0; i < SETTLE_TRIES; i++) {
        proc_count(ipv6, seen);
        if (memcmp(seen, expected, sizeof seen) == 0) {
            return;
        }
        nanosleep(&nap, NULL);
    }
    for (unsigned state = 1; state < TCP_STATE_N; state++) {
        if (seen[state] != expected[state]) {
            print_error("/proc/net/tcp: %u %s, not %u\n", seen[state],
                        tcp_state_name((enum tcp_state)state), expected[state]);
        }
    }
    fail_msg("the sockets did not settle");
}

static inline void check_counts(const char *who, const uint32_t *seen, const uint32_t *expected)
{
    for (unsigned state = 1; state < TCP_STATE_N; state++) {
        if (seen[state] != expected[state]) {
            fail_msg("%s: %u %s, not %u", who, seen[state], tcp_state_name((enum tcp_state)state),
                     expected[state]);
        }
    }
}

/* An address of the loopback interface, any port. */
static inline struct address loopback(bool ipv6)
{
    struct address address = {.length = 0};

    if (ipv6) {
        address.in6 = (struct sockaddr_in6){.sin6_family = AF_INET6};
        address.in6.sin6_addr = in6addr_loopback;
        address.length = sizeof address.in6;
    } else {
        address.in = (struct sockaddr_in){.sin_family = AF_INET};
        address.in.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
        address.length = sizeof address.in;
    }
    return address;
}

#endif
