#include "finwait/role.h"

#include <signal.h>

/* What every kind of role has in common. */

struct role *role_new(const struct role_plan *plan, const struct lab *lab, struct event_base *base,
                      const struct role_events *events, struct error *error)
{
    const struct role_kind *const *kind = role_kinds;
    struct role *role;

    while (*kind != NULL && !(*kind)->plays(plan)) {
        kind++;
    }
    if (*kind == NULL) {
        error_set(error, STATUS_USAGE, "no kind of role plays the %s", side_name(plan->side));
        return NULL;
    }
    role = (*kind)->make(plan, lab, base, error);
    if (role != NULL) {
        role->side = plan->side;
        role->events = *events;
    }
    return role;
}

void role_go(struct role *role)
{
    role->ops->go(role);
}

void role_stop(struct role *role)
{
    role->ops->stop(role);
}

void role_kill(struct role *role)
{
    role->frozen = false;
    role->ops->kill(role);
}

void role_strike_one(struct role *role, uint32_t worker, int number)
{
    role->ops->strike_one(role, worker, number);
}

void role_freeze(struct role *role, bool frozen)
{
    role->ops->signal(role, frozen ? SIGSTOP : SIGCONT);
    role->frozen = frozen;
}

void role_signal(struct role *role, int number)
{
    if (role->ops->strike != NULL) {
        role->ops->strike(role, number);
    }
}

void role_look(struct role *role, enum command_look when)
{
    if (role->ops->look != NULL) {
        role->ops->look(role, when);
    }
}

int role_start(struct role *role, const struct event_spec *as, struct error *error)
{
    return role->ops->start(role, as, error);
}

void role_drop(struct role *role)
{
    if (role->ops->drop != NULL) {
        role->ops->drop(role);
    }
}

void role_end(struct role *role)
{
    role->ops->end(role);
}

void role_free(struct role *role)
{
    if (role != NULL) {
        role->ops->end(role);
        role->ops->free(role);
    }
}

void role_account(const struct role *role, struct account *account)
{
    role->ops->account(role, account);
}

bool role_report(const struct role *role, struct command_report *report)
{
    if (role->ops->command != NULL) {
        role->ops->command(role, report);
    }
    return role->ops->command != NULL;
}

void role_progress(const struct role *role, struct role_progress *progress)
{
    role->ops->progress(role, progress);
}
