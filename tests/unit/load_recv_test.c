#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <netinet/in.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "conn.h"
#include "finwait/clock.h"
#include "steps.h"
#include "wire.h"

/* What a server that looks at its requests first finds when it then takes them. */

static const char request[] = "GET / HTTP/1.1\r\nHost: test\r\n\r\n";

static enum wire_status show_request(struct conn *conn, char *bytes, size_t size, size_t *done)
{
    (void)conn;
    (void)size;
    *done = sizeof request - 1;
    memcpy(bytes, request, *done);
    errno = ENOENT; /* a call of before that has nothing to do with it */
    return WIRE_OK;
}

static const struct wire shows = {.recv = show_request};

/* The server's end of a connection on which `length` bytes and a FIN have come. */
static int connection(size_t length)
{
    struct sockaddr_in at = {.sin_family = AF_INET};
    socklen_t size = sizeof at;
    int listener = socket(AF_INET, SOCK_STREAM, 0);
    int client = socket(AF_INET, SOCK_STREAM, 0);

    at.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    assert_int_equal(bind(listener, (struct sockaddr *)&at, size), 0);
    assert_int_equal(listen(listener, 1), 0);
    assert_int_equal(getsockname(listener, (struct sockaddr *)&at, &size), 0);
    assert_int_equal(connect(client, (struct sockaddr *)&at, size), 0);
    assert_int_equal(send(client, request, length, 0), length);
    int server = accept(listener, NULL, NULL);
    close(client);
    close(listener);
    return server;
}

static struct account *account_of(size_t length, enum step_result *result)
{
    static const struct program program = {.length = 1, .step = {{.op = STEP_RECV}}};
    struct role_plan plan = {
        .side = SIDE_SERVER,
        .workers = 1,
        .program = &program,
        .message = {.protocol = PROTOCOL_HTTP},
    };
    struct account *account = calloc(1, sizeof *account);
    struct worker worker = {
        .plan = &plan, .account = account, .wire = &shows, .peek = true, .linger = -1};

    worker.scratch = malloc(WORKER_SCRATCH);
    TAILQ_INIT(&worker.waiting);
    TAILQ_INIT(&worker.spare);
    TAILQ_INIT(&worker.turns);
    struct conn *conn = conn_new(&worker, connection(length), clock_now());
    *result = step_recv(conn, &program.step[0]);
    if (*result == STEP_NEXT) {
        conn_end(conn, OUTCOME_DONE);
    }
    free(conn);
    free(worker.scratch);
    return account;
}

static void what_is_taken_is_a_request(void **state)
{
    enum step_result result;
    struct account *account = account_of(sizeof request - 1, &result);

    (void)state;
    assert_int_equal(result, STEP_NEXT);
    assert_int_equal(account->messages_received, 1);
    free(account);
}

static void what_cannot_be_taken_fails_by_its_own_errno(void **state)
{
    enum step_result result;
    struct account *account = account_of(10, &result);

    (void)state;
    assert_int_equal(result, STEP_ENDED);
    assert_int_equal(account->error[ENOENT], 0);
    assert_int_equal(account->error[EIO], 1);
    assert_int_equal(account->outcome[OUTCOME_ERROR], 1);
    free(account);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_is_taken_is_a_request),
        cmocka_unit_test(what_cannot_be_taken_fails_by_its_own_errno),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
