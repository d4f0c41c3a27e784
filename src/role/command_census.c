#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "command_role.h"
#include "finwait/clock.h"
#include "finwait/grow.h"

/* Which processes a command consists of, as the kernel has them: when it is first sent a signal,
 * and at the end of settle. */

#define STOPPED_WITHIN (500 * NS_PER_MS) /* one that waits for a disk takes no signal */

static void take(const struct command *command, struct kin *kin)
{
    unsigned kept = 0;

    kin->count = 0;
    if (command->keeper > 0) {
        kin_below(command->keeper, kin);
    }
    for (unsigned i = 0; i < kin->count; i++) {
        char state = kin_state(kin->pid[i]);

        if (state != 'Z' && state != 'X') {
            kin->pid[kept++] = kin->pid[i];
        }
    }
    kin->count = kept;
}

static bool has(const struct kin *kin, unsigned from, pid_t pid)
{
    for (unsigned i = from; i < kin->count; i++) {
        if (kin->pid[i] == pid) {
            return true;
        }
    }
    return false;
}

void command_census_struck(struct command *command)
{
    if (command->before == NULL) {
        command->before = grow_new(1, sizeof *command->before);
        take(command, command->before);
        command->main_ran = command->board->main_ended == 0;
        command->struck_at = clock_now();
    }
}

/* While it is there, the first process is the first of the keeper's own. */
static void compare(const struct command *command, const struct kin *now,
                    struct command_census *census)
{
    census->looked = true;
    census->struck = command->before != NULL;
    census->runs = command->board->main_ended == 0;
    census->processes = now->count;
    for (unsigned i = 0; census->struck && i < now->count; i++) {
        census->fresh += !has(command->before, 0, now->pid[i]);
        census->old += has(command->before, command->main_ran ? 1 : 0, now->pid[i]);
    }
    if (census->struck && !census->runs && command->board->main_ended > command->struck_at) {
        census->took = command->board->main_ended - command->struck_at;
    }
}

void command_census_look(struct command *command, enum command_look when)
{
    struct kin *now = grow_new(1, sizeof *now);

    take(command, now);
    if (command->keeper > 0) {
        kin_stock(now, command->keeper, &command->census.stock[when]);
    }
    if (when == LOOK_FINAL) {
        compare(command, now, &command->census);
    }
    free(now);
}

static bool all_stand(const struct kin *kin)
{
    for (unsigned i = 0; i < kin->count; i++) {
        if (kin_state(kin->pid[i]) != 'T') {
            return false;
        }
    }
    return true;
}

void command_census_stopped(const struct command *command)
{
    static const struct timespec pause = {.tv_nsec = NS_PER_MS};
    struct kin *now = grow_new(1, sizeof *now);
    int64_t until = clock_now() + STOPPED_WITHIN;

    for (take(command, now); !all_stand(now) && clock_now() < until; take(command, now)) {
        nanosleep(&pause, NULL);
    }
    free(now);
}

void command_census_forget(struct command *command)
{
    free(command->before);
    command->before = NULL;
    memset(command->census.stock, 0, sizeof command->census.stock);
}
