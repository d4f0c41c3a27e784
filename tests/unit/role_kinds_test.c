/* A second kind of role: one file, and one row of role_kinds. */
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "finwait/role.h"

/* ---- the kind: it plays what has no program, and writes down what it is told ---- */

struct stand_in {
    struct role role;
    char told[200];
};

static struct stand_in the_stand_in;

static void note(struct role *role, const char *word)
{
    struct stand_in *stand_in = (struct stand_in *)role;
    size_t used = strlen(stand_in->told);

    snprintf(stand_in->told + used, sizeof stand_in->told - used, "%s ", word);
}

static void on_go(struct role *role)
{
    note(role, "go");
}

static void on_stop(struct role *role)
{
    note(role, "stop");
}

static void on_kill(struct role *role)
{
    note(role, "kill");
    role->events.finished(role->events.context, role);
}

static int on_start(struct role *role, const struct event_spec *as, struct error *error)
{
    (void)error;
    note(role, as->moves ? "move start" : "start");
    role->events.restarted(role->events.context, role, 7, 2);
    return 0;
}

static void on_signal(struct role *role, int number)
{
    note(role, number == SIGSTOP ? "SIGSTOP" : number == SIGCONT ? "SIGCONT" : "?");
}

static void on_account(const struct role *role, struct account *account)
{
    (void)role;
    account_init(account);
    account->attempted = 3;
}

static void on_progress(const struct role *role, struct role_progress *progress)
{
    (void)role;
    *progress = (struct role_progress){.attempted = 3};
}

static void on_end(struct role *role)
{
    note(role, "end");
}

static void on_free(struct role *role)
{
    note(role, "free");
}

static const struct role_ops ops = {
    .go = on_go,
    .stop = on_stop,
    .kill = on_kill,
    .start = on_start,
    .signal = on_signal,
    .account = on_account,
    .progress = on_progress,
    .end = on_end,
    .free = on_free,
};

static bool plays(const struct role_plan *plan)
{
    return plan->program == NULL;
}

static struct role *make(const struct role_plan *plan, const struct lab *lab,
                         struct event_base *base, struct error *error)
{
    (void)plan;
    (void)lab;
    (void)base;
    (void)error;
    the_stand_in = (struct stand_in){.role.ops = &ops};
    return &the_stand_in.role;
}

static const struct role_kind stand_in_kind = {.plays = plays, .make = make};

/* In place of src/role/kinds.c. */
const struct role_kind *const role_kinds[] = {&role_workers, &stand_in_kind, NULL};

/* ---- its owner ---- */

struct owner {
    struct role *finished, *restarted;
    int64_t took;
    uint64_t refusals;
};

static void owner_finished(void *context, struct role *role)
{
    ((struct owner *)context)->finished = role;
}

static void owner_restarted(void *context, struct role *role, int64_t took, uint64_t refusals)
{
    struct owner *owner = context;

    owner->restarted = role;
    owner->took = took;
    owner->refusals = refusals;
}

static void the_first_kind_that_plays_a_plan_is_taken(void **state)
{
    const struct program program = {.length = 1};
    const struct role_plan ours = {.side = SIDE_CLIENT, .program = &program};
    const struct role_plan foreign = {.side = SIDE_CLIENT};

    (void)state;
    assert_true(role_workers.plays(&ours));
    assert_false(role_workers.plays(&foreign));
}

static void its_owner_needs_not_know_the_kind(void **state)
{
    const struct role_plan plan = {.side = SIDE_SERVER};
    const struct event_spec as = {.kind = EVENT_START, .moves = true, .host = SIDE_CLIENT};
    struct owner owner = {0};
    const struct role_events events = {
        .finished = owner_finished, .restarted = owner_restarted, .context = &owner};
    struct error error;
    struct role *role = role_new(&plan, NULL, NULL, &events, &error);
    struct role_progress progress;
    struct account account;

    (void)state;
    assert_ptr_equal(role, &the_stand_in.role);
    assert_int_equal(role->side, SIDE_SERVER);
    role_go(role);
    role_freeze(role, true);
    assert_true(role->frozen);
    role_freeze(role, false);
    role_stop(role);
    role_freeze(role, true);
    role_kill(role);
    assert_false(role->frozen);
    assert_ptr_equal(owner.finished, role);
    assert_int_equal(role_start(role, &as, &error), 0);
    assert_ptr_equal(owner.restarted, role);
    assert_int_equal(owner.took, 7);
    assert_int_equal(owner.refusals, 2);
    role_account(role, &account);
    assert_int_equal(account.attempted, 3);
    role_progress(role, &progress);
    assert_int_equal(progress.attempted, 3);
    role_free(role);
    assert_string_equal(the_stand_in.told,
                        "go SIGSTOP SIGCONT stop SIGSTOP kill move start end free ");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_first_kind_that_plays_a_plan_is_taken),
        cmocka_unit_test(its_owner_needs_not_know_the_kind),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
