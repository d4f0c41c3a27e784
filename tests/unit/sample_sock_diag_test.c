#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <net/if.h>
#include <sched.h>
#include <sys/ioctl.h>

#include "finwait/clock.h"
#include "sample_testing.h"
#include "sock_diag.h"

/*
 * All in one namespace of this process's own: a crowd with both sides in one table, and a second
 * listener whose connections wait in SYN_RECV (TCP_DEFER_ACCEPT).
 */
#define ALL_BUT_TWAIT (SOCK_DIAG_STATES & ~(1U << TCP_STATE_TIME_WAIT))

enum { DEFERRED = 3 };

static const struct population population = {
    .client_time_wait = 200,
    .server_time_wait = 30,
    .orphans = 50,
    .half_closed = 7,
    .established = 11,
};

static struct crowd crowd;
static struct crowd foreign;
static state_counts both[SIDE_N]; /* the crowd's, by side */
static state_counts all;          /* everything in the namespace */
static int64_t began;             /* when the world was made */

static void raise_loopback(void)
{
    struct ifreq request = {.ifr_name = "lo", .ifr_flags = IFF_UP | IFF_RUNNING};
    int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);

    assert_int_equal(ioctl(fd, SIOCSIFFLAGS, &request), 0);
    close(fd);
}

static void make_foreign(void)
{
    struct address address = loopback(false);
    int seconds = 30;

    crowd_listen(&foreign, &address);
    assert_int_equal(
        setsockopt(foreign.listener, IPPROTO_TCP, TCP_DEFER_ACCEPT, &seconds, sizeof seconds), 0);
    for (int i = 0; i < DEFERRED; i++) {
        int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
        assert_int_equal(connect(fd, &foreign.server.sa, foreign.server.length), 0);
        crowd_hold(&foreign, fd);
    }
}

static int make_world(void **state)
{
    struct error error;
    struct address address = loopback(false);

    (void)state;
    began = clock_now();
    raise_loopback();
    sysctl_write("net.ipv4.tcp_tw_reuse", "0", &error); /* no pile may shrink meanwhile */
    crowd_listen(&crowd, &address);
    crowd_make(&crowd, NULL, &population);
    make_foreign();
    population_expect(&population, both);
    for (unsigned i = 0; i < TCP_STATE_N; i++) {
        all[i] = both[SIDE_CLIENT][i] + both[SIDE_SERVER][i];
    }
    all[TCP_STATE_LISTEN]++;
    all[TCP_STATE_SYN_RECV] += DEFERRED;
    all[TCP_STATE_ESTABLISHED] += DEFERRED;
    proc_settle(false, all);
    return 0;
}

static int end_world(void **state)
{
    (void)state;
    crowd_disperse(&foreign);
    crowd_disperse(&crowd);
    return 0;
}

static void count_of(const struct sampler_host *host, uint32_t mask,
                     struct sock_census census[ENDS_N])
{
    struct sock_diag diag;
    struct error error = {.what = ""};

    memset(census, 0, ENDS_N * sizeof *census); /* fail_msg is not known to end the test */
    if (sock_diag_init(&diag, host, &error) != 0) {
        fail_msg("%s", error.what);
    }
    /* An orphan may be on its way from a socket to a mini-socket: both count, one is at rest. */
    for (int i = 0; i < SETTLE_TRIES; i++) {
        if (sock_diag_count(&diag, mask, census, &error) != 0) {
            fail_msg("%s", error.what);
        }
        if (census[SIDE_SERVER].fin_wait2_minis == census[SIDE_SERVER].fin_wait2_orphans) {
            break;
        }
        usleep(10000);
    }
    assert_int_equal(diag.retries, 0);
    sock_diag_fini(&diag);
}

/* With port 0 all are the server's. */
static void count(uint16_t port, uint32_t mask, struct sock_census census[ENDS_N])
{
    const struct sampler_host host = {
        .netns = -1, .port_count = port != 0, .port = {port}, .side = SIDE_SERVER};

    count_of(&host, mask, census);
}

static void test_every_state(void **state)
{
    static const state_counts none;
    struct sock_census census[ENDS_N];

    (void)state;
    count(0, SOCK_DIAG_ALL, census);
    check_counts("all", census[SIDE_SERVER].state, all);
    check_counts("the other side", census[SIDE_CLIENT].state, none);
    assert_int_equal(census[SIDE_SERVER].fin_wait2_orphans, population.orphans);
    assert_int_equal(census[SIDE_SERVER].fin_wait2_minis, population.orphans);
}

static void test_the_mask_leaves_out_time_wait_but_no_other_mini_socket(void **state)
{
    struct sock_census census[ENDS_N];
    state_counts expected;

    (void)state;
    memcpy(expected, all, sizeof expected);
    expected[TCP_STATE_TIME_WAIT] = 0;
    count(0, ALL_BUT_TWAIT, census);
    check_counts("all but time_wait", census[SIDE_SERVER].state, expected);
    assert_int_equal(census[SIDE_SERVER].fin_wait2_minis, population.orphans);
}

static void test_sides_by_port(void **state)
{
    struct sock_census census[ENDS_N];

    (void)state;
    count(crowd_port(&crowd), SOCK_DIAG_ALL, census);
    check_counts("client", census[SIDE_CLIENT].state, both[SIDE_CLIENT]);
    check_counts("server", census[SIDE_SERVER].state, both[SIDE_SERVER]);
    assert_int_equal(census[SIDE_CLIENT].fin_wait2_orphans, population.orphans);
    assert_int_equal(census[SIDE_SERVER].fin_wait2_orphans, 0);
}

static void test_a_port_nobody_uses(void **state)
{
    static const state_counts none;
    struct sock_census census[ENDS_N];

    (void)state;
    count(1, SOCK_DIAG_ALL, census);
    check_counts("client", census[SIDE_CLIENT].state, none);
    check_counts("server", census[SIDE_SERVER].state, none);
}

static bool has_ipv6(void)
{
    struct address address = loopback(true);
    int probe = socket(AF_INET6, SOCK_STREAM | SOCK_CLOEXEC, 0);
    bool has = probe >= 0 && bind(probe, &address.sa, address.length) == 0;

    close(probe);
    return has;
}

/* A dump has both families: those of an IPv6 service, and all others beside them. */
/* Two services of one port: the address tells whose a connection is. */
static void test_sides_by_address(void **state)
{
    static const struct population few = {.established = 4};
    static const struct population others = {.established = 3};
    struct sampler_host host = {.netns = -1, .port_count = 1, .at = loopback(false)};
    struct sock_census census[ENDS_N];
    struct crowd one;
    struct crowd other;

    (void)state;
    crowd_listen(&one, &host.at);
    host.port[0] = crowd_port(&one);
    struct address address = one.server;
    address.in.sin_addr.s_addr = htonl(INADDR_LOOPBACK + 1);
    crowd_listen(&other, &address);
    crowd_make(&one, NULL, &few);
    crowd_make(&other, NULL, &others);
    count_of(&host, SOCK_DIAG_ALL, census);
    assert_int_equal(census[SIDE_CLIENT].state[TCP_STATE_ESTABLISHED], few.established);
    assert_int_equal(census[SIDE_SERVER].state[TCP_STATE_ESTABLISHED], few.established);
    assert_int_equal(census[SIDE_SERVER].state[TCP_STATE_LISTEN], 1);
    host.at.in.sin_addr.s_addr = htonl(INADDR_ANY); /* a way to write this host */
    count_of(&host, SOCK_DIAG_ALL, census);
    assert_int_equal(census[SIDE_SERVER].state[TCP_STATE_ESTABLISHED],
                     few.established + others.established);
    crowd_disperse(&one);
    crowd_disperse(&other);
}

static void test_both_families(void **state)
{
    static const struct population few = {.client_time_wait = 3, .orphans = 2, .established = 4};
    struct sock_census census[ENDS_N];
    struct address address = loopback(true);
    state_counts expected[SIDE_N] = {{0}};
    struct crowd six;

    (void)state;
    if (!has_ipv6()) {
        skip();
    }
    crowd_listen(&six, &address);
    crowd_make(&six, NULL, &few);
    population_expect(&few, expected);
    state_counts sum;
    for (unsigned i = 0; i < TCP_STATE_N; i++) {
        sum[i] = expected[SIDE_CLIENT][i] + expected[SIDE_SERVER][i];
    }
    proc_settle(true, sum);
    count(crowd_port(&six), SOCK_DIAG_ALL, census);
    check_counts("IPv6 client", census[SIDE_CLIENT].state, expected[SIDE_CLIENT]);
    check_counts("IPv6 server", census[SIDE_SERVER].state, expected[SIDE_SERVER]);
    for (unsigned i = 0; i < TCP_STATE_N; i++) {
        sum[i] += all[i];
    }
    count(0, SOCK_DIAG_ALL, census);
    check_counts("both", census[SIDE_SERVER].state, sum);
    crowd_disperse(&six);
}

/* Bound to ::, with IPv4 peers: the server's ends are AF_INET6, the clients' AF_INET. */
static void test_a_dual_stack_server(void **state)
{
    static const struct population leaking = {.orphans = 5};
    struct sock_census census[ENDS_N];
    struct address address = loopback(true);
    struct crowd dual;

    (void)state;
    if (!has_ipv6()) {
        skip();
    }
    address.in6.sin6_addr = in6addr_any;
    crowd_listen(&dual, &address);
    uint16_t port = crowd_port(&dual);
    dual.server = loopback(false);
    address_set_port(&dual.server, port);
    crowd_make(&dual, NULL, &leaking);
    count_of(
        &(struct sampler_host){.netns = -1, .port_count = 1, .port = {port}, .at = dual.server},
        SOCK_DIAG_ALL, census);
    assert_int_equal(census[SIDE_SERVER].state[TCP_STATE_CLOSE_WAIT], leaking.orphans);
    assert_int_equal(census[SIDE_SERVER].state[TCP_STATE_LISTEN], 1);
    count(port, SOCK_DIAG_ALL, census);
    for (int i = 0; i < SETTLE_TRIES && census[SIDE_CLIENT].state[TCP_STATE_FIN_WAIT1] > 0; i++) {
        count(port, SOCK_DIAG_ALL, census);
    }
    assert_int_equal(census[SIDE_SERVER].state[TCP_STATE_CLOSE_WAIT], leaking.orphans);
    assert_int_equal(census[SIDE_SERVER].state[TCP_STATE_LISTEN], 1);
    assert_int_equal(census[SIDE_CLIENT].state[TCP_STATE_FIN_WAIT2], leaking.orphans);
    crowd_disperse(&dual);
}

/* What waits to be accepted is nobody's, whether or not its peer has closed. */
static void test_the_accept_queue(void **state)
{
    enum { OPEN = 2, CLOSED = 3 };
    struct sock_census census[ENDS_N];
    struct address address = loopback(false);
    struct crowd queue;
    int accepted[SIDE_N];

    (void)state;
    crowd_listen(&queue, &address);
    crowd_connect(&queue, NULL, accepted);
    for (int i = 0; i < OPEN + CLOSED; i++) {
        int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
        assert_int_equal(connect(fd, &queue.server.sa, queue.server.length), 0);
        i < OPEN ? crowd_hold(&queue, fd) : (void)close(fd);
    }
    close(accepted[SIDE_CLIENT]);
    crowd_hold(&queue, accepted[SIDE_SERVER]);
    count(crowd_port(&queue), SOCK_DIAG_ALL, census);
    assert_int_equal(census[SIDE_SERVER].state[TCP_STATE_CLOSE_WAIT], CLOSED + 1);
    assert_int_equal(census[SIDE_SERVER].close_wait_unaccepted, CLOSED);
    assert_int_equal(census[SIDE_SERVER].accept_queue, OPEN + CLOSED);
    assert_int_equal(census[SIDE_CLIENT].close_wait_unaccepted, 0);
    assert_int_equal(census[SIDE_CLIENT].accept_queue, 0);
    assert_int_equal(census[SIDE_SERVER].listen_backlog, POPULATION_MAX);
    assert_int_equal(census[SIDE_CLIENT].listen_backlog, 0);
    crowd_disperse(&queue);
}

static void census_of(struct sock_diag *diag, struct sock_census census[ENDS_N])
{
    struct error error;

    assert_int_equal(sock_diag_count(diag, SOCK_DIAG_STATES, census, &error), 0);
}

/* Count until nothing is on its way any more, from a socket to a mini-socket either. */
static void await_census(const char *who, struct sock_diag *diag,
                         const state_counts expected[SIDE_N], struct sock_census census[ENDS_N])
{
    census_of(diag, census);
    for (int i = 0; i < SETTLE_TRIES; i++) {
        bool same = true;
        for (unsigned side = 0; side < SIDE_N; side++) {
            same =
                same && memcmp(census[side].state, expected[side], sizeof census[side].state) == 0;
        }
        if (same) {
            break;
        }
        usleep(10000);
        census_of(diag, census);
    }
    for (unsigned side = 0; side < SIDE_N; side++) {
        check_counts(who, census[side].state, expected[side]);
    }
}

static void remembering(struct sock_diag *diag, const struct crowd *there)
{
    const struct sampler_host host = {.netns = -1, .port_count = 1, .port = {crowd_port(there)}};
    struct error error;

    assert_int_equal(sock_diag_init(diag, &host, &error), 0);
    assert_int_equal(sock_diag_remember(diag, &error), 0);
}

/* In whatever state, and whatever becomes of it. */
static void test_what_stood_before(void **state)
{
    static const struct population older = {.client_time_wait = 700,
                                            .server_time_wait = 6,
                                            .orphans = 5,
                                            .half_closed = 4,
                                            .established = 3};
    static const struct population younger = {.client_time_wait = 2, .orphans = 8};
    enum { HALVES = 5 + 4 + 3 }; /* of either side */
    struct address address = loopback(false);
    state_counts expected[SIDE_N] = {{0}};
    struct sock_census census[ENDS_N];
    struct sock_diag diag;
    struct crowd there;

    (void)state;
    crowd_listen(&there, &address);
    crowd_make(&there, NULL, &older);
    remembering(&diag, &there);
    assert_int_equal(diag.before[SIDE_CLIENT], older.client_time_wait + HALVES);
    assert_int_equal(diag.before[SIDE_SERVER], older.server_time_wait + HALVES);
    expected[SIDE_SERVER][TCP_STATE_LISTEN] = 1;
    await_census("older", &diag, (const state_counts *)expected, census);
    while (there.held_count > 0) { /* to LAST_ACK and TIME_WAIT, or to nothing */
        close(there.held[--there.held_count]);
    }
    await_census("closed", &diag, (const state_counts *)expected, census);
    crowd_make(&there, NULL, &younger);
    expected[SIDE_SERVER][TCP_STATE_LISTEN] = 0;
    population_expect(&younger, expected);
    await_census("younger", &diag, (const state_counts *)expected, census);
    assert_int_equal(census[SIDE_CLIENT].fin_wait2_orphans, younger.orphans);
    assert_int_equal(diag.before[SIDE_CLIENT], older.client_time_wait + HALVES);
    sock_diag_fini(&diag);
    crowd_disperse(&there);
}

static int connect_from(const struct crowd *there, struct sockaddr_in *from)
{
    socklen_t length = sizeof *from;
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

    assert_int_equal(bind(fd, (struct sockaddr *)from, length), 0);
    assert_int_equal(connect(fd, &there->server.sa, there->server.length), 0);
    assert_int_equal(getsockname(fd, (struct sockaddr *)from, &length), 0);
    return fd;
}

/* A SYN from the same port takes the place of a TIME_WAIT: another connection. */
static void test_the_same_port_again(void **state)
{
    struct address address = loopback(false);
    state_counts expected[SIDE_N] = {{0}};
    struct sock_census census[ENDS_N];
    struct sockaddr_in from = {.sin_family = AF_INET};
    struct sock_diag diag;
    struct crowd there;

    (void)state;
    crowd_listen(&there, &address);
    from.sin_addr.s_addr = htonl(INADDR_LOOPBACK + 1); /* whose ports nothing else holds */
    int fd[SIDE_N] = {[SIDE_CLIENT] = connect_from(&there, &from)};
    fd[SIDE_SERVER] = accept4(there.listener, NULL, NULL, SOCK_CLOEXEC);
    close_in_order(fd, SIDE_SERVER);
    remembering(&diag, &there);
    assert_int_equal(diag.before[SIDE_SERVER], 1);
    crowd_hold(&there, connect_from(&there, &from));
    expected[SIDE_SERVER][TCP_STATE_LISTEN] = 1;
    expected[SIDE_SERVER][TCP_STATE_ESTABLISHED] = 1;
    expected[SIDE_CLIENT][TCP_STATE_ESTABLISHED] = 1;
    await_census("again", &diag, (const state_counts *)expected, census);
    sock_diag_fini(&diag);
    crowd_disperse(&there);
}

/* Leave `closed` connections in the accept queue that a FIN ended, and `reset` that a RST did. */
static void crowd_queue(const struct crowd *queue, int closed, int reset)
{
    const struct linger at_once = {.l_onoff = 1};

    for (int i = 0; i < closed + reset; i++) {
        int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
        assert_int_equal(connect(fd, &queue->server.sa, queue->server.length), 0);
        if (i >= closed) {
            setsockopt(fd, SOL_SOCKET, SO_LINGER, &at_once, sizeof at_once);
        }
        close(fd);
    }
}

/* Recv-Q counts all that wait; those of before are not the run's until they are accepted. */
static void test_an_accept_queue_that_stood_before(void **state)
{
    struct address address = loopback(false);
    struct sock_census census[ENDS_N];
    struct sock_diag diag;
    struct crowd queue;

    (void)state;
    crowd_listen(&queue, &address);
    crowd_queue(&queue, 5, 4);
    remembering(&diag, &queue);
    census_of(&diag, census);
    assert_int_equal(census[SIDE_SERVER].accept_queue, 0);
    crowd_queue(&queue, 3, 2);
    census_of(&diag, census);
    assert_int_equal(census[SIDE_SERVER].accept_queue, 3 + 2);
    assert_int_equal(census[SIDE_SERVER].close_wait_unaccepted, 3);
    assert_int_equal(census[SIDE_SERVER].state[TCP_STATE_CLOSE_WAIT], 3);
    for (int i = 0; i < 5 + 4; i++) { /* in order: the older ones */
        close(accept4(queue.listener, NULL, NULL, SOCK_CLOEXEC));
    }
    census_of(&diag, census);
    assert_int_equal(census[SIDE_SERVER].close_wait_unaccepted, 3);
    sock_diag_fini(&diag);
    crowd_disperse(&queue);
}

/* A socket connected to itself has the port at both ends: one socket, one count. */
static void test_self_connect_is_the_clients(void **state)
{
    struct sock_census census[ENDS_N];
    struct address address = loopback(false);
    socklen_t length = address.length;
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

    (void)state;
    assert_int_equal(bind(fd, &address.sa, address.length), 0);
    assert_int_equal(getsockname(fd, &address.sa, &length), 0);
    assert_int_equal(connect(fd, &address.sa, address.length), 0);
    count(ntohs(address.in.sin_port), SOCK_DIAG_ALL, census);
    assert_int_equal(census[SIDE_CLIENT].state[TCP_STATE_ESTABLISHED], 1);
    assert_int_equal(census[SIDE_SERVER].state[TCP_STATE_ESTABLISHED], 0);
    struct linger reset = {.l_onoff = 1};
    setsockopt(fd, SOL_SOCKET, SO_LINGER, &reset, sizeof reset);
    close(fd);
}

/* The same socket is asked again and again, and the answers stay apart. */
static void test_one_socket_many_dumps(void **state)
{
    const struct sampler_host host = {.netns = -1, .side = SIDE_CLIENT};
    struct sock_diag diag;
    struct sock_census census[ENDS_N];
    struct error error;

    (void)state;
    assert_int_equal(sock_diag_init(&diag, &host, &error), 0);
    for (int i = 0; i < 100; i++) {
        uint32_t mask = i % 2 ? SOCK_DIAG_ALL : ALL_BUT_TWAIT;
        assert_int_equal(sock_diag_count(&diag, mask, census, &error), 0);
        assert_int_equal(census[SIDE_CLIENT].state[TCP_STATE_TIME_WAIT],
                         i % 2 ? all[TCP_STATE_TIME_WAIT] : 0);
        assert_int_equal(census[SIDE_CLIENT].state[TCP_STATE_CLOSE_WAIT],
                         all[TCP_STATE_CLOSE_WAIT]);
    }
    sock_diag_fini(&diag);
    sock_diag_fini(&diag);
}

static void test_no_namespace_on_this_machine(void **state)
{
    (void)state;
    skip();
}

int main(void)
{
    const struct CMUnitTest none[] = {cmocka_unit_test(test_no_namespace_on_this_machine)};
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_every_state),
        cmocka_unit_test(test_the_mask_leaves_out_time_wait_but_no_other_mini_socket),
        cmocka_unit_test(test_sides_by_port),
        cmocka_unit_test(test_a_port_nobody_uses),
        cmocka_unit_test(test_self_connect_is_the_clients),
        cmocka_unit_test(test_one_socket_many_dumps),
        cmocka_unit_test(test_both_families),
        cmocka_unit_test(test_a_dual_stack_server),
        cmocka_unit_test(test_the_accept_queue),
        cmocka_unit_test(test_what_stood_before),
        cmocka_unit_test(test_the_same_port_again),
        cmocka_unit_test(test_an_accept_queue_that_stood_before),
        cmocka_unit_test(test_sides_by_address),
    };

    struct error error;

    if (lab_prepare(&error) != 0 || unshare(CLONE_NEWNET) != 0) {
        return cmocka_run_group_tests(none, NULL, NULL);
    }
    return cmocka_run_group_tests(tests, make_world, end_world);
}
