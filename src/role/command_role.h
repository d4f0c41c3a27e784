#ifndef FINWAIT_ROLE_COMMAND_ROLE_H
#define FINWAIT_ROLE_COMMAND_ROLE_H

#include <event2/event.h>

#include "command.h"

/* A role of a command as its owner's process sees it. */
struct command {
    struct role role; /* the first, see command_of */
    const struct command_plan *plan;
    const struct lab *lab;
    struct event_base *base;
    struct command_board *board;
    struct event *event; /* of control */
    struct event *timer; /* a start under way; NULL: none is */
    struct kin *before;  /* its processes when a first signal was sent; NULL: none was */
    int64_t began;       /* CLOCK_MONOTONIC of the start */
    int64_t ready;       /* ns that the first start took; 0: a client's */
    int64_t asked_at;    /* CLOCK_MONOTONIC when it was told to end; 0: it was not */
    int64_t struck_at;   /* CLOCK_MONOTONIC of the first signal */
    struct command_census census;
    struct address at;    /* where a server is to listen */
    uint32_t descriptors; /* RLIMIT_NOFILE; 0: as it is */
    int log;              /* -1: none */
    pid_t keeper;         /* 0: there is none */
    int control;          /* our end of its socket pair; -1: closed */
    bool waits;           /* a start does, for the one before to end */
    bool begun;           /* its first process was */
    bool unasked;         /* it has ended without being asked to */
    bool over;            /* role_end was called */
    bool told;            /* events.finished was called */
    bool main_ran;        /* the first of `before` is its first process */
};

static inline struct command *command_of(struct role *role)
{
    return (struct command *)role;
}

/* ---- command_process.c ---- */

/* Fork a keeper into the side's host; it waits for KEEPER_BEGIN.  -1 with STATUS_MACHINE. */
int command_fork(struct command *command, struct error *error);

/* A word to the keeper, if there is one.  -1 with STATUS_MACHINE. */
int command_tell(struct command *command, enum keeper_order order, int number, struct error *error);

/* It is now about to be told to end. */
void command_ask(struct command *command);

/* Have all of it end, be it by KEEPER_STOP or KEEPER_KILL, and reap the keeper. */
void command_end_now(struct command *command, enum keeper_order order);

/* Whether the keeper has ended, which is heard within `ms`. */
bool command_has_ended(const struct command *command, int ms);

/* Reap a keeper that has ended. */
void command_reap(struct command *command);

/* How the first process ended. */
void command_how_ended(const struct command *command, enum command_end *end, int *number);

/* ---- command_census.c ---- */

/* A signal is about to be sent. */
void command_census_struck(struct command *command);

/* What is there now, in command->census; LOOK_FINAL: and compare it with what was there then. */
void command_census_look(struct command *command, enum command_look when);

/* SIGSTOP was sent: wait until all stand, for what comes next is to find them so. */
void command_census_stopped(const struct command *command);

/* What was there then was of one that has ended. */
void command_census_forget(struct command *command);

/* ---- command_start.c ---- */

/* Start it the first time: a server serves when it returns 0.  -1: it does not, and why. */
int command_start_first(struct command *command, struct error *error);

/* role_start. */
int command_start_again(struct command *command, struct error *error);
void command_start_cancel(struct command *command);

/* Tell the owner that all of it has ended, once. */
void command_tell_finished(struct command *command);

#endif
