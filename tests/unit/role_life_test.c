/* A role is killed, frozen and started again, on loopback. */
#include <errno.h>
#include <event2/event.h>
#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cmocka.h>

#include "finwait/clock.h"
#include "finwait/role.h"

enum {
    PORT = 28090, /* below the default ip_local_port_range */
    TICK_MS = 1,
    LIMIT_S = 20,
};

/* A play: a scene is called every tick, and says when the next one is due. */
struct play;
typedef bool scene(struct play *play);

struct play {
    const char *program[SIDE_N];
    uint64_t connections;
    int64_t duration;
    int64_t timeout;
    double rate;
    scene *const *scenes; /* NULL at the end */
    struct event_base *base;
    struct lab *lab;
    struct role *role[SIDE_N];
    uint32_t told[SIDE_N]; /* finished */
    uint32_t restarts;
    uint32_t failures;
    uint64_t refusals;
    int64_t took;
    uint64_t mark;
    int blocker; /* a socket that has the server's port */
};

static void on_finished(void *context, struct role *role)
{
    struct play *play = context;

    play->told[role == play->role[SIDE_CLIENT] ? SIDE_CLIENT : SIDE_SERVER]++;
}

static void on_restarted(void *context, struct role *role, int64_t took, uint64_t refusals)
{
    struct play *play = context;

    (void)role;
    play->restarts++;
    play->took = took;
    play->refusals = refusals;
}

static void on_failed(void *context, struct role *role, const struct error *error)
{
    struct play *play = context;

    (void)role;
    assert_int_equal(error->status, STATUS_MACHINE);
    play->failures++;
}

static struct role *start(struct play *play, enum side side)
{
    struct role_events events = {
        .finished = on_finished,
        .restarted = on_restarted,
        .restart_failed = on_failed,
        .context = play,
    };
    /* Gone when the role is started again: it must have copies. */
    struct program *program = calloc(1, sizeof *program);
    struct sockopts *sockopts = calloc(1, sizeof *sockopts);
    char *host = strdup("test");
    struct role_plan plan = {
        .side = side,
        .workers = 2,
        .program = program,
        .message = {.protocol = PROTOCOL_RAW, .request_size = 64, .response_size = 128},
        .sockopts = sockopts,
        .host = host,
        .timeout = play->timeout,
        .servers = *lab_pool(play->lab, SIDE_SERVER),
        .backlog = 1024,
        .connections = play->connections,
        .concurrency = 4,
        .rate = play->rate,
        .duration = play->duration,
    };
    struct error error;
    struct role *role;

    sockopt_set(sockopts, SOCKOPT_REUSEADDR, 1);
    assert_int_equal(program_parse(program, play->program[side], side, NULL, &error), 0);
    address_set_port(&plan.servers.first, PORT);
    role = role_new(&plan, play->lab, play->base, &events, &error);
    if (role == NULL) {
        fail_msg("%s", error.what);
    }
    memset(program, 0xa5, sizeof *program);
    memset(sockopts, 0xa5, sizeof *sockopts);
    memset(host, 'x', strlen(host));
    free(program);
    free(sockopts);
    free(host);
    return role;
}

static void on_tick(evutil_socket_t fd, short what, void *argument)
{
    struct play *play = argument;

    (void)fd;
    (void)what;
    while (*play->scenes != NULL && (*play->scenes)(play)) {
        play->scenes++;
    }
    if (*play->scenes == NULL) {
        event_base_loopbreak(play->base);
    }
}

static void begin(struct play *play)
{
    const struct lab_config config = {.private = false, .addresses = {1, 1}};
    struct error error;

    play->base = event_base_new();
    play->lab = lab_new(&config, &error);
    assert_non_null(play->lab);
    play->role[SIDE_SERVER] = start(play, SIDE_SERVER);
    play->role[SIDE_CLIENT] = start(play, SIDE_CLIENT);
}

static void perform(struct play *play)
{
    struct timeval limit = {.tv_sec = LIMIT_S};
    struct timeval tick = clock_timeval(TICK_MS * NS_PER_MS);
    struct event *event = event_new(play->base, -1, EV_PERSIST, on_tick, play);

    event_add(event, &tick);
    event_base_loopexit(play->base, &limit);
    event_base_loop(play->base, 0);
    event_free(event);
    assert_null(*play->scenes); /* else it hung in this scene */
}

static void end(struct play *play)
{
    role_free(play->role[SIDE_CLIENT]);
    role_free(play->role[SIDE_SERVER]);
    lab_free(play->lab);
    event_base_free(play->base);
}

static struct account account_of(const struct play *play, enum side side)
{
    struct account account;

    role_account(play->role[side], &account);
    return account;
}

static struct role_progress progress_of(const struct play *play, enum side side)
{
    struct role_progress progress;

    role_progress(play->role[side], &progress);
    return progress;
}

/* ---- scenes ---- */

static bool go(struct play *play)
{
    role_go(play->role[SIDE_CLIENT]);
    return true;
}

static bool until_some_are_done(struct play *play)
{
    return progress_of(play, SIDE_CLIENT).done >= 50;
}

static bool kill_server(struct play *play)
{
    role_kill(play->role[SIDE_SERVER]);
    assert_int_equal(progress_of(play, SIDE_SERVER).workers_alive, 0);
    assert_int_equal(progress_of(play, SIDE_SERVER).open, 0);
    assert_int_equal(play->told[SIDE_SERVER], 1);
    return true;
}

static bool kill_client(struct play *play)
{
    role_kill(play->role[SIDE_CLIENT]);
    assert_int_equal(play->told[SIDE_CLIENT], 1);
    assert_int_equal(progress_of(play, SIDE_CLIENT).ended_at, 0); /* nor was it all to begin */
    return true;
}

static bool until_refused(struct play *play)
{
    return account_of(play, SIDE_CLIENT).outcome[OUTCOME_REFUSED] > 0;
}

static bool start_server(struct play *play)
{
    struct error error;

    play->mark = progress_of(play, SIDE_CLIENT).done;
    assert_int_equal(role_start(play->role[SIDE_SERVER], NULL, &error), 0);
    assert_int_equal(play->restarts, 0); /* it returns at once */
    assert_int_equal(role_start(play->role[SIDE_SERVER], NULL, &error), -1);
    assert_int_equal(error.status, STATUS_USAGE);
    return true;
}

static bool start_client(struct play *play)
{
    struct error error;

    assert_int_equal(role_start(play->role[SIDE_CLIENT], NULL, &error), 0);
    return true;
}

static bool until_restarted(struct play *play)
{
    return play->restarts == 1;
}

static bool until_more_are_done(struct play *play)
{
    return progress_of(play, SIDE_CLIENT).done >= play->mark + 50;
}

static bool stop_client(struct play *play)
{
    role_stop(play->role[SIDE_CLIENT]);
    return true;
}

static bool until_client_has_finished(struct play *play)
{
    return play->told[SIDE_CLIENT] > 0;
}

static bool until_client_has_finished_again(struct play *play)
{
    return play->told[SIDE_CLIENT] == 2;
}

/* Its owner hears nothing meanwhile, as one that is off the CPU does not. */
static bool until_all_have_ended(struct play *play)
{
    int64_t limit = clock_now() + LIMIT_S * NS_PER_S;

    while (progress_of(play, SIDE_CLIENT).ended_at == 0 && clock_now() < limit) {
        usleep(1000);
    }
    play->mark = (uint64_t)progress_of(play, SIDE_CLIENT).ended_at;
    assert_int_equal(play->told[SIDE_CLIENT], 0);
    return true;
}

/* ---- tests ---- */

static void a_killed_server_serves_again(void **state)
{
    static scene *const scenes[] = {go,
                                    until_some_are_done,
                                    kill_server,
                                    until_refused,
                                    start_server,
                                    until_restarted,
                                    until_more_are_done,
                                    stop_client,
                                    until_client_has_finished,
                                    NULL};
    struct play play = {
        .program = {"connect send recv wait-fin close", "accept recv send close"},
        .scenes = scenes,
    };
    struct account client;
    struct account server;

    (void)state;
    begin(&play);
    perform(&play);
    client = account_of(&play, SIDE_CLIENT);
    server = account_of(&play, SIDE_SERVER);
    assert_true(server.outcome[OUTCOME_DONE] + server.outcome[OUTCOME_KILLED] >=
                client.outcome[OUTCOME_DONE]);
    assert_true(server.attempted >= client.outcome[OUTCOME_DONE]);
    assert_int_equal(progress_of(&play, SIDE_SERVER).workers_died, 0);
    assert_int_equal(progress_of(&play, SIDE_SERVER).workers_alive, 2);
    assert_int_equal(play.refusals, 0);
    assert_true(play.took > 0);
    end(&play);
}

static void what_a_killed_server_had_open_is_killed(void **state)
{
    static scene *const scenes[] = {go, NULL};
    struct play play = {
        .program = {"connect send recv close", "accept pause(1h) recv send close"},
        .connections = 4,
        .scenes = scenes,
    };

    (void)state;
    begin(&play);
    perform(&play);
    while (account_of(&play, SIDE_SERVER).opened < 4) {
        event_base_loop(play.base, EVLOOP_NONBLOCK);
    }
    kill_server(&play);
    assert_int_equal(account_of(&play, SIDE_SERVER).outcome[OUTCOME_KILLED], 4);
    role_end(play.role[SIDE_SERVER]);
    assert_int_equal(account_of(&play, SIDE_SERVER).outcome[OUTCOME_CUT], 0);
    end(&play);
}

/* Until `count` connections of the server are in the outcome. */
static void wait_for(struct play *play, enum outcome outcome, uint64_t count)
{
    int64_t limit = clock_now() + LIMIT_S * NS_PER_S;

    while (account_of(play, SIDE_SERVER).outcome[outcome] < count) {
        assert_true(clock_now() < limit);
        event_base_loop(play->base, EVLOOP_NONBLOCK);
    }
}

static void what_it_held_is_killed_too(void **state)
{
    static scene *const scenes[] = {go, NULL};
    static scene *const more[] = {start_server, until_restarted, NULL};
    struct play play = {
        .program = {"connect wait-fin close", "accept hold"},
        .connections = 8,
        .scenes = scenes,
    };

    (void)state;
    begin(&play);
    perform(&play);
    wait_for(&play, OUTCOME_HELD, 4);
    kill_server(&play);
    assert_int_equal(account_of(&play, SIDE_SERVER).outcome[OUTCOME_HELD], 0);
    assert_int_equal(account_of(&play, SIDE_SERVER).outcome[OUTCOME_KILLED],
                     account_of(&play, SIDE_SERVER).attempted);
    assert_int_equal(progress_of(&play, SIDE_SERVER).failed,
                     account_of(&play, SIDE_SERVER).attempted);
    play.scenes = more;
    perform(&play);
    end(&play);
}

static void what_is_held_to_the_end_stays_held(void **state)
{
    static scene *const scenes[] = {go, NULL};
    struct play play = {
        .program = {"connect hold", "accept hold"},
        .connections = 8,
        .scenes = scenes,
    };

    (void)state;
    begin(&play);
    perform(&play);
    wait_for(&play, OUTCOME_HELD, 8);
    role_end(play.role[SIDE_SERVER]);
    assert_int_equal(account_of(&play, SIDE_SERVER).outcome[OUTCOME_HELD], 8);
    assert_int_equal(account_of(&play, SIDE_SERVER).outcome[OUTCOME_CUT], 0);
    end(&play);
}

static bool take_port(struct play *play)
{
    struct address_pool pool = *lab_pool(play->lab, SIDE_SERVER);
    const int on = 1;

    play->blocker = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    address_set_port(&pool.first, PORT);
    setsockopt(play->blocker, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
    assert_int_equal(bind(play->blocker, &pool.first.sa, pool.first.length), 0);
    assert_int_equal(listen(play->blocker, 16), 0);
    return true;
}

static bool until_bind_is_refused(struct play *play)
{
    return account_of(play, SIDE_SERVER).error[EADDRINUSE] >= 3;
}

static bool leave_port(struct play *play)
{
    assert_int_equal(play->restarts, 0);
    close(play->blocker);
    return true;
}

static void bind_is_tried_until_the_port_is_free(void **state)
{
    static scene *const scenes[] = {
        kill_server, take_port,       start_server, until_bind_is_refused,
        leave_port,  until_restarted, NULL};
    struct play play = {
        .program = {"connect close", "accept close"},
        .scenes = scenes,
    };

    (void)state;
    begin(&play);
    perform(&play);
    assert_true(play.refusals >= 3);
    assert_int_equal(account_of(&play, SIDE_SERVER).error[EADDRINUSE], play.refusals);
    assert_true(play.took >= (int64_t)(play.refusals * TICK_MS * NS_PER_MS));
    end(&play);
}

static void a_restart_can_be_given_up(void **state)
{
    static scene *const scenes[] = {kill_server, take_port, start_server, until_bind_is_refused,
                                    NULL};
    struct play play = {
        .program = {"connect close", "accept close"},
        .scenes = scenes,
    };
    struct error error;

    (void)state;
    begin(&play);
    perform(&play);
    role_kill(play.role[SIDE_SERVER]);
    close(play.blocker);
    event_base_loop(play.base, EVLOOP_NONBLOCK);
    assert_int_equal(play.restarts, 0);
    assert_int_equal(role_start(play.role[SIDE_SERVER], NULL, &error), 0);
    role_end(play.role[SIDE_SERVER]);
    assert_int_equal(role_start(play.role[SIDE_SERVER], NULL, &error), -1);
    end(&play);
}

static void a_role_that_runs_is_not_started(void **state)
{
    static scene *const scenes[] = {NULL};
    struct play play = {.program = {"connect close", "accept close"}, .scenes = scenes};
    struct error error;

    (void)state;
    begin(&play);
    assert_int_equal(role_start(play.role[SIDE_SERVER], NULL, &error), -1);
    assert_int_equal(error.status, STATUS_USAGE);
    end(&play);
}

static bool until_it_failed(struct play *play)
{
    return play->failures == 1;
}

static void another_error_is_no_refusal(void **state)
{
    static scene *const scenes[] = {kill_server, start_server, until_it_failed, NULL};
    struct play play = {.program = {"connect close", "accept close"}, .scenes = scenes};
    struct rlimit before;
    struct rlimit none;

    (void)state;
    begin(&play);
    assert_int_equal(getrlimit(RLIMIT_NOFILE, &before), 0);
    none = (struct rlimit){.rlim_cur = 0, .rlim_max = before.rlim_max};
    assert_int_equal(setrlimit(RLIMIT_NOFILE, &none), 0);
    perform(&play);
    assert_int_equal(setrlimit(RLIMIT_NOFILE, &before), 0);
    assert_int_equal(play.restarts, 0);
    assert_int_equal(progress_of(&play, SIDE_SERVER).workers_alive, 0);
    end(&play);
}

static void the_end_is_when_the_last_one_ended(void **state)
{
    static scene *const scenes[] = {go, until_all_have_ended, until_client_has_finished, NULL};
    struct play play = {
        .program = {"connect send recv wait-fin close", "accept recv send close"},
        .connections = 100,
        .scenes = scenes,
    };

    (void)state;
    begin(&play);
    assert_int_equal(progress_of(&play, SIDE_CLIENT).ended_at, 0);
    perform(&play);
    assert_true(play.mark > 0);
    assert_int_equal(progress_of(&play, SIDE_CLIENT).ended_at, play.mark);
    assert_int_equal(progress_of(&play, SIDE_SERVER).ended_at, 0);
    end(&play);
}

static void a_killed_client_goes_on(void **state)
{
    static scene *const scenes[] = {
        go,           until_some_are_done, kill_client,
        start_client, until_restarted,     until_client_has_finished_again,
        NULL};
    struct play play = {
        .program = {"connect send recv wait-fin close", "accept recv send close"},
        .connections = 400,
        .scenes = scenes,
    };
    struct account client;

    (void)state;
    for (int open_loop = 0; open_loop < 2; open_loop++) {
        play.scenes = scenes;
        play.rate = open_loop ? 2000 : 0;
        play.restarts = 0;
        memset(play.told, 0, sizeof play.told);
        begin(&play);
        perform(&play);
        client = account_of(&play, SIDE_CLIENT);
        assert_int_equal(client.attempted, 400);
        assert_int_equal(client.outcome[OUTCOME_DONE] + client.outcome[OUTCOME_KILLED], 400);
        assert_true(client.cpu_user + client.cpu_system > 0);
        assert_true(progress_of(&play, SIDE_CLIENT).ended_at > 0);
        end(&play);
    }
}

static void a_stopped_client_begins_nothing_again(void **state)
{
    static scene *const scenes[] = {go,
                                    until_some_are_done,
                                    stop_client,
                                    kill_client,
                                    start_client,
                                    until_restarted,
                                    until_client_has_finished_again,
                                    NULL};
    struct play play = {
        .program = {"connect send recv wait-fin close", "accept recv send close"},
        .connections = 1000000,
        .scenes = scenes,
    };

    (void)state;
    begin(&play);
    perform(&play);
    assert_true(account_of(&play, SIDE_CLIENT).attempted < 1000000);
    end(&play);
}

static bool freeze_server(struct play *play)
{
    role_freeze(play->role[SIDE_SERVER], true);
    return true;
}

static bool until_timeout(struct play *play)
{
    return account_of(play, SIDE_CLIENT).outcome[OUTCOME_TIMEOUT] >= 8;
}

static bool thaw_server(struct play *play)
{
    play->mark = progress_of(play, SIDE_CLIENT).done;
    role_freeze(play->role[SIDE_SERVER], false);
    return true;
}

static void a_frozen_server_serves_nobody(void **state)
{
    static scene *const scenes[] = {go,          until_some_are_done, freeze_server, until_timeout,
                                    thaw_server, until_more_are_done, freeze_server, kill_server,
                                    NULL};
    struct play play = {
        .program = {"connect send recv wait-fin close", "accept recv send close"},
        .timeout = 50 * NS_PER_MS,
        .scenes = scenes,
    };

    (void)state;
    begin(&play);
    perform(&play);
    assert_int_equal(progress_of(&play, SIDE_SERVER).workers_died, 0);
    end(&play);
}

/* A thread that nearly always holds a lock of malloc. */
static void *allocate(void *argument)
{
    const atomic_bool *over = argument;

    while (!atomic_load(over)) {
        free(malloc(1U << (rand() % 16)));
    }
    return NULL;
}

static void a_thread_does_not_hinder_a_restart(void **state)
{
    static scene *const scenes[] = {kill_server, start_server, until_restarted, NULL};
    struct play play = {.program = {"connect close", "accept close"}};
    atomic_bool over = false;
    pthread_t thread;

    (void)state;
    begin(&play);
    assert_int_equal(pthread_create(&thread, NULL, allocate, &over), 0);
    for (int i = 0; i < 20; i++) {
        play.scenes = scenes;
        play.restarts = 0;
        play.told[SIDE_SERVER] = 0;
        perform(&play);
    }
    atomic_store(&over, true);
    pthread_join(thread, NULL);
    assert_int_equal(progress_of(&play, SIDE_SERVER).workers_alive, 2);
    end(&play);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_killed_server_serves_again),
        cmocka_unit_test(what_a_killed_server_had_open_is_killed),
        cmocka_unit_test(what_it_held_is_killed_too),
        cmocka_unit_test(what_is_held_to_the_end_stays_held),
        cmocka_unit_test(bind_is_tried_until_the_port_is_free),
        cmocka_unit_test(a_restart_can_be_given_up),
        cmocka_unit_test(a_role_that_runs_is_not_started),
        cmocka_unit_test(another_error_is_no_refusal),
        cmocka_unit_test(the_end_is_when_the_last_one_ended),
        cmocka_unit_test(a_killed_client_goes_on),
        cmocka_unit_test(a_stopped_client_begins_nothing_again),
        cmocka_unit_test(a_frozen_server_serves_nobody),
        cmocka_unit_test(a_thread_does_not_hinder_a_restart),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
