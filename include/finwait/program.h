#ifndef FINWAIT_PROGRAM_H
#define FINWAIT_PROGRAM_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "finwait/error.h"
#include "finwait/side.h"

/*
 * A program is the life of one end of a connection: a list of steps, written as
 * words with arguments, e.g. "connect send recv pause(100ms) shut-wr wait-fin
 * close".  The interpreter (src/load) runs it, the model (model.h) predicts it.
 */

enum step_op {
    STEP_CONNECT, /* client only, always first */
    STEP_ACCEPT,  /* server only, always first */
    STEP_SEND,
    STEP_RECV,
    STEP_REPEAT,
    STEP_NOTIFY, /* TLS only, as is the next */
    STEP_WAIT_NOTIFY,
    STEP_SHUT_WR,
    STEP_SHUT_RD,
    STEP_WAIT_FIN,
    STEP_DRAIN,
    STEP_PAUSE,
    STEP_LINGER,
    STEP_INHERIT,
    STEP_RST,
    STEP_CLOSE,
    STEP_HOLD,
    STEP_DIE,
    STEP_OP_N,
};

/* How a step is written. */
enum step_arg_kind {
    STEP_ARG_NONE,
    STEP_ARG_COUNT,    /* repeat(3) */
    STEP_ARG_DURATION, /* pause(250ms), inherit(2s) */
    STEP_ARG_LINGER,   /* linger(2s) or linger(off); whole seconds, SO_LINGER knows no less */
};

/* What all of finwait knows of a step besides how to run it: one row a step. */
struct step_info {
    const char *name;       /* as users write it: "shut-wr" */
    enum step_arg_kind arg; /* */
    bool client, server;    /* which roles may use it */
    bool tls;               /* only with transport: tls */
    bool ends;              /* no step may follow it (close, rst, hold, die) */
    const char *about;      /* one line for `finwait list steps` and the reference */
    const char *source;     /* the man page or RFC section it rests on */
};

/* The table, indexed by enum step_op. */
extern const struct step_info step_table[STEP_OP_N];

struct step {
    enum step_op op;
    int64_t arg; /* count; ns; for linger: whole seconds, or -1 for off */
};

#define PROGRAM_MAX 32

struct program {
    size_t length;
    struct step step[PROGRAM_MAX];
};

/*
 * Parse `text` for the role of `side` and check it by itself: it begins with
 * connect/accept, nothing follows a step that ends it, it does end, `repeat` comes
 * at most once and has steps to repeat, send and recv do not follow the shut-down of
 * their direction, by a FIN or by a close_notify.  `where` is where the user wrote the text's first
 * character; the error's place points at the offending word.  Returns 0 or -1 (STATUS_USAGE).
 */
int program_parse(struct program *program, const char *text, enum side side, struct where where,
                  struct error *error);

/*
 * What a program may not do over TLS and may over TCP: read through TLS (recv, wait-notify) after
 * `drain`, which has thrown bytes away beneath it, in the same round or in the one before.  Returns
 * 0; or -1 with STATUS_USAGE, without a place, and in *step which step is wrong.  program_parse
 * has asked already when the program needs TLS.
 */
int program_check_tls(const struct program *program, size_t *step, struct error *error);

/* Whether the program has a step that only TLS knows; *step is the first of them. */
bool program_needs_tls(const struct program *program, size_t *step);

/* The program as text that program_parse reads back.  Returns `text`. */
char *program_format(char *text, size_t size, const struct program *program);
#define PROGRAM_TEXT 1024

/* One step as text, e.g. "pause(100ms)".  Returns `text`. */
char *step_format(char *text, size_t size, const struct step *step);

/* Whether the program contains `op`. */
bool program_has(const struct program *program, enum step_op op);

/* How many rounds of its body the program runs: repeat's N, or 1. */
uint64_t program_rounds(const struct program *program);

#endif
