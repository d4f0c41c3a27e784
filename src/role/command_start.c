#include <errno.h>
#include <event2/event.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "command_role.h"
#include "finwait/clock.h"
#include "finwait/text.h"

/* How a command comes to run, and when it serves. */

enum {
    LOOK_MS = 10,
};

/* ---- what is told of one that does not serve ---- */

static int fail(const struct command *command, struct error *error, const char *how)
{
    char printed[COMMAND_TAIL + 1] = "";
    char at[ADDRESS_TEXT];

    error_set(error, STATUS_MACHINE, "the %s's command (%s) %s %s", side_name(command->role.side),
              command->plan->argv[0], how,
              command->plan->ready_line != NULL ? command->plan->ready_line
                                                : address_format(at, sizeof at, &command->at));
    memcpy(printed, command->board->tail, command->board->tail_used);
    error_hint(error, printed[0] != '\0' ? "it printed last:" : "it printed nothing");
    return error_lines(error, command_last_lines(printed, COMMAND_LINES));
}

static int fail_exec(const struct command *command, struct error *error, int number)
{
    const char *program = command->plan->argv[0];

    error_errno(error, STATUS_MACHINE, number, "%s.command: execute %s",
                side_name(command->role.side), program);
    if (strchr(program, ' ') != NULL) {
        return error_hint(error, "behind -- each word stands for itself: -- python3 app.py");
    }
    if (strchr(program, '/') == NULL) { /* EACCES is of a directory that may not be looked into */
        return error_hint(error, "it is in no directory of PATH that this user may look into");
    }
    return number == EACCES
               ? error_hint(error, "make it executable, or write its interpreter before it")
               : -1;
}

static int fail_ended(const struct command *command, struct error *error)
{
    char text[COMMAND_END_TEXT];
    char how[128];
    enum command_end end;
    int number;

    command_how_ended(command, &end, &number);
    if (end == COMMAND_NO_EXEC) {
        return fail_exec(command, error, number);
    }
    snprintf(how, sizeof how, "ended (%s) before it %s",
             command_end_text(text, sizeof text, end, number),
             command->plan->ready_line != NULL ? "printed" : "listened on");
    return fail(command, error, how);
}

static const char *way_out(const struct command *command, enum listens found)
{
    return found == LISTENS_ON_ANOTHER_PORT
               ? "set server.port to that, or write {port} in its words"
           : address_family(&command->at) == AF_INET6 ? "let it bind :: or {address}"
                                                      : "let it bind 0.0.0.0 or {address}";
}

static int fail_late(const struct command *command, enum listens found, const struct address *other,
                     struct error *error)
{
    char at[ADDRESS_TEXT];
    char how[256];
    char within[UNITS_TEXT];

    units_human_duration(within, sizeof within, command->plan->ready_within);
    if (command->plan->ready_line != NULL) {
        snprintf(how, sizeof how, "did not print within %s:", within);
    } else if (found != LISTENS_NOT) {
        snprintf(how, sizeof how, "listens on %s (%s), and not within %s on",
                 address_format(at, sizeof at, other), way_out(command, found), within);
    } else {
        snprintf(how, sizeof how, "did not listen within %s on", within);
    }
    return fail(command, error, how);
}

/* ---- whether it serves ---- */

/* 1: it does; 0: not yet; -1: it will not. */
static int look(struct command *command, struct error *error)
{
    enum listens found = LISTENS_NOT;
    struct address other;

    if (command->plan->ready_line != NULL) {
        found = command->board->line_seen != 0 ? LISTENS : LISTENS_NOT;
    } else if (lab_listens(command->lab, side_host(command->role.side), &command->at, &found,
                           &other, error) != 0) {
        return -1;
    }
    if (found == LISTENS) {
        return 1;
    }
    if (found == LISTENS_ON_ANOTHER_PORT &&
        (command->role.side == SIDE_PROXY || command->timer != NULL)) {
        found = LISTENS_NOT; /* that is the server, or, when it is started again, the proxy */
    }
    if (command_has_ended(command, 0)) {
        return fail_ended(command, error);
    }
    if (clock_now() - command->began > command->plan->ready_within) {
        return fail_late(command, found, &other, error);
    }
    return 0;
}

/* Signals to finwait are heard meanwhile. */
static int await(struct command *command, struct error *error)
{
    int serves;

    while ((serves = look(command, error)) == 0) {
        command_has_ended(command, LOOK_MS);
        event_base_loop(command->base, EVLOOP_NONBLOCK);
        if (event_base_got_break(command->base)) {
            return error_set(error, STATUS_INTERRUPTED,
                             "cut short before the %s's command was ready",
                             side_name(command->role.side));
        }
    }
    return serves > 0 ? 0 : -1;
}

/* ---- its end ---- */

void command_tell_finished(struct command *command)
{
    if (!command->told) {
        command->told = true;
        command->role.events.finished(command->role.events.context, &command->role);
    }
}

static void fail_start(struct command *command, const struct error *error)
{
    command_start_cancel(command);
    command_end_now(command, KEEPER_KILL);
    command->role.events.restart_failed(command->role.events.context, &command->role, error);
}

/* What a program does with a signal is its own affair: one that then says it is well was asked. */
static bool ended_in_order(const struct command *command)
{
    enum command_end end;
    int number;

    command_how_ended(command, &end, &number);
    return command->before != NULL && end == COMMAND_STATUS && number == 0;
}

/* The keeper says that the first process has ended, then, by its own end, that all have. */
static void on_end(evutil_socket_t fd, short what, void *argument)
{
    struct command *command = argument;
    struct error error;
    char byte;

    (void)what;
    if (recv(fd, &byte, 1, MSG_DONTWAIT) == 1) {
        if (command->role.side == SIDE_CLIENT && !command->waits) {
            command_tell_finished(command);
        }
        return;
    }
    if (command->timer != NULL && !command->waits) {
        fail_ended(command, &error);
        fail_start(command, &error);
        return;
    }
    command_reap(command);
    if (command->board->ended_at == 0) { /* a keeper that was killed, and its kin with it */
        command->board->ended_at = clock_now();
    }
    if (command->waits) { /* on_look sees to what comes */
        return;
    }
    if (command->asked_at == 0 && ended_in_order(command)) {
        command->asked_at = command->struck_at;
    }
    command->unasked = command->asked_at == 0;
    command_tell_finished(command);
}

static int listen_to(struct command *command, struct error *error)
{
    command->event =
        event_new(command->base, command->control, EV_READ | EV_PERSIST, on_end, command);
    return command->event != NULL && event_add(command->event, NULL) == 0
               ? 0
               : error_set(error, STATUS_MACHINE, "event_add: out of memory");
}

/* ---- the first time ---- */

/* Another program's listener would be taken for its own. */
static int check_free(const struct command *command, struct error *error)
{
    enum listens found;
    struct address other;
    char at[ADDRESS_TEXT];

    if (command->role.side == SIDE_CLIENT) {
        return 0;
    }
    if (lab_listens(command->lab, side_host(command->role.side), &command->at, &found, &other,
                    error) != 0) {
        return -1;
    }
    if (found != LISTENS) {
        return 0;
    }
    error_set(error, STATUS_MACHINE, "another program listens on %s",
              address_format(at, sizeof at, &command->at));
    return error_hint(error, "end it, or set %s.port to a free one", side_name(command->role.side));
}

static int begin_server(struct command *command, struct error *error)
{
    command->begun = true;
    command->began = clock_now();
    return command_tell(command, KEEPER_BEGIN, 0, error) != 0 ? -1 : await(command, error);
}

int command_start_first(struct command *command, struct error *error)
{
    if (check_free(command, error) != 0 || command_fork(command, error) != 0 ||
        (command->role.side != SIDE_CLIENT && begin_server(command, error) != 0)) {
        return -1;
    }
    command->ready = command->role.side != SIDE_CLIENT ? clock_now() - command->began : 0;
    return listen_to(command, error);
}

/* ---- again ---- */

void command_start_cancel(struct command *command)
{
    if (command->timer != NULL) {
        event_free(command->timer);
        command->timer = NULL;
        command->waits = false;
    }
}

static void started(struct command *command)
{
    command_start_cancel(command);
    command->told = false;
    command->role.events.restarted(command->role.events.context, &command->role,
                                   clock_now() - command->began, 0);
}

/* A keeper and all that it keeps.  As go_on: a client is started once it was begun. */
static int begin_again(struct command *command, struct error *error)
{
    command->waits = false;
    command->began = clock_now();
    if (command_fork(command, error) != 0 || listen_to(command, error) != 0 ||
        command_tell(command, KEEPER_BEGIN, 0, error) != 0) {
        return -1;
    }
    command->begun = true;
    return command->role.side == SIDE_CLIENT ? 1 : 0;
}

/* 1: it serves; 0: not yet; -1: it will not. */
static int go_on(struct command *command, struct error *error)
{
    if (!command->waits) {
        return look(command, error);
    }
    if (command->keeper == 0) {
        return begin_again(command, error);
    }
    if (clock_now() - command->began > command->plan->ready_within) {
        return error_set(
            error, STATUS_MACHINE,
            "the %s's command was asked to end, and has not when it was to start again",
            side_name(command->role.side));
    }
    return 0;
}

static void on_look(evutil_socket_t fd, short what, void *argument)
{
    struct command *command = argument;
    struct error error;
    int serves = go_on(command, &error);

    (void)fd;
    (void)what;
    if (serves > 0) {
        started(command);
    } else if (serves < 0) {
        fail_start(command, &error);
    }
}

int command_start_again(struct command *command, struct error *error)
{
    struct timeval every = clock_timeval(LOOK_MS * NS_PER_MS);

    if (command->over || command->timer != NULL ||
        (command->keeper > 0 && command->asked_at == 0)) {
        return error_set(error, STATUS_USAGE, "the %s cannot be started: it has not been killed",
                         side_name(command->role.side));
    }
    command->waits = true;
    command->began = clock_now();
    command->timer = event_new(command->base, -1, EV_PERSIST, on_look, command);
    if (command->timer == NULL || event_add(command->timer, &every) != 0) {
        command_start_cancel(command);
        return error_set(error, STATUS_MACHINE, "event_add: out of memory");
    }
    event_active(command->timer, EV_TIMEOUT, 1);
    return 0;
}
