#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "finwait/account.h"

static void every_outcome_and_latency_has_a_name_of_its_own(void **state)
{
    (void)state;
    for (unsigned i = 0; i < OUTCOME_N; i++) {
        assert_true(strlen(outcome_about((enum outcome)i)) > 0);
        for (unsigned j = 0; j < i; j++) {
            assert_string_not_equal(outcome_name((enum outcome)i), outcome_name((enum outcome)j));
        }
    }
    for (unsigned i = 0; i < LATENCY_N; i++) {
        assert_true(strlen(latency_about((enum latency)i)) > 0);
        for (unsigned j = 0; j < i; j++) {
            assert_string_not_equal(latency_name((enum latency)i), latency_name((enum latency)j));
        }
    }
    for (unsigned i = 0; i < TLS_COUNT_N; i++) {
        assert_true(strlen(tls_count_about((enum tls_count)i)) > 0);
        for (unsigned j = 0; j < i; j++) {
            assert_string_not_equal(tls_count_name((enum tls_count)i),
                                    tls_count_name((enum tls_count)j));
        }
    }
    assert_null(tls_count_name(TLS_COUNT_N));
    assert_null(tls_count_about(TLS_COUNT_N));
    assert_string_equal(outcome_name(OUTCOME_NO_PORT), "no_port");
    assert_string_equal(latency_name(LATENCY_CLOSE), "close");
    assert_null(outcome_name(OUTCOME_N));
    assert_null(outcome_about(OUTCOME_N));
    assert_null(latency_name(LATENCY_N));
    assert_null(latency_about(LATENCY_N));
}

/* Every number differs from every other, so a swapped or forgotten field shows. */
static void fill(struct account *account, uint64_t factor)
{
    uint64_t next = 1000;

    account_init(account);
#define X(name, unit, about) account->name = factor * next++;
    ACCOUNT(X)
#undef X
    account->cpu_user = (int64_t)(factor * next++);
    account->cpu_system = (int64_t)(factor * next++);
    account->memory_start = factor * next++;
    account->memory_peak = factor * next++;
    account->memory_open = factor * next++;
    for (size_t i = 0; i < TLS_COUNT_N; i++) {
        account->tls.count[i] = factor * next++;
    }
    for (size_t i = 0; i < TLS_ERRORS; i++) {
        tls_account_error(&account->tls, i + 1, factor * next++);
    }
    snprintf(account->tls.negotiated, sizeof account->tls.negotiated, "TLSv1.3");
    for (size_t i = 0; i < OUTCOME_N; i++) {
        account->outcome[i] = factor * next++;
    }
    for (size_t i = 0; i < ERRNO_LIMIT; i++) {
        account->error[i] = factor * next++;
    }
    for (size_t i = 0; i < LATENCY_N; i++) {
        for (uint64_t n = 0; n < factor * (i + 1); n++) {
            histogram_record(&account->latency[i], (int64_t)i * 1000);
        }
    }
}

static void merging_adds_every_field(void **state)
{
    static struct account sum;
    static struct account part;
    static struct account expected;

    (void)state;
    account_init(&sum);
    fill(&part, 1);
    account_merge(&sum, &part);
    assert_memory_equal(&sum, &part, sizeof sum);
    fill(&part, 2);
    account_merge(&sum, &part);
    fill(&expected, 3);
    assert_memory_equal(&sum, &expected, sizeof sum);
}

static void the_first_time_without_a_port_is_the_earliest(void **state)
{
    static struct account sum;
    static struct account part;

    (void)state;
    account_init(&sum);
    account_init(&part);
    account_merge(&sum, &part);
    assert_int_equal(sum.first_no_port, 0);
    part.first_no_port = 20;
    account_merge(&sum, &part);
    assert_int_equal(sum.first_no_port, 20);
    part.first_no_port = 30;
    account_merge(&sum, &part);
    assert_int_equal(sum.first_no_port, 20);
    part.first_no_port = 0;
    account_merge(&sum, &part);
    assert_int_equal(sum.first_no_port, 20);
    part.first_no_port = 10;
    account_merge(&sum, &part);
    assert_int_equal(sum.first_no_port, 10);
}

static void the_longest_stays(void **state)
{
    static struct account sum;
    static struct account part;

    (void)state;
    account_init(&sum);
    account_init(&part);
    for (int64_t still = 1; still < 4; still++) {
        part.stood_still = still == 3 ? 1 : still;
        account_merge(&sum, &part);
    }
    assert_int_equal(sum.stood_still, 2);
}

static void the_last_begun_is_the_latest(void **state)
{
    static struct account sum;
    static struct account part;

    (void)state;
    account_init(&sum);
    account_init(&part);
    part.last_begun = 20;
    account_merge(&sum, &part);
    part.last_begun = 10;
    account_merge(&sum, &part);
    assert_int_equal(sum.last_begun, 20);
}

static void tls_errors_are_counted_by_reason(void **state)
{
    static struct account sum;
    static struct account part;

    (void)state;
    account_init(&sum);
    account_init(&part);
    snprintf(sum.tls.negotiated, sizeof sum.tls.negotiated, "TLSv1.2");
    snprintf(part.tls.negotiated, sizeof part.tls.negotiated, "TLSv1.3");
    tls_account_error(&sum.tls, 7, 1);
    tls_account_error(&part.tls, 9, 2);
    tls_account_error(&part.tls, 7, 3);
    account_merge(&sum, &part);
    assert_int_equal(sum.tls.error[0].reason, 7);
    assert_int_equal(sum.tls.error[0].count, 4);
    assert_int_equal(sum.tls.error[1].reason, 9);
    assert_int_equal(sum.tls.error[1].count, 2);
    assert_int_equal(sum.tls.error[2].count, 0);
    assert_string_equal(sum.tls.negotiated, "TLSv1.2"); /* the first one's */
    for (uint64_t reason = 100; reason < 100 + TLS_ERRORS; reason++) {
        tls_account_error(&sum.tls, reason, 1);
    }
    assert_int_equal(sum.tls.error[TLS_ERRORS - 1].reason, 100 + TLS_ERRORS - 3);
}

static void open_is_what_was_begun_and_has_not_ended(void **state)
{
    static struct account account;

    (void)state;
    account_init(&account);
    assert_int_equal(account_open(&account), 0);
    account.attempted = 10;
    account.outcome[OUTCOME_DONE] = 4;
    account.outcome[OUTCOME_CUT] = 1;
    assert_int_equal(account_open(&account), 5);
    account.outcome[OUTCOME_ERROR] = 20; /* a live reading may be torn */
    assert_int_equal(account_open(&account), 0);
}

static void what_a_killed_process_counted_is_not_lost(void **state)
{
    struct account *shared =
        mmap(NULL, sizeof *shared, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    static struct account sum;
    int status;

    (void)state;
    assert_ptr_not_equal(shared, MAP_FAILED);
    pid_t child = fork();
    if (child == 0) {
        account_init(shared);
        for (int64_t i = 1; i <= 1000; i++) {
            shared->attempted++;
            shared->outcome[OUTCOME_DONE]++;
            histogram_record(&shared->latency[LATENCY_LIFE], i);
        }
        raise(SIGKILL);
    }
    assert_int_equal(waitpid(child, &status, 0), child);
    assert_true(WIFSIGNALED(status));
    account_init(&sum);
    account_merge(&sum, shared);
    assert_int_equal(sum.outcome[OUTCOME_DONE], 1000);
    assert_int_equal(sum.latency[LATENCY_LIFE].count, 1000);
    assert_int_equal(histogram_quantile(&sum.latency[LATENCY_LIFE], 1), 1000);
    assert_int_equal(munmap(shared, sizeof *shared), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_outcome_and_latency_has_a_name_of_its_own),
        cmocka_unit_test(merging_adds_every_field),
        cmocka_unit_test(the_first_time_without_a_port_is_the_earliest),
        cmocka_unit_test(the_last_begun_is_the_latest),
        cmocka_unit_test(the_longest_stays),
        cmocka_unit_test(tls_errors_are_counted_by_reason),
        cmocka_unit_test(open_is_what_was_begun_and_has_not_ended),
        cmocka_unit_test(what_a_killed_process_counted_is_not_lost),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
