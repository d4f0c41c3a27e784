#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
// cmocka.h needs the four above first
#include <cmocka.h>
#undef expect_check // one of cmocka's, and of the module under test
#include <errno.h>
#include <string.h>

#include "finwait/expect.h"
#include "finwait/metric.h"

static const struct where nowhere;

/* 10 completed of 12 attempted; the slowest connect took 40 us. */
static struct result *measured(void)
{
    struct result *result = result_new();
    struct account *account = &result->side[SIDE_CLIENT].account;

    result->side[SIDE_CLIENT].played = true;
    account->attempted = 12;
    account->opened = 30000;
    account->bytes_sent = 65536;
    account->outcome[OUTCOME_DONE] = 10;
    account->outcome[OUTCOME_RESET] = 2;
    histogram_record(&account->latency[LATENCY_CONNECT], 40000);
    result_measure(result);
    return result;
}

static void verdicts(void **state)
{
    static const struct {
        const char *text;
        enum verdict verdict;
    } expected[] = {
        {"connections.completed == 10", VERDICT_PASS},
        {"connections.completed==10", VERDICT_PASS},
        {"  connections.completed\t>= 10 ", VERDICT_PASS},
        {"connections.completed >= 10.5", VERDICT_FAIL},
        {"connections.completed != 10", VERDICT_FAIL},
        {"connections.completed != 11", VERDICT_PASS},
        {"connections.completed < 10", VERDICT_FAIL},
        {"connections.completed <= 10", VERDICT_PASS},
        {"connections.completed > 9", VERDICT_PASS},
        {"connections.completed > -1", VERDICT_PASS},
        {"5 < connections.completed", VERDICT_PASS},
        {"connections.completed >= 0.8 * connections.attempted", VERDICT_PASS},
        {"connections.completed >= 0.9*connections.attempted", VERDICT_FAIL},
        {"0.1 * connections.opened == 300 * connections.completed", VERDICT_PASS},
        {"3000 == 0.1 * connections.opened", VERDICT_PASS},
        {"1.2 >= 0.1 * connections.attempted", VERDICT_PASS}, /* 0.1 × 12 rounds to above 1.2 */
        {"1.2 < 0.1 * connections.attempted", VERDICT_FAIL},
        {"connections.opened == 30k", VERDICT_PASS},
        {"connections.opened < 1M", VERDICT_PASS},
        {"client.bytes_sent == 64KiB", VERDICT_PASS},
        {"client.bytes_sent == 65.536kB", VERDICT_PASS},
        {"client.bytes_sent < 1MB", VERDICT_PASS},
        {"client.bytes_sent == 6553.6B * connections.completed", VERDICT_PASS},
        {"client.bytes_sent > 0", VERDICT_PASS},
        {"latency.connect.max <= 40us", VERDICT_PASS},
        {"latency.connect.max == 40us", VERDICT_PASS},
        {"latency.connect.max < 40us", VERDICT_FAIL},
        {"latency.connect.max < 1.5ms", VERDICT_PASS},
        {"latency.connect.max < 1m", VERDICT_PASS},
        {"latency.connect.max == 40 us", VERDICT_PASS},
        {"latency.connect.max < 1 min", VERDICT_PASS},
        {"client.bytes_sent == 6_553.6 B * connections.completed", VERDICT_PASS},
        {"connections.completed < 1_0K", VERDICT_PASS},
        {"connections.completed < 100% * connections.attempted", VERDICT_PASS},
        {"connections.completed > 98 % * connections.attempted", VERDICT_FAIL},
        {"latency.connect.max > 0", VERDICT_PASS},
        {"0 < latency.connect.max", VERDICT_PASS},
        {"0s < latency.connect.max", VERDICT_PASS},
        {"latency.connect.max <= 4us * connections.completed", VERDICT_PASS},
        {"connections.rate > 60/m", VERDICT_UNMEASURED},
        {"connections.completed >= 1/s * latency.connect.max", VERDICT_PASS},
        {"latency.connect.max > 39999ns", VERDICT_PASS},
        {"errors.EPIPE == 0", VERDICT_PASS},
        {"server.time_wait.peak == 0", VERDICT_UNMEASURED},
        {"connections.completed > 0.5/s * latency.close.p99", VERDICT_UNMEASURED},
    };
    struct result *result = measured();
    struct error error;

    (void)state;
    for (size_t i = 0; i < sizeof expected / sizeof expected[0]; i++) {
        if (expect_judge(result, expected[i].text, nowhere, &error) != 0) {
            fail_msg("%s: %s", expected[i].text, error.what);
        }
        assert_int_equal(result->expectation_count, i + 1);
        const struct expectation_result *judged = &result->expectation[i];
        assert_string_equal(judged->text, expected[i].text);
        if (judged->verdict != expected[i].verdict) {
            fail_msg("%s: verdict %d, expected %d", expected[i].text, (int)judged->verdict,
                     (int)expected[i].verdict);
        }
    }
    result_free(result);
}

static void a_verdict_tells_its_values(void **state)
{
    struct result *result = measured();
    struct error error;

    (void)state;
    assert_int_equal(
        expect_judge(result, "connections.completed >= 2 * connections.attempted", nowhere, &error),
        0);
    assert_true(result->expectation[0].left >= 10 && result->expectation[0].left <= 10);
    assert_true(result->expectation[0].right >= 24 && result->expectation[0].right <= 24);
    assert_null(result->expectation[0].missing);
    assert_int_equal(expect_judge(result, "connections.completed >= 2 * server.close_wait.final",
                                  nowhere, &error),
                     0);
    assert_string_equal(result->expectation[1].missing, "server.close_wait.final");
    result_free(result);
}

static void status_of_all(void **state)
{
    struct result *result = measured();
    struct error error;

    (void)state;
    assert_int_equal(expect_status(result), STATUS_OK);
    assert_int_equal(expect_judge(result, "connections.completed == 10", nowhere, &error), 0);
    assert_int_equal(expect_status(result), STATUS_OK);
    assert_int_equal(expect_judge(result, "server.time_wait.peak == 0", nowhere, &error), 0);
    assert_int_equal(expect_status(result), STATUS_UNMET);
    result_free(result);
    result = measured();
    assert_int_equal(expect_judge(result, "connections.completed == 1", nowhere, &error), 0);
    assert_int_equal(expect_status(result), STATUS_UNMET);
    result_free(result);
}

static const struct malformed {
    const char *text;
    int column;         /* from 1 */
    const char *saying; /* part of the message or the hint */
} malformed[] = {
    {"", 1, "due here"},
    {"   ", 4, "due here"},
    {"connections.completed", 22, "due here"},
    {"connections.completed >=", 25, "due here"},
    {"connections.completed = 3", 23, "=="},
    {"connections.completed => 3", 23, "=="},
    {"connections.completed = 3", 23, "did you mean ==?"},
    {"connections.completed >= 3 4", 28, "end here"},
    {"connections.completed >= 3 * 4", 30, "no metric"},
    {"connections.completed >= connections.attempted * 0.9", 48, "end here"},
    {"connections.completed * 2 > 4", 23, "comes first"},
    {"server.timewait.peak >= 3", 1, "did you mean server.time_wait.peak?"},
    {"3 < 2 * conections.rate", 9, "did you mean connections.rate?"},
    {"0 == server.counter.TCPTimeWaitOverflow", 6,
     "did you mean server.counter.TcpExtTCPTimeWaitOverflow?"},
    {"host.counter.TcpExttw > 0", 1, "did you mean host.counter.TcpExtTW?"},
    {"latency.connect.max < 3parsec", 24, "parsec"},
    {"connections.completed > 98%", 27, "write 98% * METRIC"},
    {"connections.completed > 98 % ", 28, "write 98% * METRIC"},
    {"latency.close.p99 < 50 parsec", 24, "parsec"},
    {"latency.close.p99 < 50 50ms", 24, "end here"},
    {"connections.completed > 1,000", 26, "no unit"},
    {"connections.completed > 1_", 26, "no unit"},
    {"latency.close.p99 < 50 kB", 21, "50 kB is a size"},
    {"latency.close.p99 < 50", 21, "50 has no unit"},
    {"latency.close.p99 < 50", 21, "write e.g. 50ms"},
    {"latency.close.p99 < -1", 21, "-1ms"},
    {"50 > latency.close.p99", 1, "write e.g. 50ms"},
    {"latency.close.p99 < 50kB", 21, "50kB is a size"},
    {"latency.close.p99 < 50/s", 21, "50/s is a rate"},
    {"latency.close.p99 < 50k", 21, "50k is a count"},
    {"latency.close.p99 < 0B", 21, "0B is a size"},
    {"connections.completed > 50ms", 25, "write e.g. 50;"},
    {"server.close_wait.final <= 1s", 28, "1s is a time"},
    {"errors.EPIPE == 0s", 17, "0s is a time"},
    {"client.memory_per_connection < 9000", 32, "write e.g. 9000B"},
    {"client.memory_per_connection < 9k", 32, "write e.g. 9B"},
    {"client.bytes_sent > 1ms", 21, "1ms is a time"},
    {"connections.rate >= 5000", 21, "write e.g. 5000/s"},
    {"server.time_wait.slope >= 900", 27, "write e.g. 900/s"},
    {"client.fin_wait2.area < 3 * connections.attempted", 25,
     "write e.g. 3ms * connections.attempted"},
    {"cpu.client < 2 * cpu.server * 3", 29, "end here"},
    {"connections.completed > 0.5 * latency.close.p99", 25, "a time"},
    {"latency.close.p99 < connections.completed", 21, "write e.g. 1ms * connections.completed"},
    {"5/s * connections.rate > 3/s * connections.rate", 26, "nothing that is measured"},
    {"connections.completed > 1.", 25, "no number"},
    {"connections.completed > .5", 25, "no number"},
    {"connections.completed > -", 25, "no number"},
    {"connections.completed > 1.2.3", 28, "no unit"},
    {"connections.completed > 2 *", 28, "due here"},
    {"0x10 < connections.completed", 2, "no unit"},
    {"nan < connections.completed", 1, "no metric"},
    {"3 < 4", 1, "no metric"},
    {">= 3", 1, "due here"},
};

static void check_malformed(const struct malformed *row, struct where where, const char *place)
{
    struct result *result = measured();
    struct error error;

    memset(&error, 'x', sizeof error);
    if (expect_check(row->text, where, &error) != -1) {
        fail_msg("\"%s\" was taken", row->text);
    }
    assert_int_equal(error.status, STATUS_USAGE);
    if (strstr(error.what, row->saying) == NULL && strstr(error.hint, row->saying) == NULL) {
        fail_msg("\"%s\": \"%s\" (%s) does not say \"%s\"", row->text, error.what, error.hint,
                 row->saying);
    }
    const char *where_it_says = where.file == NULL ? error.what : ERROR_PLACE_OF(&error);
    if (strstr(where_it_says, place) == NULL) {
        fail_msg("\"%s\": \"%s\" does not point at %s", row->text, where_it_says, place);
    }
    assert_int_equal(expect_judge(result, row->text, where, &error), -1);
    assert_int_equal(result->expectation_count, 0);
    result_free(result);
}

static void malformed_is_refused_with_its_column(void **state)
{
    char place[64];

    (void)state;
    for (size_t i = 0; i < sizeof malformed / sizeof malformed[0]; i++) {
        snprintf(place, sizeof place, "column %d:", malformed[i].column);
        check_malformed(&malformed[i], nowhere, place);
        snprintf(place, sizeof place, "a.yaml:7:%d", malformed[i].column + 4);
        check_malformed(&malformed[i], (struct where){"a.yaml", 7, 5}, place);
    }
}

static void long_texts_are_refused(void **state)
{
    char text[4000];
    struct error error;

    (void)state;
    memset(text, 'a', sizeof text - 1);
    text[sizeof text - 1] = '\0';
    assert_int_equal(expect_check(text, nowhere, &error), -1);
    memset(text, '1', sizeof text - 1);
    assert_int_equal(expect_check(text, nowhere, &error), -1);
    assert_non_null(strstr(error.what, "too long"));
}

/* A unit that a new metric brings along has to be counted or measured, by intent. */
static void every_unit_is_known(void **state)
{
    static const char known[] =
        " sockets connections events errors responses processes messages descriptors "
        "status ratio s socket·s bytes 1/s "
        "sockets/s ";
    char unit[64];

    (void)state;
    for (size_t i = 0; i < metric_count; i++) {
        snprintf(unit, sizeof unit, " %s ", metric_table[i].unit);
        if (strstr(known, unit) == NULL) {
            fail_msg("is \"%s\" of %s a count?  see quantity.c", metric_table[i].unit,
                     metric_table[i].pattern);
        }
    }
}

/* Connects that were all refused. */
static struct result *refused(void)
{
    struct result *result = result_new();
    struct account *account = &result->side[SIDE_CLIENT].account;

    result->side[SIDE_CLIENT].played = true;
    account->attempted = 12;
    account->outcome[OUTCOME_REFUSED] = 12;
    account->error[ECONNREFUSED] = 12;
    result->side[SIDE_SERVER].has_final = true;
    result->side[SIDE_SERVER].final.state[TCP_STATE_LISTEN] = 1;
    result_measure(result);
    return result;
}

/* What holds because nothing was established does not count, unless that was asked for. */
static void nothing_established_is_no_pass(void **state)
{
    static const struct {
        const char *text; /* NULL: no expectation at all */
        enum status status;
        enum verdict verdict;
    } cases[] = {
        {NULL, STATUS_UNMET},
        {"server.close_wait.final == 0", STATUS_UNMET, VERDICT_VACUOUS},
        {"0 == server.close_wait.final", STATUS_UNMET, VERDICT_VACUOUS},
        {"server.close_wait.final < 10", STATUS_UNMET, VERDICT_VACUOUS},
        {"client.outcome.reset <= 0.1 * connections.attempted", STATUS_UNMET, VERDICT_VACUOUS},
        {"connections.attempted == 12", STATUS_UNMET, VERDICT_PASS},
        {"server.listen.final == 1", STATUS_UNMET, VERDICT_PASS},
        {"connections.failed == 0", STATUS_UNMET, VERDICT_FAIL},
        {"connections.failed == 12", STATUS_OK, VERDICT_PASS},
        {"connections.failed == connections.attempted", STATUS_OK, VERDICT_PASS},
        {"connections.failed <= connections.attempted", STATUS_UNMET, VERDICT_VACUOUS},
        {"client.outcome.refused == 12", STATUS_OK, VERDICT_PASS},
        {"errors.ECONNREFUSED >= 1", STATUS_OK, VERDICT_PASS},
        {"connections.opened == 0", STATUS_OK, VERDICT_PASS},
        {"1 > connections.opened", STATUS_OK, VERDICT_PASS},
        {"connections.opened >= 0", STATUS_UNMET, VERDICT_VACUOUS},
        {"connections.opened < 5", STATUS_UNMET, VERDICT_VACUOUS},
        {"server.close_wait.final <= 0.5 * connections.opened", STATUS_UNMET, VERDICT_VACUOUS},
        {"connections.opened == server.close_wait.final", STATUS_UNMET, VERDICT_VACUOUS},
    };

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct result *result = refused();
        struct error error;
        if (cases[i].text != NULL) {
            assert_int_equal(expect_judge(result, cases[i].text, nowhere, &error), 0);
        }
        assert_int_equal(expect_conclude(result, &error), 0);
        assert_int_equal(expect_conclude(result, &error), 0); /* as a report does again */
        assert_int_equal(expect_status(result), cases[i].status);
        if (cases[i].text != NULL) {
            assert_int_equal(result->expectation[0].verdict, cases[i].verdict);
        }
        assert_int_equal(result->expectation_count,
                         (cases[i].text != NULL) + (cases[i].status != STATUS_OK));
        result_free(result);
    }
}

/* Where nobody but the kernel counts connections, its count is what is needed. */
static void nothing_accepted_is_no_pass(void **state)
{
    static const struct {
        const char *text;
        uint64_t accepted;
        enum status status;
    } cases[] = {
        {"server.close_wait.final == 0", 0, STATUS_UNMET},
        {"server.close_wait.final == 0", 1, STATUS_OK},
        {"server.close_wait.final == 1", 1, STATUS_UNMET},
    };

    (void)state;
    for (size_t i = 0; i < 2 * sizeof cases / sizeof cases[0]; i++) {
        struct result *result = result_new();
        struct result_side *server = &result->side[SIDE_SERVER];
        struct counter *counter;
        struct error error;
        result->private_lab = i % 2 == 0;
        server->has_final = true;
        counter = counters_add(i % 2 == 0 ? &server->counters : &result->host_counters,
                               "TcpPassiveOpens");
        counter->after = cases[i / 2].accepted;
        result_measure(result);
        assert_int_equal(expect_judge(result, cases[i / 2].text, nowhere, &error), 0);
        assert_int_equal(expect_conclude(result, &error), 0);
        assert_int_equal(expect_conclude(result, &error), 0); /* as a report does again */
        assert_int_equal(expect_status(result), cases[i / 2].status);
        result_free(result);
    }
}

/* With connections there, what holds holds. */
static void what_was_established_is_judged_as_it_is(void **state)
{
    struct result *result = measured();
    struct error error;

    (void)state;
    assert_int_equal(expect_judge(result, "errors.EPIPE == 0", nowhere, &error), 0);
    assert_int_equal(expect_conclude(result, &error), 0);
    assert_int_equal(expect_status(result), STATUS_OK);
    assert_int_equal(result->expectation_count, 1);
    result_free(result);
}

/* Handshakes that all failed: TCP had connected, and nothing completed. */
static void none_completed_is_no_pass(void **state)
{
    static const struct {
        const char *text;
        enum verdict verdict;
    } cases[] = {
        {"server.close_wait.final >= 0.99 * connections.completed", VERDICT_VACUOUS},
        {"server.close_wait.final == connections.completed", VERDICT_VACUOUS},
        {"connections.completed <= client.messages_received", VERDICT_VACUOUS},
        {"connections.rate <= 1/s * client.messages_received", VERDICT_VACUOUS},
        {"client.messages_received == connections.foreseen", VERDICT_VACUOUS},
        {"client.outcome.handshake >= 0.99 * connections.completed", VERDICT_VACUOUS}, /* 12 >= 0 */
        {"client.outcome.handshake != connections.completed", VERDICT_PASS},
        {"connections.completed < connections.attempted", VERDICT_PASS}, /* asks for failures */
        {"server.close_wait.final == 0", VERDICT_PASS},
        {"connections.completed == 0", VERDICT_PASS},
        {"client.outcome.handshake > connections.completed", VERDICT_PASS},
        {"client.messages_received == client.outcome.done", VERDICT_PASS},
    };

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct result *result = refused();
        struct account *account = &result->side[SIDE_CLIENT].account;
        struct error error;
        result->phase[PHASE_LOAD] = (struct phase_span){true, 0, 1000};
        account->opened = 12;
        account->outcome[OUTCOME_HANDSHAKE] = 12;
        account->outcome[OUTCOME_REFUSED] = 0;
        result_measure(result);
        assert_int_equal(expect_judge(result, cases[i].text, nowhere, &error), 0);
        assert_int_equal(expect_conclude(result, &error), 0);
        assert_int_equal(result->expectation[0].verdict, cases[i].verdict);
        assert_int_equal(result->expectation_count, 1);
        result_free(result);
    }
}

/* Answers that were all another status than the client came for; TIME_WAITs there are. */
static struct result *answered(unsigned status)
{
    struct result *result = refused();
    struct account *account = &result->side[SIDE_CLIENT].account;

    text_pairs_add(&result->scenario, "protocol", "http");
    text_pairs_add(&result->scenario, "http.ok", "2xx-3xx");
    account->opened = 12;
    account->messages_received = 12;
    account->outcome[OUTCOME_REFUSED] = 0;
    account->outcome[OUTCOME_BAD_STATUS] = 12;
    account->due[OUTCOME_BAD_STATUS] = 12;
    account->status[status - HTTP_STATUS_MIN] = 12;
    result_measure(result);
    return result;
}

static void bad_answers_alone_are_no_pass(void **state)
{
    static const struct {
        const char *text; /* NULL: no expectation at all */
        enum status status;
    } cases[] = {
        {NULL, STATUS_UNMET},
        {"client.messages_received == connections.attempted", STATUS_UNMET},
        {"client.messages_received >= 10", STATUS_UNMET},
        {"client.http.5xx == 0", STATUS_UNMET},
        {"connections.failed <= connections.attempted", STATUS_UNMET},
        {"client.http.4xx == 12", STATUS_OK},
        {"client.http.status.404 == connections.attempted", STATUS_OK},
        {"client.outcome.bad_status > 0", STATUS_OK},
        {"client.message_due == 12", STATUS_OK},
        {"connections.failed == 12", STATUS_OK},
        {"connections.completed == 0", STATUS_OK},
    };

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct result *result = answered(404);
        struct error error;
        if (cases[i].text != NULL) {
            assert_int_equal(expect_judge(result, cases[i].text, nowhere, &error), 0);
        }
        assert_int_equal(expect_conclude(result, &error), 0);
        assert_int_equal(expect_conclude(result, &error), 0);
        assert_int_equal(expect_status(result), cases[i].status);
        result_free(result);
    }
    struct result *result = answered(302);
    struct error error;
    assert_int_equal(expect_conclude(result, &error), 0);
    assert_int_equal(expect_status(result), STATUS_OK);
    result_free(result);
}

/* 12 connections that were due an answer and ended by a RST, after so many answers in all. */
static struct result *unanswered(unsigned answers)
{
    struct result *result = answered(200);
    struct account *account = &result->side[SIDE_CLIENT].account;

    account->status[200 - HTTP_STATUS_MIN] = answers;
    account->messages_received = answers;
    account->outcome[OUTCOME_BAD_STATUS] = 0;
    account->due[OUTCOME_BAD_STATUS] = 0;
    account->outcome[OUTCOME_RESET] = 12;
    account->due[OUTCOME_RESET] = 12;
    result_measure(result);
    return result;
}

static void a_client_that_is_told_nothing_is_no_pass(void **state)
{
    static const struct {
        const char *text; /* NULL: no expectation at all */
        enum status status;
    } cases[] = {
        {NULL, STATUS_UNMET},
        {"errors.EPIPE == 0", STATUS_UNMET},
        {"connections.attempted == 12", STATUS_UNMET},
        {"client.outcome.reset == 12", STATUS_OK},
        {"client.outcome.reset >= 0.99 * connections.attempted", STATUS_OK},
        {"connections.failed > 0", STATUS_OK},
        {"connections.completed == 0", STATUS_OK},
    };
    struct error error;

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct result *result = unanswered(0);

        if (cases[i].text != NULL) {
            assert_int_equal(expect_judge(result, cases[i].text, nowhere, &error), 0);
        }
        assert_int_equal(expect_conclude(result, &error), 0);
        assert_int_equal(expect_conclude(result, &error), 0);
        assert_int_equal(expect_status(result), cases[i].status);
        assert_true(result->expectation_count <= 2);
        result_free(result);
    }
    struct result *result = unanswered(1); /* a single answer is one */
    assert_int_equal(expect_conclude(result, &error), 0);
    assert_int_equal(expect_status(result), STATUS_OK);
    result_free(result);
}

static void who_says_that_it_may_fail_has_it_judged_as_it_is(void **state)
{
    (void)state;
    for (int bad = 0; bad < 2; bad++) {
        struct result *result = bad ? answered(503) : refused();
        struct error error;

        text_pairs_add(&result->scenario, "load.may_fail", "on");
        assert_int_equal(expect_judge(result, "client.close_wait.final == 0", nowhere, &error), 0);
        result->expectation[0].verdict = VERDICT_PASS;
        assert_int_equal(expect_conclude(result, &error), 0);
        assert_int_equal(result->expectation_count, 1);
        assert_int_equal(expect_status(result), STATUS_OK);
        assert_int_equal(expect_judge(result, "connections.completed > 0", nowhere, &error), 0);
        assert_int_equal(expect_conclude(result, &error), 0);
        assert_int_equal(expect_status(result), STATUS_UNMET);
        result_free(result);
    }
}

static void what_is_not_measured_can_be_taken_back(void **state)
{
    struct result *result = measured();
    struct error error;

    (void)state;
    assert_int_equal(expect_judge(result, "connections.completed == 1", nowhere, &error), 0);
    expect_drop_unmeasured(result);
    assert_int_equal(result->expectation_count, 1);
    assert_int_equal(expect_judge(result, "server.counter.TcpExtTW == 1", nowhere, &error), 0);
    expect_drop_unmeasured(result);
    assert_int_equal(result->expectation_count, 1);
    result_free(result);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(bad_answers_alone_are_no_pass),
        cmocka_unit_test(a_client_that_is_told_nothing_is_no_pass),
        cmocka_unit_test(who_says_that_it_may_fail_has_it_judged_as_it_is),
        cmocka_unit_test(what_is_not_measured_can_be_taken_back),
        cmocka_unit_test(nothing_established_is_no_pass),
        cmocka_unit_test(nothing_accepted_is_no_pass),
        cmocka_unit_test(what_was_established_is_judged_as_it_is),
        cmocka_unit_test(none_completed_is_no_pass),
        cmocka_unit_test(verdicts),
        cmocka_unit_test(a_verdict_tells_its_values),
        cmocka_unit_test(status_of_all),
        cmocka_unit_test(malformed_is_refused_with_its_column),
        cmocka_unit_test(long_texts_are_refused),
        cmocka_unit_test(every_unit_is_known),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
