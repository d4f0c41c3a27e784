#include <errno.h>
#include <event2/event.h>
#include <signal.h>
#include <sys/socket.h>
#include <unistd.h>

#include "finwait/clock.h"
#include "role.h"

/* What strikes a role from outside: it is killed, frozen, and started again. */

enum {
    /* How long until bind(2) is tried again. */
    AGAIN_MS = 1,
};

/* ---- killed ---- */

static bool is_down(const struct role *role)
{
    for (uint32_t i = 0; i < role->plan.workers; i++) {
        if (role->worker[i].pid > 0) {
            return false;
        }
    }
    return true;
}

static void tell_finished(struct role *role)
{
    for (uint32_t i = 0; i < role->plan.workers; i++) {
        role->worker[i].finished = true;
    }
    role->finished = role->plan.workers;
    if (!role->told) {
        role->told = true;
        role->events.finished(role->events.context, role);
    }
}

void role_kill(struct role *role)
{
    role_restart_cancel(role);
    role->frozen = false;
    role_reap_all(role, OUTCOME_KILLED);
    tell_finished(role);
}

void role_freeze(struct role *role, bool frozen)
{
    role->frozen = frozen;
    for (uint32_t i = 0; i < role->plan.workers; i++) {
        if (role->worker[i].pid > 0) {
            kill(role->worker[i].pid, frozen ? SIGSTOP : SIGCONT);
        }
    }
}

/* ---- started again ---- */

void role_restart_cancel(struct role *role)
{
    if (role->again != NULL) {
        event_free(role->again);
        role->again = NULL;
    }
}

static void fail_restart(struct role *role, const struct error *error)
{
    role_restart_cancel(role);
    role_reap_all(role, OUTCOME_KILLED);
    if (role->events.restart_failed != NULL) {
        role->events.restart_failed(role->events.context, role, error);
    }
}

/* What the role was told before goes for the new workers too: first not to begin, then to go. */
static void tell_again(struct role *role)
{
    bool stopping = role->stopping;
    bool going = role->going;

    if (stopping) {
        role_stop(role);
    }
    if (going) {
        role_go(role);
    }
}

static void restarted(struct role *role)
{
    int64_t took = clock_now() - role->restart_began;

    role_restart_cancel(role);
    tell_again(role);
    role_freeze(role, role->frozen);
    if (role->events.restarted != NULL) {
        role->events.restarted(role->events.context, role, took, role->refusals);
    }
}

/* The board's first slot has no worker that could count meanwhile. */
static void refused(struct role *role)
{
    struct timeval wait = clock_timeval(AGAIN_MS * NS_PER_MS);
    struct error error;

    role->refusals++;
    role->board->slot[0].account.error[EADDRINUSE]++;
    if (evtimer_add(role->again, &wait) != 0) {
        error_set(&error, STATUS_MACHINE, "event_add: out of memory");
        fail_restart(role, &error);
    }
}

static void forget_end(struct role *role)
{
    role->told = false;
    role->finished = 0;
    for (uint32_t i = 0; i < role->plan.workers; i++) {
        role->worker[i].finished = false;
    }
}

static void on_again(evutil_socket_t fd, short what, void *argument)
{
    struct role *role = argument;
    struct listeners listeners = {0};
    struct error error;
    int forked;

    (void)fd;
    (void)what;
    if (role_listen(role, &listeners, &error) != 0) {
        if (listeners.errnum == EADDRINUSE) {
            refused(role);
        } else {
            fail_restart(role, &error);
        }
        return;
    }
    forked = role_fork_all(role, &listeners, &error);
    listeners_close(&listeners);
    if (forked == 0) {
        forget_end(role);
        restarted(role);
    } else {
        fail_restart(role, &error);
    }
}

void role_set_switch(struct role *role, enum sockopt_id id, bool on)
{
    sockopt_set(&role->sockopts, id, on);
    if (id == SOCKOPT_REUSEPORT && role->plan.side == SIDE_SERVER) {
        role->plan.own_listeners = on; /* without it there can be but one */
    }
}

void role_move(struct role *role, enum side side)
{
    struct address_pool *own = role_own_pool(&role->plan);
    const struct address_pool *there = lab_pool(role->lab, side);
    uint16_t port = address_port(&own->first);

    role->home = side;
    if (own->count > 0) { /* else the kernel chooses the client's address */
        own->first = there->first;
        own->count = role->addresses < there->count ? role->addresses : there->count;
        address_set_port(&own->first, port);
    }
}

int role_restart(struct role *role, struct error *error)
{
    static const struct timeval now = {0};

    if (role->ended || role->again != NULL || !is_down(role)) {
        return error_set(error, STATUS_USAGE, "the %s cannot be started: it has not been killed",
                         side_name(role->plan.side));
    }
    role->restart_began = clock_now();
    role->refusals = 0;
    role->again = evtimer_new(role->base, on_again, role);
    if (role->again == NULL || evtimer_add(role->again, &now) != 0) {
        role_restart_cancel(role);
        return error_set(error, STATUS_MACHINE, "event_add: out of memory");
    }
    return 0;
}
