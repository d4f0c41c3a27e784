#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "command_role.h"
#include "descriptors.h"
#include "finwait/clock.h"
#include "finwait/privileges.h"

/* The keeper as its owner sees it. */

enum {
    KEPT_MAX = 2,
    /* How long a keeper may take beyond `grace`: it has only to kill and to reap. */
    SLACK_MS = 5000,
};

static _Noreturn void run_keeper(struct command *command, int control)
{
    struct keeper keeper = {.plan = command->plan,
                            .board = command->board,
                            .descriptors = command->descriptors,
                            .control = control,
                            .log = command->log};
    int kept[KEPT_MAX] = {control, command->log};
    uint32_t count = command->log >= 0 ? KEPT_MAX : 1;
    struct error error;

    if (lab_enter(command->lab, side_host(command->role.side), &error) != 0) {
        error_print(&error, stderr);
        _exit(EXIT_FAILURE);
    }
    lab_show_processes();
    lab_keep_devices();
    if (privileges_keep(PRIVILEGES_COMMAND, &error) != 0) {
        error_print(&error, stderr);
        _exit(EXIT_FAILURE);
    }
    if (descriptors_keep(kept, count) != 0) {
        _exit(EXIT_FAILURE);
    }
    keeper.control = kept[0];
    keeper.log = count > 1 ? kept[1] : -1;
    keeper_main(&keeper);
}

/* What one that has ended left on the board. */
static void clear(struct command_board *board)
{
    board->exec_errno = 0;
    board->line_seen = 0;
    board->main_ended = 0;
    board->main_status = 0;
    board->ended_at = 0;
}

int command_fork(struct command *command, struct error *error)
{
    clear(command->board);
    command_census_forget(command);
    command->begun = false;
    command->asked_at = 0;
    command->unasked = false;
    pid_t pid =
        lab_fork_linked(command->lab, lab_fork_alone, SOCK_SEQPACKET, &command->control, error);
    if (pid == 0) {
        run_keeper(command, command->control);
    }
    command->keeper = pid > 0 ? pid : 0;
    return pid > 0 ? 0 : -1;
}

int command_tell(struct command *command, enum keeper_order order, int number, struct error *error)
{
    const struct keeper_word word = {.order = (int32_t)order, .number = number};

    while (command->control >= 0 &&
           send(command->control, &word, sizeof word, MSG_NOSIGNAL) != sizeof word) {
        if (errno != EINTR) {
            return error_errno(error, STATUS_MACHINE, errno, "%s.command: its keeper",
                               side_name(command->role.side));
        }
    }
    return 0;
}

bool command_has_ended(const struct command *command, int ms)
{
    struct pollfd end = {.fd = command->control, .events = POLLIN};

    while (poll(&end, 1, ms) < 0 && errno == EINTR) {
    }
    return (end.revents & (POLLHUP | POLLERR)) != 0;
}

void command_reap(struct command *command)
{
    if (command->event != NULL) {
        event_free(command->event);
        command->event = NULL;
    }
    if (command->control >= 0) {
        close(command->control);
        command->control = -1;
    }
    if (command->keeper > 0) {
        kill(command->keeper, SIGKILL);
        while (waitpid(command->keeper, NULL, 0) < 0 && errno == EINTR) {
        }
        command->keeper = 0;
    }
}

void command_ask(struct command *command)
{
    if (command->asked_at == 0) {
        command->asked_at = clock_now();
    }
}

void command_end_now(struct command *command, enum keeper_order order)
{
    struct error ignored; /* who cannot be told has ended */

    if (command->keeper > 0) {
        command->unasked |= command->asked_at == 0 && command_has_ended(command, 0);
        command_ask(command);
        command_tell(command, order, 0, &ignored);
        command_has_ended(command, (int)(command->plan->grace / NS_PER_MS) + SLACK_MS);
        command_reap(command);
    }
}

void command_how_ended(const struct command *command, enum command_end *end, int *number)
{
    const struct command_board *board = command->board;
    int status = (int)board->main_status;

    if (board->exec_errno != 0) {
        *end = COMMAND_NO_EXEC;
        *number = (int)board->exec_errno;
    } else if (board->main_ended == 0) {
        *end = COMMAND_RUNS;
        *number = 0;
    } else if (WIFEXITED(status)) {
        *end = COMMAND_STATUS;
        *number = WEXITSTATUS(status);
    } else {
        *end = COMMAND_SIGNAL;
        *number = WTERMSIG(status);
    }
}
