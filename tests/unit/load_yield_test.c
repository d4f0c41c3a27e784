#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <event2/event.h>
#include <stdlib.h>

#include "conn.h"
#include "finwait/clock.h"

/* A connection that always finds more to read never waits for its socket, and is to meet the
 * timeout all the same. */

struct setting {
    struct role_plan plan;
    struct account *account;
    struct worker worker;
};

static void set_up(struct setting *setting, int64_t timeout)
{
    *setting = (struct setting){.plan = {.timeout = timeout}};
    setting->account = calloc(1, sizeof *setting->account);
    setting->worker = (struct worker){.plan = &setting->plan, .account = setting->account};
    setting->worker.base = event_base_new();
    assert_int_equal(conn_init_sweep(&setting->worker), 0);
    setting->worker.linger = -1;
    TAILQ_INIT(&setting->worker.waiting);
    TAILQ_INIT(&setting->worker.spare);
}

static void tear_down(struct setting *setting)
{
    event_base_free(setting->worker.base);
    free(TAILQ_FIRST(&setting->worker.spare));
    free(setting->account);
}

static void giving_way_is_waiting(void **state)
{
    struct setting setting;

    (void)state;
    set_up(&setting, 1);
    struct conn *conn = conn_new(&setting.worker, -1, clock_now());
    assert_int_equal(conn_yield(conn), STEP_WAIT);
    assert_ptr_equal(TAILQ_FIRST(&setting.worker.waiting), conn);
    assert_true(setting.worker.sweeping);
    event_del(&setting.worker.sweep);
    conn_sweep(&setting.worker);
    assert_int_equal(setting.account->outcome[OUTCOME_TIMEOUT], 1);
    assert_int_equal(setting.worker.open, 0);
    assert_int_equal(event_base_get_num_events(setting.worker.base, EVENT_BASE_COUNT_ADDED), 0);
    tear_down(&setting);
}

/* A close for which there is no thread yet is tried again: it is no wait for the peer. */
static void trying_again_is_none(void **state)
{
    struct setting setting;

    (void)state;
    set_up(&setting, 1);
    struct conn *conn = conn_new(&setting.worker, -1, clock_now());
    assert_int_equal(conn_again(conn, NS_PER_S), STEP_WAIT);
    conn_sweep(&setting.worker);
    assert_true(TAILQ_EMPTY(&setting.worker.waiting));
    assert_int_equal(setting.worker.open, 1);
    conn_end(conn, OUTCOME_CUT);
    tear_down(&setting);
}

/* The first is due, the second is not: it is neither ended nor forgotten. */
static void nobody_is_cut_off_early(void **state)
{
    struct setting setting;

    (void)state;
    set_up(&setting, 3600 * NS_PER_S);
    struct conn *first = conn_new(&setting.worker, -1, clock_now());
    struct conn *second = conn_new(&setting.worker, -1, clock_now());
    conn_yield(first);
    conn_yield(second);
    first->since -= 3600 * NS_PER_S;
    conn_sweep(&setting.worker);
    assert_int_equal(setting.account->outcome[OUTCOME_TIMEOUT], 1);
    assert_ptr_equal(TAILQ_FIRST(&setting.worker.waiting), second);
    assert_true(setting.worker.sweeping);
    conn_end(second, OUTCOME_CUT);
    event_del(&setting.worker.sweep);
    TAILQ_REMOVE(&setting.worker.spare, first, link);
    free(first);
    tear_down(&setting);
}

static void count_event(void *context)
{
    ++*(unsigned *)context;
}

/* Many that are due at once are not ended in one go, which would keep the heartbeat away. */
static void many_are_ended_in_turns(void **state)
{
    enum { MANY = 5000 };
    struct setting setting;
    unsigned events = 0;
    struct conn *conn;

    (void)state;
    set_up(&setting, 1);
    setting.worker.events.over = count_event;
    setting.worker.events.context = &events;
    for (int i = 0; i < MANY; i++) {
        conn = conn_new(&setting.worker, -1, clock_now());
        conn_yield(conn);
        event_del(&conn->timer); /* it is not to go on */
    }
    event_del(&setting.worker.sweep);
    conn_sweep(&setting.worker);
    assert_in_range(setting.account->outcome[OUTCOME_TIMEOUT], 1, 1000);
    while (setting.worker.sweeping) {
        event_base_loop(setting.worker.base, EVLOOP_ONCE);
    }
    assert_int_equal(setting.account->outcome[OUTCOME_TIMEOUT], MANY);
    assert_true(events >= MANY / 1000);
    while ((conn = TAILQ_FIRST(&setting.worker.spare)) !=
           TAILQ_LAST(&setting.worker.spare, conn_list)) {
        TAILQ_REMOVE(&setting.worker.spare, conn, link);
        free(conn);
    }
    tear_down(&setting);
}

/* A step that goes on for ever without a wait. */
static enum step_result endless(struct conn *conn, const struct step *step)
{
    (void)step;
    conn->rounds++;
    conn->pc = UINT32_MAX; /* the interpreter goes on to the step after it */
    return STEP_NEXT;
}

/* Who never has to wait gives way between its steps, which is no wait for the peer. */
static void steps_without_a_wait_give_way(void **state)
{
    static const struct program program = {.length = 1, .step = {{.op = STEP_SEND}}};
    static step_runner *const runners[STEP_OP_N] = {[STEP_SEND] = endless};
    struct setting setting;

    (void)state;
    set_up(&setting, NS_PER_S);
    setting.plan.program = &program;
    setting.worker.play[0].program = &program;
    setting.worker.runners = runners;
    struct conn *conn = conn_new(&setting.worker, -1, clock_now());
    conn_run(conn);
    assert_true(conn->rounds > 0 && conn->paused);
    assert_true(TAILQ_EMPTY(&setting.worker.waiting));
    conn_end(conn, OUTCOME_CUT);
    tear_down(&setting);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(giving_way_is_waiting),   cmocka_unit_test(many_are_ended_in_turns),
        cmocka_unit_test(nobody_is_cut_off_early), cmocka_unit_test(steps_without_a_wait_give_way),
        cmocka_unit_test(trying_again_is_none),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
