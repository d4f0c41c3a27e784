#include "command.h"

#include <errno.h>
#include <event2/event.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "command_role.h"
#include "finwait/clock.h"
#include "finwait/file.h"

/* The kind of role that a command of the user's plays. */

/* ---- what it is told ---- */

static void command_go(struct role *role)
{
    struct command *command = command_of(role);
    struct error error;

    if (!command->begun && command_tell(command, KEEPER_BEGIN, 0, &error) != 0) {
        role->events.restart_failed(role->events.context, role, &error);
    }
    command->begun = true;
}

static void command_stop(struct role *role)
{
    struct error ignored; /* who cannot be told has ended */

    command_ask(command_of(role));
    command_tell(command_of(role), KEEPER_STOP, 0, &ignored);
}

static void command_kill(struct role *role)
{
    struct command *command = command_of(role);

    command_start_cancel(command);
    command_end_now(command, KEEPER_KILL);
    command_tell_finished(command);
}

static int command_start(struct role *role, const struct event_spec *as, struct error *error)
{
    (void)as; /* what can be different is a worker's */
    return command_start_again(command_of(role), error);
}

static void command_signal(struct role *role, int number)
{
    struct error ignored;

    command_tell(command_of(role), KEEPER_SIGNAL, number, &ignored);
    if (number == SIGSTOP) {
        command_census_stopped(command_of(role));
    }
}

static void command_strike(struct role *role, int number)
{
    struct error ignored;

    command_census_struck(command_of(role));
    if (event_signal_ends(number)) {
        command_ask(command_of(role));
    }
    command_tell(command_of(role), KEEPER_SIGNAL_MAIN, number, &ignored);
}

static void command_look(struct role *role, enum command_look when)
{
    command_census_look(command_of(role), when);
}

static void command_end(struct role *role)
{
    struct command *command = command_of(role);

    command->over = true;
    command_start_cancel(command);
    command_end_now(command, KEEPER_STOP);
}

static void command_free(struct role *role)
{
    struct command *command = command_of(role);

    munmap(command->board, sizeof *command->board);
    if (command->log >= 0) {
        close(command->log);
    }
    command_census_forget(command);
    free(command);
}

/* ---- what is known of it ---- */

/* Connections are no business of ours: what was not counted is absent. */
static void command_account(const struct role *role, struct account *account)
{
    (void)role;
    account_init(account);
}

static void command_progress(const struct role *role, struct role_progress *progress)
{
    const struct command *command = (const struct command *)role;

    *progress = (struct role_progress){
        .workers_alive = command->keeper > 0,
        .ended_at = command->board->main_ended,
    };
}

static void command_report(const struct role *role, struct command_report *report)
{
    const struct command *command = (const struct command *)role;
    const struct command_board *board = command->board;

    *report = (struct command_report){
        .by_itself =
            command->unasked || (board->main_ended != 0 &&
                                 (command->asked_at == 0 || board->main_ended < command->asked_at)),
        .unasked = command->unasked,
        .ended_at = board->ended_at,
        .cpu_user = board->cpu_user,
        .cpu_system = board->cpu_system,
        .memory_peak = board->memory_peak,
        .killed = board->killed,
        .printed = board->printed,
        .cut = board->printed > COMMAND_LOG_MAX,
        .census = command->census,
        .ready = command->ready,
    };
    command_how_ended(command, &report->end, &report->number);
    memcpy(report->tail, board->tail, board->tail_used);
}

/* ---- the kind ---- */

static const struct role_ops command_ops = {
    .go = command_go,
    .stop = command_stop,
    .kill = command_kill,
    .start = command_start,
    .signal = command_signal,
    .strike = command_strike,
    .account = command_account,
    .progress = command_progress,
    .look = command_look,
    .command = command_report,
    .end = command_end,
    .free = command_free,
};

static bool command_plays(const struct role_plan *plan)
{
    return plan->command != NULL;
}

static int open_log(struct command *command, struct error *error)
{
    const char *log = command->plan->log;

    command->log = log == NULL ? -1 : file_create(log, 0666);
    return log == NULL || command->log >= 0
               ? 0
               : error_errno(error, STATUS_MACHINE, errno, "cannot write %s", log);
}

static struct command *command_alloc(const struct role_plan *plan)
{
    struct command *command = calloc(1, sizeof *command);

    if (command == NULL) {
        return NULL;
    }
    command->role.ops = &command_ops;
    command->role.side = plan->side;
    command->plan = plan->command;
    command->at = plan->servers.first;
    command->descriptors = plan->descriptors;
    command->control = -1;
    command->log = -1;
    command->board = mmap(NULL, sizeof *command->board, PROT_READ | PROT_WRITE,
                          MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    if (command->board == MAP_FAILED) {
        free(command);
        return NULL;
    }
    return command;
}

static struct role *command_make(const struct role_plan *plan, const struct lab *lab,
                                 struct event_base *base, struct error *error)
{
    struct command *command = command_alloc(plan);

    if (command == NULL) {
        error_errno(error, STATUS_MACHINE, errno, "%s.command: memory", side_name(plan->side));
        return NULL;
    }
    command->lab = lab;
    command->base = base;
    if (open_log(command, error) != 0 || command_start_first(command, error) != 0) {
        command_end(&command->role);
        command_free(&command->role);
        return NULL;
    }
    return &command->role;
}

const struct role_kind role_command = {.plays = command_plays, .make = command_make};
