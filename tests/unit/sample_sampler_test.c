#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <stdlib.h>

#include "finwait/clock.h"
#include "finwait/sampler.h"
#include "sample_testing.h"

static const struct population population = {
    .client_time_wait = 200,
    .server_time_wait = 20,
    .orphans = 50,
    .half_closed = 7,
    .established = 11,
};

static struct lab *lab_made(bool private, bool ipv6)
{
    const struct lab_config config = {
        .private = private, .ipv6 = ipv6, .sockets = 10000, .addresses = {1, 1}};
    struct error error;
    struct lab *lab = lab_new(&config, &error);

    if (lab == NULL) {
        fail_msg("%s", error.what);
    }
    return lab;
}

static struct sampler *watch(const struct sampler_host *host, size_t count)
{
    const struct sampler_config config = {
        .every = 2 * NS_PER_MS, .host_count = count, .host = host};
    struct error error;
    struct sampler *sampler = sampler_new(&config, &error);

    if (sampler == NULL || sampler_start(sampler, &error) < 0) {
        fail_msg("%s", error.what);
    }
    return sampler;
}

/* Both hosts of a private lab. */
static struct sampler *sampler_made(const struct lab *lab)
{
    struct sampler_host host[SIDE_N];

    for (enum side side = SIDE_CLIENT; side < SIDE_N; side++) {
        host[side] = (struct sampler_host){.netns = lab_netns(lab, side), .side = side};
    }
    return watch(host, SIDE_N);
}

/* The namespace of this process, with the sides told apart by port. */
static struct sampler *sampler_by_port(uint16_t port)
{
    const struct sampler_host host = {.netns = -1, .port_count = 1, .port = {port}};

    return watch(&host, 1);
}

/* Until so many more observations were made, a bounded time. */
static void await_samples(struct sampler *sampler, uint64_t more)
{
    const struct timespec nap = {.tv_nsec = NS_PER_MS};
    struct sampler_cost cost;

    sampler_cost(sampler, &cost);
    uint64_t until = cost.samples + more;
    for (int i = 0; i < 20000 && cost.samples < until; i++) {
        nanosleep(&nap, NULL);
        sampler_cost(sampler, &cost);
    }
    assert_true(cost.samples >= until);
}

static void listen_in(struct crowd *crowd, const struct lab *lab)
{
    struct address address;

    address_pool_get(lab_pool(lab, SIDE_SERVER), 0, &address);
    host_enter(lab, SIDE_SERVER);
    crowd_listen(crowd, &address);
    host_leave(lab);
}

/* Of both families, and the clients come over IPv4. */
static void listen_dual_stack(struct crowd *crowd, const struct lab *lab)
{
    struct address any = loopback(true);

    any.in6.sin6_addr = in6addr_any;
    host_enter(lab, SIDE_SERVER);
    crowd_listen(crowd, &any);
    host_leave(lab);
    uint16_t port = crowd_port(crowd);
    address_pool_get(lab_pool(lab, SIDE_SERVER), 0, &crowd->server);
    address_set_port(&crowd->server, port);
}

static void settle_in(const struct lab *lab, const bool ipv6[SIDE_N], state_counts expected[SIDE_N])
{
    for (unsigned side = 0; side < SIDE_N; side++) {
        host_enter(lab, (enum side)side);
        proc_settle(ipv6[side], expected[side]);
        host_leave(lab);
    }
}

static void check_latest(struct sampler *sampler, const char *who, state_counts expected[SIDE_N])
{
    static const uint32_t orphans[SIDE_N] = {[SIDE_CLIENT] = 50};
    struct observation sample;

    for (unsigned side = 0; side < SIDE_N; side++) {
        sampler_latest(sampler, (enum side)side, &sample);
        check_counts(who, sample.state, expected[side]);
        assert_int_equal(sample.fin_wait2_orphans, orphans[side]);
    }
}

static void check_all_alike(struct sampler *sampler, state_counts expected[SIDE_N])
{
    for (unsigned side = 0; side < SIDE_N; side++) {
        size_t count;
        struct observation *samples = sampler_samples(sampler, (enum side)side, &count);
        assert_non_null(samples);
        for (size_t i = 0; i < count; i++) {
            check_counts("a sample", samples[i].state, expected[side]);
            assert_true(i == 0 || samples[i].at > samples[i - 1].at);
        }
        free(samples);
    }
}

/* Full on demand, cheap in passing: every observation of a crowd at rest is exact. */
static void watch_private(const bool ipv6[SIDE_N])
{
    struct lab *lab = lab_made(true, ipv6[SIDE_CLIENT]);
    state_counts expected[SIDE_N] = {{0}};
    struct sampler_cost cost;
    struct crowd crowd;
    struct error error;

    if (ipv6[SIDE_CLIENT] == ipv6[SIDE_SERVER]) {
        listen_in(&crowd, lab);
    } else {
        listen_dual_stack(&crowd, lab);
    }
    crowd_make(&crowd, lab, &population);
    population_expect(&population, expected);
    settle_in(lab, ipv6, expected);
    struct sampler *sampler = sampler_made(lab);
    check_latest(sampler, "first", expected);
    await_samples(sampler, 30);
    check_all_alike(sampler, expected);
    assert_int_equal(sampler_observe(sampler, false, &error), 0);
    check_latest(sampler, "on demand", expected);
    sampler_cost(sampler, &cost);
    assert_true(cost.full_dumps >= 2);
    assert_true(cost.full_dumps < cost.samples / 2);
    assert_true(cost.cpu <= cost.span); /* no thread has more than a CPU */
    assert_true(cost.cpu > 0 && cost.gap_mean > 0 && cost.gap_max >= cost.gap_mean);
    sampler_free(sampler);
    crowd_disperse(&crowd);
    lab_free(lab);
}

static const bool over_ipv4[SIDE_N];

static void test_private_lab(void **state)
{
    (void)state;
    watch_private(over_ipv4);
}

static void test_private_lab_ipv6(void **state)
{
    (void)state;
    if (access("/proc/net/tcp6", F_OK) != 0) {
        skip();
    }
    watch_private((const bool[SIDE_N]){true, true});
}

static void test_private_lab_dual_stack(void **state)
{
    (void)state;
    if (access("/proc/net/tcp6", F_OK) != 0) {
        skip();
    }
    watch_private((const bool[SIDE_N]){[SIDE_SERVER] = true});
}

/* What changes after the sampler was made is seen, by both kinds of observation. */
static void test_changes_are_seen(void **state)
{
    struct lab *lab = lab_made(true, false);
    state_counts expected[SIDE_N] = {{0}};
    struct observation sample;
    struct crowd crowd;
    struct error error;

    (void)state;
    listen_in(&crowd, lab);
    struct sampler *sampler = sampler_made(lab);
    sampler_latest(sampler, SIDE_CLIENT, &sample);
    assert_int_equal(sample.state[TCP_STATE_TIME_WAIT], 0);
    crowd_make(&crowd, lab, &population);
    population_expect(&population, expected);
    settle_in(lab, over_ipv4, expected);
    await_samples(sampler, 2);
    check_latest(sampler, "in passing", expected);
    assert_int_equal(sampler_observe(sampler, false, &error), 0);
    check_latest(sampler, "on demand", expected);
    sampler_free(sampler);
    crowd_disperse(&crowd);
    lab_free(lab);
}

static const struct counter *find_counter(struct sampler *sampler, enum side side, const char *name)
{
    const struct counter *counter = counters_find(sampler_counters(sampler, side), name);

    if (counter == NULL) {
        fail_msg("no counter %s", name);
    }
    return counter;
}

static uint64_t grown(struct sampler *sampler, enum side side, const char *name)
{
    const struct counter *counter = find_counter(sampler, side, name);

    return counter->after - counter->before;
}

static void test_counters_are_of_the_run_and_of_the_side(void **state)
{
    static const struct population early = {.client_time_wait = 5, .server_time_wait = 6};
    static const struct population late = {.client_time_wait = 30, .server_time_wait = 4};
    struct lab *lab = lab_made(true, false);
    state_counts expected[SIDE_N] = {{0}};
    struct crowd crowd;
    struct error error;

    (void)state;
    listen_in(&crowd, lab);
    crowd_make(&crowd, lab, &early);
    population_expect(&early, expected);
    settle_in(lab, over_ipv4, expected);
    struct sampler *sampler = sampler_made(lab);
    assert_int_equal(grown(sampler, SIDE_CLIENT, "TcpActiveOpens"), 0);
    crowd_make(&crowd, lab, &late);
    population_expect(&late, expected);
    expected[SIDE_SERVER][TCP_STATE_LISTEN] = 1;
    settle_in(lab, over_ipv4, expected);
    assert_int_equal(sampler_read_counters(sampler, &error), 0);
    assert_int_equal(find_counter(sampler, SIDE_CLIENT, "TcpActiveOpens")->before, 11);
    assert_int_equal(grown(sampler, SIDE_CLIENT, "TcpActiveOpens"), 34);
    assert_int_equal(grown(sampler, SIDE_SERVER, "TcpActiveOpens"), 0);
    assert_int_equal(grown(sampler, SIDE_SERVER, "TcpPassiveOpens"), 34);
    assert_int_equal(grown(sampler, SIDE_CLIENT, "TcpOutRsts"), 0);
    assert_int_equal(grown(sampler, SIDE_CLIENT, "TcpMaxConn"), 0);
    sampler_free(sampler);
    crowd_disperse(&crowd);
    lab_free(lab);
}

/* On the machine's own network: loopback only, sides by port, and nobody else's sockets. */
static void test_host_lab(void **state)
{
    static const struct population others = {.client_time_wait = 9, .established = 13};
    struct lab *lab = lab_made(false, false);
    state_counts expected[SIDE_N] = {{0}};
    struct address address = loopback(false);
    struct sampler_cost cost;
    struct observation sample;
    struct crowd crowd;
    struct crowd foreign;
    struct error error;

    (void)state;
    crowd_listen(&crowd, &address);
    crowd_listen(&foreign, &address);
    crowd_make(&foreign, NULL, &others);
    struct sampler *sampler = sampler_by_port(crowd_port(&crowd));
    crowd_make(&crowd, NULL, &population);
    population_expect(&population, expected);
    for (int i = 0; i < SETTLE_TRIES; i++) { /* of the machine's table no total is known */
        assert_int_equal(sampler_observe(sampler, false, &error), 0);
        sampler_latest(sampler, SIDE_CLIENT, &sample);
        if (memcmp(sample.state, expected[SIDE_CLIENT], sizeof sample.state) == 0) {
            break;
        }
    }
    check_latest(sampler, "on demand", expected);
    await_samples(sampler, 3);
    check_latest(sampler, "in passing", expected);
    sampler_cost(sampler, &cost);
    assert_true(cost.full_dumps == cost.samples);
    assert_int_equal(sampler_read_counters(sampler, &error), 0);
    sampler_free(sampler);

    /* A later trial on the same port: what stands there is not of its making. */
    sampler = sampler_by_port(crowd_port(&crowd));
    for (unsigned side = 0; side < SIDE_N; side++) {
        static const state_counts listener[SIDE_N] = {[SIDE_SERVER] = {[TCP_STATE_LISTEN] = 1}};
        uint64_t standing = 0;
        uint64_t before;
        for (unsigned i = 0; i < TCP_STATE_N; i++) {
            standing += i != TCP_STATE_LISTEN ? expected[side][i] : 0;
        }
        sampler_latest(sampler, (enum side)side, &sample);
        check_counts("of an earlier trial", sample.state, listener[side]);
        assert_int_equal(sample.fin_wait2_orphans, 0);
        assert_true(sampler_stood_before(sampler, (enum side)side, &before));
        assert_int_equal(before, standing);
    }
    sampler_free(sampler);
    crowd_disperse(&foreign);
    crowd_disperse(&crowd);
    lab_free(lab);
}

/* No load, and no lab that it knows: a namespace, and all in it is the server's. */
static void test_alone(void **state)
{
    struct lab *lab = lab_made(true, false);
    const struct sampler_host host = {.netns = -1, .side = SIDE_SERVER};
    struct address address = loopback(false);
    struct observation seen;
    struct crowd crowd;
    size_t count;
    uint64_t stood;

    (void)state;
    host_enter(lab, SIDE_SERVER);
    struct sampler *sampler = watch(&host, 1);
    crowd_listen(&crowd, &address);
    host_leave(lab);
    await_samples(sampler, 2); /* the first of them may have begun before */
    sampler_latest(sampler, SIDE_SERVER, &seen);
    assert_int_equal(seen.state[TCP_STATE_LISTEN], 1);
    assert_null(sampler_samples(sampler, SIDE_CLIENT, &count));
    assert_false(sampler_stood_before(sampler, SIDE_SERVER, &stood));
    assert_int_equal(grown(sampler, SIDE_CLIENT, "TcpActiveOpens"), 0);
    sampler_free(sampler);
    crowd_disperse(&crowd);
    lab_free(lab);
}

/* Two services, each with ports of its own, and hosts that are of one side: counts add up. */
static void test_several_ports_and_hosts(void **state)
{
    enum { SERVICES = 2 };
    static const struct population few = {.established = 3};
    struct sampler_host host[2] = {{.netns = -1, .port_count = SERVICES + 1, .port = {1}}};
    struct address address = loopback(false);
    state_counts expected[SIDE_N] = {{0}};
    struct crowd crowd[SERVICES];
    struct observation seen;
    struct error error;

    (void)state;
    for (int i = 0; i < SERVICES; i++) {
        crowd_listen(&crowd[i], &address);
        host[0].port[i + 1] = crowd_port(&crowd[i]);
    }
    host[1] = host[0];
    struct sampler *samplers[] = {watch(host, 1), watch(host, 2)};
    for (int i = 0; i < SERVICES; i++) {
        crowd_make(&crowd[i], NULL, &few);
        population_expect(&few, expected);
    }
    for (size_t hosts = 1; hosts <= 2; hosts++) {
        struct sampler *sampler = samplers[hosts - 1];
        assert_int_equal(sampler_observe(sampler, false, &error), 0);
        for (unsigned side = 0; side < SIDE_N; side++) {
            sampler_latest(sampler, (enum side)side, &seen);
            check_counts("several", seen.state, expected[side]);
            for (unsigned i = 0; i < TCP_STATE_N; i++) {
                expected[side][i] *= 2;
            }
        }
        sampler_free(sampler);
    }
    for (int i = 0; i < SERVICES; i++) {
        crowd_disperse(&crowd[i]);
    }
}

enum { ASKERS = 4, QUESTIONS = 25 };

struct asker {
    pthread_t thread;
    struct sampler *sampler;
    int failures;
};

static void *ask(void *argument)
{
    struct asker *self = argument;
    struct sampler *sampler = self->sampler;
    struct error error;

    for (int i = 0; i < QUESTIONS; i++) {
        size_t count;
        struct observation sample;
        int64_t asked = clock_now();
        self->failures += sampler_observe(sampler, false, &error) != 0;
        sampler_latest(sampler, SIDE_SERVER, &sample);
        self->failures += sample.at < asked; /* an observation under way when asked does not do */
        struct observation *samples = sampler_samples(sampler, SIDE_CLIENT, &count);
        self->failures += samples == NULL || count == 0;
        free(samples);
    }
    return NULL;
}

static void test_asked_by_several_threads_at_once(void **state)
{
    struct lab *lab = lab_made(true, false);
    struct sampler *sampler = sampler_made(lab);
    struct asker asker[ASKERS];
    struct error error;

    (void)state;
    for (int i = 0; i < ASKERS; i++) {
        asker[i] = (struct asker){.sampler = sampler};
        assert_int_equal(pthread_create(&asker[i].thread, NULL, ask, &asker[i]), 0);
    }
    for (int i = 0; i < QUESTIONS; i++) {
        assert_int_equal(sampler_read_counters(sampler, &error), 0);
    }
    for (int i = 0; i < ASKERS; i++) {
        assert_int_equal(pthread_join(asker[i].thread, NULL), 0);
        assert_int_equal(asker[i].failures, 0);
    }
    sampler_free(sampler);
    lab_free(lab);
}

/* With its default action the signal would end the process, were the thread to take it. */
static void test_signals_are_not_for_the_thread(void **state)
{
    struct lab *lab = lab_made(true, false);
    struct sampler *sampler = sampler_made(lab);
    sigset_t set;
    int taken;

    (void)state;
    sigemptyset(&set);
    sigaddset(&set, SIGUSR1);
    pthread_sigmask(SIG_BLOCK, &set, NULL);
    assert_int_equal(kill(getpid(), SIGUSR1), 0);
    await_samples(sampler, 3);
    assert_int_equal(sigwait(&set, &taken), 0);
    assert_int_equal(taken, SIGUSR1);
    pthread_sigmask(SIG_UNBLOCK, &set, NULL);
    sampler_free(sampler);
    lab_free(lab);
}

static int descriptors(void)
{
    int count = 0;

    for (int fd = 0; fd < 1024; fd++) {
        count += fcntl(fd, F_GETFD) >= 0;
    }
    return count;
}

static void test_nothing_is_left_open(void **state)
{
    struct lab *lab = lab_made(true, false);
    int before = descriptors();

    (void)state;
    for (int i = 0; i < 10; i++) {
        sampler_free(sampler_made(lab));
    }
    sampler_free(NULL);
    assert_int_equal(descriptors(), before);
    lab_free(lab);
}

static void test_no_lab_on_this_machine(void **state)
{
    (void)state;
    skip();
}

int main(void)
{
    const struct CMUnitTest none[] = {cmocka_unit_test(test_no_lab_on_this_machine)};
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_private_lab),
        cmocka_unit_test(test_private_lab_ipv6),
        cmocka_unit_test(test_private_lab_dual_stack),
        cmocka_unit_test(test_changes_are_seen),
        cmocka_unit_test(test_counters_are_of_the_run_and_of_the_side),
        cmocka_unit_test(test_host_lab),
        cmocka_unit_test(test_alone),
        cmocka_unit_test(test_several_ports_and_hosts),
        cmocka_unit_test(test_asked_by_several_threads_at_once),
        cmocka_unit_test(test_signals_are_not_for_the_thread),
        cmocka_unit_test(test_nothing_is_left_open),
    };

    struct error error;

    if (lab_prepare(&error) != 0) {
        error_print(&error, stderr);
        return cmocka_run_group_tests(none, NULL, NULL);
    }
    return cmocka_run_group_tests(tests, NULL, NULL);
}
