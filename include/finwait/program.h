#ifndef FINWAIT_PROGRAM_H
#define FINWAIT_PROGRAM_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "finwait/clock.h"
#include "finwait/error.h"
#include "finwait/side.h"
#include "finwait/value.h"

/*
 * A program is the life of one end of a connection: a list of steps, written as
 * words with arguments, e.g. "connect send recv pause(100ms) shut-wr wait-fin
 * close".  The interpreter (src/load) runs it, the model (model.h) predicts it.
 */

/*
 * One row a step: its id, the stem of what is named after it, its name as users write it, what it
 * takes as argument (STEP_TAKES_…), who may use it and whether any step can follow, what leaves
 * because of it, a line for the reference, and the man page or RFC section it rests on.  A row
 * wants step_STEM() in src/load and rule_STEM in src/program/model_step.c: without either finwait
 * does not build.
 */
#define STEPS(X)                                                                                   \
    X(CONNECT, connect, "connect", CONNECT, STEP_OF_CLIENT | STEP_ALONE, STEP_SENDS_SYN,           \
      "open a connection; a client's program begins with it.  Over TLS hello (or partial) gives "  \
      "the handshake up behind the ClientHello, flight behind the server's answer",                \
      "connect(2), RFC 9293 section 3.5")                                                          \
    X(ACCEPT, accept, "accept", NONE, STEP_OF_SERVER, STEP_SENDS_TLS,                              \
      "take a connection from the accept queue; a server's program begins with it", "accept(2)")   \
    X(SEND, send, "send", SEND, STEP_OF_BOTH | STEP_ALONE, STEP_SENDS_DATA,                        \
      "send one message: a client's request or a server's response; or (head) its head alone, "    \
      "whose body never comes but by (rest), which sends what is behind the head",                 \
      "send(2), RFC 9112 section 8")                                                               \
    X(RECV, recv, "recv", RECV, STEP_OF_BOTH | STEP_ALONE, STEP_SENDS_TLS,                         \
      "receive one whole message from the peer, or (head) no more than its head; or-fin: a FIN "   \
      "in "                                                                                        \
      "its place, and T: nothing of it within that time, are no failure but end the exchange",     \
      "recv(2), RFC 9112 sections 9.3 and 9.5")                                                    \
    X(REPEAT, repeat, "repeat", COUNT, STEP_OF_BOTH, STEP_SENDS_NOTHING,                           \
      "go back to the first step after the start until so many rounds are done",                   \
      "RFC 9112 section 9.3 (persistent connections)")                                             \
    X(NOTIFY, notify, "notify", NONE, STEP_OF_BOTH | STEP_OF_TLS, STEP_SENDS_TLS,                  \
      "TLS: send close_notify; the peer may still send", "SSL_shutdown(3), RFC 8446 section 6.1")  \
    X(WAIT_NOTIFY, wait_notify, "wait-notify", NONE, STEP_OF_BOTH | STEP_OF_TLS, STEP_SENDS_TLS,   \
      "TLS: read and discard until the peer's close_notify", "SSL_read(3), RFC 8446 section 6.1")  \
    X(SHUT_WR, shut_wr, "shut-wr", NONE, STEP_OF_BOTH, STEP_SENDS_FIN,                             \
      "shut down sending: a FIN goes out, the peer may still send",                                \
      "shutdown(2), RFC 9293 section 3.6")                                                         \
    X(SHUT_RD, shut_rd, "shut-rd", NONE, STEP_OF_BOTH, STEP_SENDS_NOTHING,                         \
      "shut down receiving: no segment goes out, no state changes", "shutdown(2)")                 \
    X(WAIT_FIN, wait_fin, "wait-fin", BOUND, STEP_OF_BOTH | STEP_ALONE, STEP_SENDS_NOTHING,        \
      "read and discard until the peer's FIN, or until T is over",                                 \
      "recv(2), RFC 9112 section 9.6")                                                             \
    X(DRAIN, drain, "drain", NONE, STEP_OF_BOTH, STEP_SENDS_NOTHING,                               \
      "read and discard what has already arrived, without waiting",                                \
      "recv(2), RFC 2525 section 2.17")                                                            \
    X(PAUSE, pause, "pause", DURATION, STEP_OF_BOTH, STEP_SENDS_NOTHING, "do nothing for a while", \
      "timerfd_create(2)")                                                                         \
    X(LINGER, linger, "linger", LINGER, STEP_OF_BOTH, STEP_SENDS_NOTHING,                          \
      "set SO_LINGER for the close that follows; 0s makes it a reset", "socket(7)")                \
    X(INHERIT, inherit, "inherit", DURATION, STEP_OF_BOTH, STEP_SENDS_NOTHING,                     \
      "let a child process inherit the descriptor and keep it open for a while",                   \
      "fork(2), close(2)")                                                                         \
    X(RST, rst, "rst", NONE, STEP_OF_BOTH | STEP_THAT_ENDS, STEP_SENDS_RST,                        \
      "close with SO_LINGER {1,0}: a RST, and no TIME_WAIT on either side",                        \
      "socket(7), RFC 9293 section 3.10.5")                                                        \
    X(CLOSE, close, "close", NONE, STEP_OF_BOTH | STEP_THAT_ENDS, STEP_SENDS_FIN | STEP_SENDS_RST, \
      "close the descriptor: a FIN, or a RST when unread data is thrown away",                     \
      "close(2), RFC 1122 section 4.2.2.13")                                                       \
    X(HOLD, hold, "hold", NONE, STEP_OF_BOTH | STEP_THAT_ENDS, STEP_SENDS_NOTHING,                 \
      "keep the descriptor open and never close it: the leak", "tcp(7)")                           \
    X(DIE, die, "die", NONE, STEP_OF_BOTH | STEP_THAT_ENDS, STEP_SENDS_FIN | STEP_SENDS_RST,       \
      "end the worker's process at once, with its descriptors open", "_exit(2)")

enum step_op {
#define X(id, ...) STEP_##id,
    STEPS(X)
#undef X
        STEP_OP_N,
};

/* What stands in parentheses after a step. */
#define STEP_TAKES_NONE     VALUE_A(NOTHING)
#define STEP_TAKES_COUNT    VALUE_OF(COUNT, 1, 1000000)            /* repeat(3) */
#define STEP_TAKES_DURATION VALUE_OF(DURATION, 0, 3600 * NS_PER_S) /* pause(250ms) */
#define STEP_TAKES_CONNECT  VALUE_ONE_OF(connect_words)            /* connect(hello) */
#define STEP_TAKES_SEND     VALUE_ONE_OF(send_words)               /* send(head), send(rest) */
#define STEP_TAKES_RECV     VALUE_A(RECV)                          /* recv(or-fin,5s) */
#define STEP_TAKES_BOUND    VALUE_OF(DURATION, 1, 3600 * NS_PER_S) /* wait-fin(5s) */
#define STEP_TAKES_LINGER   VALUE_OF(LINGER, 0, 3600)              /* linger(2s), linger(off) */

/* Where connect gives up the TLS handshake: what follows acts on TCP in mid-handshake. */
enum connect_until {
    CONNECT_WHOLE,   /* nowhere */
    CONNECT_HELLO,   /* its ClientHello is sent, and nothing read */
    CONNECT_FLIGHT,  /* it has read all of the server's first flight, and not answered */
    CONNECT_PARTIAL, /* as a word alone: hello */
};
extern const char *const connect_words[];

/* How much of a message send sends. */
enum send_part {
    SEND_WHOLE,
    SEND_HEAD,
    SEND_REST, /* what follows a head that was sent alone */
};
extern const char *const send_words[];

enum step_trait {
    STEP_OF_CLIENT = 1,
    STEP_OF_SERVER = 2,
    STEP_OF_BOTH = STEP_OF_CLIENT | STEP_OF_SERVER,
    STEP_OF_TLS = 4,    /* only with transport: tls */
    STEP_THAT_ENDS = 8, /* no step may follow it */
    STEP_ALONE = 16,    /* its argument can be left out, and is 0 then */
};

/* What the peer is sent because of a step: `finwait show` draws it beside the step. */
enum step_sends {
    STEP_SENDS_NOTHING = 0,
    STEP_SENDS_SYN = 1,
    STEP_SENDS_DATA = 2,
    STEP_SENDS_TLS = 4, /* session tickets, a close_notify or an alert */
    STEP_SENDS_FIN = 8,
    STEP_SENDS_RST = 16,
};

/* What all of finwait knows of a step besides how to run it. */
struct step_info {
    const char *name; /* as users write it: "shut-wr" */
    struct value_spec takes;
    unsigned traits; /* enum step_trait */
    unsigned sends;  /* enum step_sends */
    const char *about;
    const char *source;
};

/* The table, indexed by enum step_op. */
extern const struct step_info step_table[STEP_OP_N];

struct step {
    enum step_op op;
    int64_t arg; /* as the kind of value that it takes is kept */
};

#define PROGRAM_MAX 32

struct program {
    size_t length;
    struct step step[PROGRAM_MAX];
};

/* Where in a program's text things stand: offsets in bytes. */
struct program_places {
    size_t step[PROGRAM_MAX]; /* each step's first character */
    size_t fault;             /* on an error: the word that it is about */
};

/*
 * Parse `text` for the role of `side` and check it by itself: it begins with
 * connect/accept, nothing follows a step that ends it, it does end, `repeat` comes
 * at most once and has steps to repeat, send and recv do not follow the shut-down of
 * their direction, by a FIN or by a close_notify.  Returns 0, or -1 with STATUS_USAGE and no place:
 * that is for who knows where the text was written.  `places` may be NULL.
 */
int program_parse(struct program *program, const char *text, enum side side,
                  struct program_places *places, struct error *error);

/*
 * What a program may not do over TLS and may over TCP: read through TLS (recv, wait-notify) after
 * `drain`, which has thrown bytes away beneath it, in the same round or in the one before.  Returns
 * 0; or -1 with STATUS_USAGE, without a place, and in *step which step is wrong.  program_parse
 * has asked already when the program needs TLS.
 */
int program_check_tls(const struct program *program, size_t *step, struct error *error);

/* Whether the program has a step, or an argument of one, that only TLS knows; *step is the first of
 * them. */
bool program_needs_tls(const struct program *program, size_t *step);

/* The program as text that program_parse reads back.  Returns `text`. */
char *program_format(char *text, size_t size, const struct program *program);
#define PROGRAM_TEXT 1024

/* One step as text, e.g. "pause(100ms)".  Returns `text`. */
char *step_format(char *text, size_t size, const struct step *step);

/* Where the program gives up the TLS handshake; CONNECT_WHOLE: nowhere, as a server's. */
enum connect_until program_until(const struct program *program);

/* Whether the program contains `op`. */
bool program_has(const struct program *program, enum step_op op);

/* How long a step waits by its own argument, ns; 0: it says nothing of it. */
int64_t step_bound(const struct step *step);

/* Whether a step is a recv whose argument has `what`, RECV_HEAD or RECV_OR_FIN. */
bool step_receives(const struct step *step, int64_t what);

/* Whether some recv of the program does. */
bool program_receives(const struct program *program, int64_t what);

/* Whether a step sends a head alone, and whether some step of the program does. */
bool step_sends_head(const struct step *step);
bool program_sends_head(const struct program *program);

/* Whether a step sends what follows a head alone. */
bool step_sends_rest(const struct step *step);

/* Whether a step is a recv that reads the rest of a message whose head the recv before it read. */
bool program_reads_rest(const struct program *program, size_t step);

/*
 * Where the program goes on when the exchange is over at `step`, for no message comes there: behind
 * its repeat; where that is behind it already or there is none, behind its last send and recv.
 */
size_t program_leave(const struct program *program, size_t step);

/* How many rounds of its body the program runs: repeat's N, or 1. */
uint64_t program_rounds(const struct program *program);

/* Whether it leaves it to the peer to end the connection, by a FIN or a close_notify. */
bool program_awaits_end(const struct program *program);

#endif
