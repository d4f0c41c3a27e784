/* Closes that take their time. */
#include <errno.h>
#include <event2/event.h>
#include <event2/event_struct.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cmocka.h>

#include "finwait/clock.h"
#include "finwait/role.h"

enum {
    PORT = 28095, /* below the default ip_local_port_range */
    OTHERS = 20,
    REQUEST = 64 * 1024, /* more than the server's window, less than the client's send buffer */
    LIMIT_S = 20,
};

/* ---- a server that leaves its first connection unread ---- */

struct server {
    struct event_base *base;
    struct role *client;
    int first; /* -1: not yet accepted */
    uint64_t until_done;
    struct event listen;
    struct event tick;
};

static void on_data(evutil_socket_t fd, short what, void *argument)
{
    struct event *event = argument;
    char bytes[4096];
    ssize_t n;

    (void)what;
    while ((n = recv(fd, bytes, sizeof bytes, MSG_DONTWAIT)) > 0) {
    }
    if (n == 0) {
        event_free(event);
        close(fd);
    }
}

static void serve(struct event_base *base, int fd)
{
    struct event *event = event_new(base, fd, EV_READ | EV_PERSIST, on_data, event_self_cbarg());

    event_add(event, NULL);
}

static void on_connection(evutil_socket_t listener, short what, void *argument)
{
    struct server *server = argument;
    int fd = accept(listener, NULL, NULL);

    (void)what;
    assert_true(fd >= 0);
    if (server->first < 0) {
        server->first = fd;
    } else {
        serve(server->base, fd);
    }
}

static int listen_somewhere(const struct address *address)
{
    const int on = 1;
    const int small = 4096;
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

    setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
    setsockopt(fd, SOL_SOCKET, SO_RCVBUF, &small, sizeof small);
    assert_int_equal(bind(fd, &address->sa, address->length), 0);
    assert_int_equal(listen(fd, OTHERS), 0);
    return fd;
}

static uint64_t done(const struct role *role)
{
    struct account account;

    role_account(role, &account);
    return account.outcome[OUTCOME_DONE];
}

static void on_tick(evutil_socket_t fd, short what, void *argument)
{
    struct server *server = argument;

    (void)fd;
    (void)what;
    if (done(server->client) >= server->until_done) {
        event_base_loopbreak(server->base);
    }
}

static void await_done(struct server *server, uint64_t count)
{
    struct timeval limit = {.tv_sec = LIMIT_S};
    struct timeval tick = clock_timeval(NS_PER_MS);

    server->until_done = count;
    event_assign(&server->tick, server->base, -1, EV_PERSIST, on_tick, server);
    event_add(&server->tick, &tick);
    event_base_loopexit(server->base, &limit);
    event_base_loop(server->base, 0);
    event_del(&server->tick);
    assert_int_equal(done(server->client), count);
}

static void ignore(void *context, struct role *role)
{
    (void)context;
    (void)role;
}

static struct role *start_client(struct event_base *base, const struct lab *lab,
                                 const struct address *to, const char *text, int64_t linger)
{
    struct sockopts sockopts = {0};
    struct program program;
    struct role_plan plan = {
        .side = SIDE_CLIENT,
        .workers = 1,
        .program = &program,
        .message = {.protocol = PROTOCOL_RAW, .request_size = REQUEST, .response_size = 1},
        .sockopts = &sockopts,
        .servers = {.first = *to, .count = 1},
        .connections = OTHERS + 1,
        .concurrency = 2, /* one for the first, one for the others in turn */
    };
    struct role_events events = {.finished = ignore};
    struct error error;
    struct role *role;

    sockopt_set(&sockopts, SOCKOPT_SNDBUF, 200 << 10);
    if (linger > 0) {
        sockopt_set(&sockopts, SOCKOPT_LINGER, linger);
    }
    assert_int_equal(program_parse(&program, text, SIDE_CLIENT, NULL, &error), 0);
    role = role_new(&plan, lab, base, &events, &error);
    assert_non_null(role);
    return role;
}

/* The first close waits for as long as the server does not read; the others are over meanwhile. */
/* `linger`: s; 0: the socket option is not set. */
static void play(const char *program, int64_t linger)
{
    const struct lab_config config = {.private = false, .addresses = {1, 1}};
    struct server server = {.base = event_base_new(), .first = -1};
    struct error error;
    struct lab *lab = lab_new(&config, &error);
    struct address address = lab_pool(lab, SIDE_SERVER)->first;
    struct role_progress progress;

    address_set_port(&address, PORT);
    int listener = listen_somewhere(&address);
    event_assign(&server.listen, server.base, listener, EV_READ | EV_PERSIST, on_connection,
                 &server);
    event_add(&server.listen, NULL);
    server.client = start_client(server.base, lab, &address, program, linger);
    role_go(server.client);
    await_done(&server, OTHERS);
    role_progress(server.client, &progress);
    assert_int_equal(progress.attempted, OTHERS + 1);
    assert_int_equal(progress.open, 1);
    serve(server.base, server.first);
    await_done(&server, OTHERS + 1);
    role_free(server.client);
    event_del(&server.listen);
    close(listener);
    lab_free(lab);
    event_base_free(server.base);
}

static void a_close_that_lingers_holds_up_no_other(void **state)
{
    (void)state;
    play("connect send linger(1h) close", 0);
}

static void so_does_one_that_a_socket_option_makes_linger(void **state)
{
    (void)state;
    play("connect send close", 3600);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_close_that_lingers_holds_up_no_other),
        cmocka_unit_test(so_does_one_that_a_socket_option_makes_linger),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
