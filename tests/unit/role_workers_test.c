/* Both roles on loopback: what the workers count, whatever becomes of their connections. */
#include <errno.h>
#include <event2/event.h>
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

#include <cmocka.h>

#include "finwait/clock.h"
#include "finwait/role.h"

enum {
    PORT = 28080, /* below the default ip_local_port_range */
    DROP_PORT = 28081,
    CONNECTIONS = 300,
};

struct pair {
    const char *program[SIDE_N];
    struct message_spec message;
    uint32_t workers[SIDE_N];
    uint64_t connections;
    uint32_t concurrency;
    double rate;
    int64_t timeout;
    bool drops;                     /* at DROP_PORT: both sides' connections at the end */
    struct account account[SIDE_N]; /* what came of it */
    uint32_t died[SIDE_N];
};

static const struct message_spec raw = {
    .protocol = PROTOCOL_RAW, .request_size = 64, .response_size = 128};
static const struct message_spec http = {
    .protocol = PROTOCOL_HTTP, .request_size = 64, .response_size = 20000, .chunked = true};

static void on_finished(void *context, struct role *role)
{
    (void)role;
    event_base_loopbreak(context);
}

static void ignore_finished(void *context, struct role *role)
{
    (void)context;
    (void)role;
}

static struct role *start(struct pair *pair, enum side side, const struct lab *lab,
                          struct event_base *base)
{
    static struct program program[SIDE_N];
    static struct sockopts sockopts[SIDE_N];
    struct role_events events = {
        .finished = side == SIDE_CLIENT ? on_finished : ignore_finished,
        .context = base,
    };
    struct role_plan plan = {
        .side = side,
        .workers = pair->workers[side] ? pair->workers[side] : 1,
        .program = &program[side],
        .message = pair->message,
        .sockopts = &sockopts[side],
        .host = "test",
        .timeout = pair->timeout,
        .servers = *lab_pool(lab, SIDE_SERVER),
        .backlog = 1024,
        .connections = pair->connections,
        .concurrency = pair->concurrency,
        .rate = pair->rate,
    };
    struct error error;
    struct role *role;

    sockopt_set(&sockopts[side], SOCKOPT_REUSEADDR, 1);
    assert_int_equal(program_parse(&program[side], pair->program[side], side, NULL, &error), 0);
    address_set_port(&plan.servers.first, pair->drops ? DROP_PORT : PORT);
    role = role_new(&plan, lab, base, &events, &error);
    if (role == NULL) {
        fail_msg("%s", error.what);
    }
    return role;
}

static void drop(struct role *role[SIDE_N])
{
    role_freeze(role[SIDE_CLIENT], true);
    role_freeze(role[SIDE_SERVER], true);
    role_drop(role[SIDE_CLIENT]);
    role_drop(role[SIDE_SERVER]);
}

static void run(struct pair *pair)
{
    const struct lab_config config = {.private = false, .addresses = {1, 1}};
    struct event_base *base = event_base_new();
    struct timeval limit = {.tv_sec = 20};
    struct role_progress progress;
    struct role *role[SIDE_N];
    struct error error;
    struct lab *lab = lab_new(&config, &error);

    assert_non_null(lab);
    role[SIDE_SERVER] = start(pair, SIDE_SERVER, lab, base);
    role[SIDE_CLIENT] = start(pair, SIDE_CLIENT, lab, base);
    role_go(role[SIDE_CLIENT]);
    event_base_loopexit(base, &limit);
    event_base_loop(base, EVLOOP_NO_EXIT_ON_EMPTY);
    if (pair->drops) {
        drop(role);
    }
    for (enum side side = SIDE_CLIENT; side < SIDE_N; side++) {
        role_progress(role[side], &progress);
        pair->died[side] = progress.workers_died;
        role_end(role[side]);
        role_account(role[side], &pair->account[side]);
        role_free(role[side]);
    }
    lab_free(lab);
    event_base_free(base);
}

static void every_connection_is_done(void **state)
{
    struct pair pair = {
        .program = {"connect send recv wait-fin close", "accept recv send close"},
        .message = raw,
        .connections = CONNECTIONS,
        .concurrency = 32,
        .workers = {2, 2},
    };

    (void)state;
    run(&pair);
    for (enum side side = SIDE_CLIENT; side < SIDE_N; side++) {
        assert_int_equal(pair.account[side].attempted, CONNECTIONS);
        assert_int_equal(pair.account[side].opened, CONNECTIONS);
        assert_int_equal(pair.account[side].outcome[OUTCOME_DONE], CONNECTIONS);
        assert_int_equal(pair.account[side].messages_sent, CONNECTIONS);
        assert_int_equal(pair.account[side].messages_received, CONNECTIONS);
    }
    assert_int_equal(pair.account[SIDE_CLIENT].bytes_received, CONNECTIONS * 128);
    assert_int_equal(pair.account[SIDE_CLIENT].latency[LATENCY_RESPONSE].count, CONNECTIONS);
    assert_int_equal(pair.account[SIDE_CLIENT].latency[LATENCY_LIFE].count, CONNECTIONS);
}

static void rounds_keep_the_connection(void **state)
{
    struct pair pair = {
        .program = {"connect send recv repeat(7) close",
                    "accept recv send repeat(7) wait-fin close"},
        .message = http,
        .connections = 50,
        .concurrency = 8,
    };

    (void)state;
    run(&pair);
    assert_int_equal(pair.account[SIDE_CLIENT].outcome[OUTCOME_DONE], 50);
    assert_int_equal(pair.account[SIDE_CLIENT].messages_received, 350);
    assert_int_equal(pair.account[SIDE_SERVER].messages_received, 350);
}

static void an_early_fin_is_eof(void **state)
{
    struct pair pair = {
        .program = {"connect send recv recv close", "accept recv send close"},
        .message = http,
        .connections = 50,
        .concurrency = 8,
    };

    (void)state;
    run(&pair);
    assert_int_equal(pair.account[SIDE_CLIENT].outcome[OUTCOME_EOF], 50);
    assert_int_equal(pair.account[SIDE_CLIENT].messages_received, 50);
}

static void a_reset_is_counted_with_its_errno(void **state)
{
    struct pair pair = {
        .program = {"connect send recv wait-fin close", "accept recv send rst"},
        .message = raw,
        .connections = 50,
        .concurrency = 8,
    };

    (void)state;
    run(&pair);
    assert_int_equal(pair.account[SIDE_CLIENT].outcome[OUTCOME_RESET], 50);
    assert_int_equal(pair.account[SIDE_CLIENT].error[ECONNRESET], 50);
    assert_int_equal(pair.account[SIDE_SERVER].outcome[OUTCOME_DONE], 50);
}

static void held_connections_free_their_slot(void **state)
{
    struct pair pair = {
        .program = {"connect send recv close", "accept recv send hold"},
        .message = raw,
        .connections = 200,
        .concurrency = 4,
    };

    (void)state;
    run(&pair);
    assert_int_equal(pair.account[SIDE_SERVER].outcome[OUTCOME_HELD], 200);
    assert_int_equal(pair.account[SIDE_CLIENT].outcome[OUTCOME_DONE], 200);
}

/* TIME_WAITs (state 06) at DROP_PORT (6DB1), of either side. */
static unsigned count_time_waits(void)
{
    FILE *file = fopen("/proc/net/tcp", "re");
    unsigned count = 0;
    char line[256];

    assert_non_null(file);
    while (fgets(line, sizeof line, file) != NULL) {
        count += strstr(line, ":6DB1 ") != NULL && strstr(line, " 06 ") != NULL;
    }
    fclose(file);
    return count;
}

static void run_held(uint64_t connections)
{
    struct pair pair = {
        .program = {"connect hold", "accept hold"},
        .message = raw,
        .connections = connections,
        .concurrency = 16,
        .drops = true,
    };

    run(&pair);
    assert_int_equal(pair.account[SIDE_CLIENT].outcome[OUTCOME_HELD], connections);
}

/* Closed by FIN, each leaves a TIME_WAIT, or two where both ends close at once: as a few may, for
 * which it is not worth the while. */
static void many_that_are_dropped_end_by_rst(void **state)
{
    (void)state;
    run_held(1000);
    assert_int_equal(count_time_waits(), 0);
    run_held(100);
    assert_in_range(count_time_waits(), 1, 2 * 100);
}

static void a_step_waits_no_longer_than_the_timeout(void **state)
{
    struct pair pair = {
        .program = {"connect send recv close", "accept recv pause(1h) send close"},
        .message = raw,
        .connections = 20,
        .concurrency = 20,
        .timeout = 50 * NS_PER_MS,
    };

    (void)state;
    run(&pair);
    assert_int_equal(pair.account[SIDE_CLIENT].outcome[OUTCOME_TIMEOUT], 20);
    /* Some may have ended before the server, or their own request, had its turn. */
    const struct account *server = &pair.account[SIDE_SERVER];
    assert_int_equal(server->outcome[OUTCOME_CUT] + server->outcome[OUTCOME_EOF],
                     server->attempted);
}

static void a_dead_worker_loses_no_count(void **state)
{
    struct pair pair = {
        .program = {"connect send recv close", "accept recv die"},
        .message = raw,
        .connections = 20,
        .concurrency = 1,
    };

    (void)state;
    run(&pair);
    assert_int_equal(pair.died[SIDE_SERVER], 1);
    assert_int_equal(pair.account[SIDE_SERVER].outcome[OUTCOME_DIED], 1);
    assert_int_equal(pair.account[SIDE_CLIENT].attempted, 20);
    const struct account *client = &pair.account[SIDE_CLIENT];
    uint64_t refused = client->outcome[OUTCOME_REFUSED];
    /* exit_files() takes its sockets one by one: another may have got into the accept queue. */
    assert_in_range(refused, 1, 19);
    assert_int_equal(client->error[ECONNREFUSED], refused);
    assert_int_equal(refused + client->outcome[OUTCOME_EOF] + client->outcome[OUTCOME_RESET], 20);
}

/* A stalled server must show in latencies that count from when a connection was due. */
static void an_open_loop_hides_no_stall(void **state)
{
    struct pair pair = {
        .program = {"connect pause(20ms) send recv close", "accept recv send wait-fin close"},
        .message = raw,
        .connections = 100,
        .rate = 2000,
        .workers = {2, 1},
    };

    (void)state;
    run(&pair);
    assert_int_equal(pair.account[SIDE_CLIENT].outcome[OUTCOME_DONE], 100);
    assert_true(pair.account[SIDE_CLIENT].latency[LATENCY_LIFE].min >= 20 * NS_PER_MS);
}

/* Whatever clock the event loop reads. */
static void a_pause_is_never_shorter_than_it_says(void **state)
{
    struct pair pair = {
        .program = {"connect send recv pause(7ms) close", "accept recv send wait-fin close"},
        .message = raw,
        .connections = 200,
        .concurrency = 10,
    };

    (void)state;
    run(&pair);
    assert_int_equal(pair.account[SIDE_CLIENT].outcome[OUTCOME_DONE], 200);
    assert_true(pair.account[SIDE_CLIENT].latency[LATENCY_LIFE].min >= 7 * NS_PER_MS);
}

static void workers_are_as_many_as_descriptors_need(void **state)
{
    struct fit_need need = {.descriptors = 10};
    struct error error;
    uint32_t few;
    uint32_t many;

    (void)state;
    assert_int_equal(fit_workers(&need, SIDE_CLIENT, &few, &error), 0);
    assert_true(few >= 1);
    need.descriptors = 1000000;
    if (fit_workers(&need, SIDE_CLIENT, &many, &error) == 0) {
        assert_true(many >= few);
    }
    need.descriptors = UINT64_C(1) << 60;
    assert_int_equal(fit_workers(&need, SIDE_CLIENT, &many, &error), -1);
    assert_int_equal(error.status, STATUS_MACHINE);
    assert_non_null(strstr(error.hint, "RLIMIT_NOFILE"));
}

/* P(X >= least) of the binomial of n and 1/of, summed from its logarithms. */
static double binomial_tail(uint64_t n, double of, uint64_t least)
{
    double sum = 0;

    for (uint64_t k = least; k <= n && k < least + 4000; k++) {
        sum += exp(lgamma((double)n + 1) - lgamma((double)k + 1) - lgamma((double)(n - k) + 1) -
                   (double)k * log(of) + (double)(n - k) * log1p(-1 / of));
    }
    return sum;
}

/* Where a hash draws them: as many as keep the greatest share below the limit, and not many more.
 */
static void drawn_shares_leave_room(void **state)
{
    static const uint64_t piles[] = {0, 1, 19000, 25000, 100000, 300000, 1000000, 3000000};
    struct rlimit limit;

    (void)state;
    for (size_t i = 0; i < sizeof piles / sizeof piles[0]; i++) {
        struct fit_need need = {.descriptors = piles[i]};
        struct error error;
        uint32_t even;
        uint32_t drawn;

        if (fit_workers(&need, SIDE_SERVER, &even, &error) != 0) {
            continue; /* no such pile with such a limit */
        }
        need.drawn = true;
        assert_int_equal(fit_workers(&need, SIDE_SERVER, &drawn, &error), 0);
        assert_true(drawn >= even && drawn <= even + 2 + even / 10);
        assert_int_equal(getrlimit(RLIMIT_NOFILE, &limit), 0);
        if (even > 1) {
            assert_true(drawn * binomial_tail(piles[i], drawn, limit.rlim_cur - 64) <= 1e-6);
        }
    }
}

/* Of sockets that a hash deals, as many as are said to be sure of room have it. */
static void what_is_sure_has_room(void **state)
{
    static const uint32_t workers[] = {2, 4, 16, 50, 256};
    static const double rooms[] = {1, 8, 55, 1000, 19936};

    (void)state;
    for (size_t i = 0; i < sizeof workers / sizeof workers[0]; i++) {
        for (size_t j = 0; j < sizeof rooms / sizeof rooms[0]; j++) {
            double most = rooms[j] * workers[i];
            double sure = fit_sure(most, workers[i]);
            assert_true(sure >= 0 && sure < most);
            double risk = binomial_tail((uint64_t)sure, workers[i], (uint64_t)rooms[j]);
            assert_true(workers[i] * risk <= 1e-6);
        }
    }
    assert_true(fit_sure(55, 1) == 55);
    assert_true(isinf(fit_sure(INFINITY, 4)));
}

/* As many workers accept at once as have a CPU each while the other role has as many. */
static void the_cpus_bound_who_accepts(void **state)
{
    uint32_t cpus = (uint32_t)sysconf(_SC_NPROCESSORS_ONLN);
    uint32_t half = cpus > 1 ? cpus / 2 : 1;

    (void)state;
    assert_int_equal(fit_accepting(0), half);
    assert_int_equal(fit_accepting(1), half);
    assert_int_equal(fit_accepting(cpus), cpus > half ? cpus : half);
    assert_int_equal(fit_accepting(cpus + 1), half);
    assert_int_equal(fit_accepting(50 * cpus), half);
}

static void a_taken_port_is_an_error(void **state)
{
    const struct lab_config config = {.private = false, .addresses = {1, 1}};
    struct event_base *base = event_base_new();
    struct pair pair = {.program = {NULL, "accept close"}, .message = raw};
    struct error error;
    struct lab *lab = lab_new(&config, &error);
    struct role *first = start(&pair, SIDE_SERVER, lab, base);
    struct role_events events = {.finished = ignore_finished};
    struct sockopts none = {0};
    struct program program;
    struct role_plan plan = {
        .side = SIDE_SERVER,
        .workers = 1,
        .program = &program,
        .message = raw,
        .sockopts = &none,
        .servers = *lab_pool(lab, SIDE_SERVER),
        .backlog = 1,
    };

    (void)state;
    program_parse(&program, "accept close", SIDE_SERVER, NULL, &error);
    address_set_port(&plan.servers.first, PORT);
    assert_null(role_new(&plan, lab, base, &events, &error));
    assert_non_null(strstr(error.what, "EADDRINUSE"));
    role_free(first);
    lab_free(lab);
    event_base_free(base);
}

static void an_option_that_no_connection_would_get_is_an_error(void **state)
{
    const struct lab_config config = {.private = false, .addresses = {1, 1}};
    struct error error;
    struct event_base *base = event_base_new();
    struct lab *lab = lab_new(&config, &error);
    struct role_events events = {.finished = ignore_finished};
    struct sockopts options = {0};
    struct program program;
    struct role_plan plan = {
        .side = SIDE_CLIENT,
        .workers = 1,
        .program = &program,
        .message = raw,
        .sockopts = &options,
        .servers = *lab_pool(lab, SIDE_SERVER),
        .connections = 1,
        .concurrency = 1,
    };

    (void)state;
    program_parse(&program, "connect close", SIDE_CLIENT, NULL, &error);
    sockopt_set(&options, SOCKOPT_KEEPIDLE, 0); /* EINVAL, tcp_sock_set_keepidle() */
    assert_null(role_new(&plan, lab, base, &events, &error));
    assert_int_equal(error.status, STATUS_MACHINE);
    assert_non_null(strstr(error.what, "client.sockopt.keepidle"));
    lab_free(lab);
    event_base_free(base);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_connection_is_done),
        cmocka_unit_test(rounds_keep_the_connection),
        cmocka_unit_test(an_early_fin_is_eof),
        cmocka_unit_test(a_reset_is_counted_with_its_errno),
        cmocka_unit_test(held_connections_free_their_slot),
        cmocka_unit_test(many_that_are_dropped_end_by_rst),
        cmocka_unit_test(a_step_waits_no_longer_than_the_timeout),
        cmocka_unit_test(a_dead_worker_loses_no_count),
        cmocka_unit_test(an_open_loop_hides_no_stall),
        cmocka_unit_test(a_pause_is_never_shorter_than_it_says),
        cmocka_unit_test(workers_are_as_many_as_descriptors_need),
        cmocka_unit_test(drawn_shares_leave_room),
        cmocka_unit_test(what_is_sure_has_room),
        cmocka_unit_test(the_cpus_bound_who_accepts),
        cmocka_unit_test(a_taken_port_is_an_error),
        cmocka_unit_test(an_option_that_no_connection_would_get_is_an_error),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
