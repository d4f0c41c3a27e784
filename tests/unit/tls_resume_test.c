#include "tls_testing.h"

#include <poll.h>
#include <sys/wait.h>

/* A session ticket of TLS 1.3 comes after the handshake, and somebody has to read it. */
static void take_tickets(struct ends *ends)
{
    assert_int_equal(ends_poll(ends, SIDE_CLIENT), TLS_WANT_READ);
}

/* Whether the next connection is a resumed one; both sides must say the same. */
static bool next_is_resumed(struct ends *ends)
{
    ends_open(ends);
    take_tickets(ends);
    bool resumed = tls_resumed(ends->stream[SIDE_CLIENT]);
    assert_int_equal(tls_resumed(ends->stream[SIDE_SERVER]), resumed);
    assert_both_work(ends);
    ends_hang_up(ends);
    return resumed;
}

struct way {
    enum tls_version version;
    enum tls_resumption client, server;
    bool resumed;
};

static const struct way ways[] = {
    {TLS_1_3, TLS_RESUME_TICKET, TLS_RESUME_TICKET, true},
    {TLS_1_2, TLS_RESUME_TICKET, TLS_RESUME_TICKET, true},
    {TLS_1_2, TLS_RESUME_SESSION_ID, TLS_RESUME_SESSION_ID, true},
    {TLS_1_3, TLS_RESUME_OFF, TLS_RESUME_OFF, false},
    {TLS_1_2, TLS_RESUME_OFF, TLS_RESUME_OFF, false},
    /* One side alone is enough to have full handshakes only: whoever the other one is. */
    {TLS_1_3, TLS_RESUME_TICKET, TLS_RESUME_OFF, false},
    {TLS_1_2, TLS_RESUME_TICKET, TLS_RESUME_OFF, false},
    {TLS_1_3, TLS_RESUME_OFF, TLS_RESUME_TICKET, false},
    {TLS_1_2, TLS_RESUME_OFF, TLS_RESUME_TICKET, false},
    {TLS_1_2, TLS_RESUME_TICKET, TLS_RESUME_SESSION_ID, false},
    {TLS_1_2, TLS_RESUME_SESSION_ID, TLS_RESUME_TICKET, false},
};

static void make(struct ends *ends, const struct way *way)
{
    struct tls_spec client = spec_plain();
    struct tls_spec server = spec_plain();

    client.version = way->version;
    client.resumption = way->client;
    server.version = way->version;
    server.resumption = way->server;
    ends_make(ends, &client, &server);
}

static void resumes_when_both_do(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof ways / sizeof ways[0]; i++) {
        struct ends ends;

        make(&ends, &ways[i]);
        assert_false(next_is_resumed(&ends));
        for (int again = 0; again < 3; again++) {
            if (next_is_resumed(&ends) != ways[i].resumed) {
                fail_msg("way %zu: resumed %d", i, !ways[i].resumed);
            }
        }
        ends_free(&ends);
    }
}

/* A load has many under way at once. */
static void one_session_serves_many(void **state)
{
    struct ends first;
    struct ends second;

    (void)state;
    make(&first, &ways[0]);
    assert_false(next_is_resumed(&first));
    second = first;
    ends_open(&first);
    ends_open(&second);
    assert_true(tls_resumed(first.stream[SIDE_SERVER]));
    assert_true(tls_resumed(second.stream[SIDE_SERVER]));
    ends_hang_up(&second);
    ends_free(&first);
}

/* What becomes of a connection once it is open does not decide about the next one. */
static void a_truncated_connection_leaves_its_session(void **state)
{
    (void)state;
    for (size_t i = 0; i < 2; i++) { /* TLS 1.3 and 1.2 */
        struct ends ends;

        make(&ends, &ways[i]);
        ends_open(&ends);
        take_tickets(&ends);
        for (int again = 0; again < 3; again++) {
            shutdown(ends.fd[SIDE_SERVER], SHUT_WR);
            assert_int_equal(ends_poll(&ends, SIDE_CLIENT), TLS_TRUNCATED);
            ends_hang_up(&ends);
            ends_open(&ends);
            assert_true(tls_resumed(ends.stream[SIDE_CLIENT]));
            assert_true(tls_resumed(ends.stream[SIDE_SERVER]));
        }
        ends_free(&ends);
    }
}

static void a_failed_handshake_forgets_the_session(void **state)
{
    static const char answer[] = "HTTP/1.1 400 Bad Request\r\n\r\n";
    struct ends ends;

    (void)state;
    make(&ends, &ways[0]);
    assert_false(next_is_resumed(&ends));
    assert_true(next_is_resumed(&ends));
    ends_connect(&ends);
    assert_int_equal(send(ends.fd[SIDE_SERVER], answer, sizeof answer, 0), sizeof answer);
    assert_int_equal(tls_handshake(ends.stream[SIDE_CLIENT], &ends.trouble[SIDE_CLIENT]),
                     TLS_FAILED);
    ends_hang_up(&ends);
    assert_false(next_is_resumed(&ends));
    assert_true(next_is_resumed(&ends));
    ends_free(&ends);
}

/* ---- what is received ---- */

static void tickets_are_counted(void **state)
{
    static const uint32_t counts[] = {0, 1, 2, 16};

    (void)state;
    for (size_t i = 0; i < sizeof counts / sizeof counts[0]; i++) {
        struct tls_spec spec = spec_plain();
        struct ends ends;

        spec.version = TLS_1_3;
        spec.tickets = counts[i];
        ends_make(&ends, &spec, &spec);
        ends_open(&ends);
        assert_int_equal(tls_tickets_received(ends.tls[SIDE_CLIENT]), 0);
        take_tickets(&ends);
        assert_int_equal(tls_tickets_received(ends.tls[SIDE_CLIENT]), counts[i]);
        assert_int_equal(tls_tickets_received(ends.tls[SIDE_SERVER]), 0);
        ends_free(&ends);
    }
}

/* SSL_CTX_set_num_tickets(3): after a resumption the server sends one, however many were asked
 * for. */
static void a_resumption_brings_one_ticket(void **state)
{
    struct ends ends;

    (void)state;
    make(&ends, &ways[0]);
    assert_false(next_is_resumed(&ends));
    assert_int_equal(tls_tickets_received(ends.tls[SIDE_CLIENT]), 2);
    assert_true(next_is_resumed(&ends));
    assert_int_equal(tls_tickets_received(ends.tls[SIDE_CLIENT]), 3);
    ends_free(&ends);
}

/* ---- processes ---- */

/* To the end of the handshake, waiting as a process of its own may. */
static void handshake_alone(struct ends *ends, enum side side)
{
    while (is_want(ends->status[side])) {
        struct pollfd wanted = {.fd = ends->fd[side], .events = POLLIN};

        ends->status[side] = tls_handshake(ends->stream[side], &ends->trouble[side]);
        if (ends->status[side] == TLS_WANT_READ) {
            poll(&wanted, 1, 5000);
        }
    }
}

/* A worker of the server: 1: its connection was resumed, 0: not, 2: it failed. */
static int serve_one(struct ends *ends)
{
    handshake_alone(ends, SIDE_SERVER);
    if (ends->status[SIDE_SERVER] != TLS_OK) {
        return 2;
    }
    return tls_resumed(ends->stream[SIDE_SERVER]);
}

/* The server's end lives in a process of its own, which is forked for this connection. */
static int resumed_with_child(struct ends *ends)
{
    int status;
    pid_t child;

    ends_connect(ends);
    child = fork();
    assert_true(child >= 0);
    if (child == 0) {
        _exit(serve_one(ends));
    }
    handshake_alone(ends, SIDE_CLIENT);
    assert_int_equal(ends->status[SIDE_CLIENT], TLS_OK);
    assert_int_equal(waitpid(child, &status, 0), child);
    take_tickets(ends);
    assert_true(WIFEXITED(status));
    assert_int_equal(tls_resumed(ends->stream[SIDE_CLIENT]), WEXITSTATUS(status));
    ends_hang_up(ends);
    return WEXITSTATUS(status);
}

static void workers_share_the_keys_of_tickets(void **state)
{
    (void)state;
    for (size_t i = 0; i < 2; i++) { /* TLS 1.3 and 1.2 */
        struct ends ends;

        make(&ends, &ways[i]);
        assert_int_equal(resumed_with_child(&ends), 0);
        assert_int_equal(resumed_with_child(&ends), 1);
        assert_int_equal(resumed_with_child(&ends), 1);
        ends_free(&ends);
    }
}

/* A fork copies the state of the generator; OpenSSL notices and takes new seed. */
static void workers_draw_numbers_of_their_own(void **state)
{
    enum { WORKERS = 3 };
    unsigned char drawn[WORKERS][SSL3_RANDOM_SIZE];
    struct tls_spec spec = spec_plain();
    struct ends ends;
    int pipes[2];

    (void)state;
    ends_make(&ends, &spec, &spec);
    ends_open(&ends); /* it has drawn some */
    ends_hang_up(&ends);
    ends_connect(&ends);
    assert_int_equal(pipe(pipes), 0);
    for (int i = 0; i < WORKERS; i++) {
        if (fork() == 0) {
            tls_handshake(ends.stream[SIDE_CLIENT], &ends.trouble[SIDE_CLIENT]);
            SSL_get_client_random(ends.stream[SIDE_CLIENT]->ssl, drawn[i], sizeof drawn[i]);
            _exit(write(pipes[1], drawn[i], sizeof drawn[i]) != sizeof drawn[i]);
        }
        assert_int_equal(read(pipes[0], drawn[i], sizeof drawn[i]), sizeof drawn[i]);
        for (int before = 0; before < i; before++) {
            assert_memory_not_equal(drawn[i], drawn[before], sizeof drawn[i]);
        }
        wait(NULL);
    }
    close(pipes[0]);
    close(pipes[1]);
    ends_free(&ends);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(resumes_when_both_do),
        cmocka_unit_test(one_session_serves_many),
        cmocka_unit_test(a_truncated_connection_leaves_its_session),
        cmocka_unit_test(a_failed_handshake_forgets_the_session),
        cmocka_unit_test(tickets_are_counted),
        cmocka_unit_test(a_resumption_brings_one_ticket),
        cmocka_unit_test(workers_share_the_keys_of_tickets),
        cmocka_unit_test(workers_draw_numbers_of_their_own),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
