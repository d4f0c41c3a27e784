#ifndef FINWAIT_MODEL_H
#define FINWAIT_MODEL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include "finwait/error.h"
#include "finwait/kernel_state.h"
#include "finwait/program.h"

/*
 * The model walks a pair of programs through the TCP state diagram (RFC 9293
 * section 3.3.2) with Linux's behaviour at close.  Two programs, two sockets and two
 * FIFO channels are a small concurrent machine: the model explores every order in
 * which its events can happen and so knows all the ways a connection can end,
 * and whether the two sides can wait for each other for ever.
 *
 * TLS is what its records are to TCP: tickets, close_notify and alert are data in the peer's
 * receive queue, unread until a step reads them.  Its handshake is taken for one event, part of the
 * TCP handshake; one that the client gives up (connect(hello), connect(flight)) is its ClientHello
 * and the server's flight, data as well.  Seen with OpenSSL 3.0 and taken over from it: an
 * unexpected FIN draws a fatal alert, unless this side's close_notify is out; tickets that meet a
 * RST are no error of accept, but use up the ECONNRESET, and what is read after them meets a FIN.
 *
 * Buffers: what of a message fits where nobody reads is for their sizes to tell, which the kernel
 * chooses as it goes.  Below one bound it surely fits, above another it surely does not, and
 * between them the model walks both ways; the ends that only one of the ways has are marked.
 *
 * A message of which `drain` took the beginning is none any more: what is left of it is unread, and
 * no recv's.
 *
 * Time: steps and segments take none; pause(T) takes T and lets everything else
 * that can happen happen first, unless it is 10 ms or less; what is over at nearly the same time is
 * over in either order; from 60 ms on, a delayed ACK is part of that.  The network loses nothing.
 * recv(T) and wait-fin(T) end when T is over and nothing came, at any time if T is 20 ms or less.
 * inherit(T) is taken for nothing, though a close after it does: what a model says of such a
 * program is not to be relied on, but whether it waits for ever.
 */

/* What TLS does that a program's steps do not say. */
struct model_tls {
    bool on;      /* transport: tls; the rest is nothing without it */
    bool tickets; /* the server's accept ends with session tickets on their way to the client
                     (TLS 1.3): unread data there until it reads */
    bool ignore_unexpected_eof[SIDE_N]; /* a FIN passes for a close_notify, and draws no alert */
    bool read_ahead;  /* a read may take what is behind a record from the receive queue, too … */
    bool server_last; /* … and so may the client's last of the handshake: the server's Finished may
                         end it (TLS 1.2) */
};

/* What the buffers between two sockets take of what one side sends, in bytes. */
enum model_bound {
    MODEL_LEAST, /* this much surely fits */
    MODEL_MOST,  /* more surely does not */
    MODEL_BOUND_N,
};
struct model_flow {
    uint64_t message; /* the size of one; 0: so small that no number of them fills anything */
    uint64_t at_once; /* of bytes not yet received, what send(2) takes without a wait */
    uint64_t queue[MODEL_BOUND_N]; /* the peer's receive queue, while nobody reads */
    uint64_t total[MODEL_BOUND_N]; /* that and the send buffer */
    bool nagle;                    /* without TCP_NODELAY */
    uint64_t grown;                /* both at most once the peer has read: buffers grow then */
};

struct model_input {
    const struct program *program[SIDE_N];
    struct model_tls tls;
    struct model_flow flow[SIDE_N]; /* of what this side sends */
    bool body[SIDE_N];              /* a message of this side is more than its head */
    bool long_fin_wait2[SIDE_N];    /* an orphan may stay in FIN_WAIT2 for more than 60 s */
    int64_t timeout;                /* ns that a step may wait, load.timeout; 0: for ever */
};

/* How a program ends. */
enum model_fate {
    MODEL_DONE,      /* ran to its end */
    MODEL_HELD,      /* keeps its descriptor for ever */
    MODEL_RESET,     /* a step met the peer's RST (ECONNRESET, EPIPE) */
    MODEL_EOF,       /* a recv met the peer's FIN; with TLS: its close_notify */
    MODEL_TRUNCATED, /* TLS: a recv or wait-notify met a FIN and no close_notify before it */
    MODEL_ALERT,     /* TLS: one met the peer's fatal alert */
    MODEL_HANDSHAKE, /* TLS: a FIN came in the middle of the handshake */
    MODEL_DIED,      /* its process died */
    MODEL_TIMEOUT,   /* a step waited longer than it may, and the connection was closed */
    MODEL_BLOCKED, /* stays in a step for ever: the buffers are too small, and no timeout is set */
    MODEL_FATE_N,
};
const char *model_fate_name(enum model_fate fate);

#define MODEL_PATH 12 /* longest path of states: each change moves on in the diagram */

/* One side of one way to end. */
struct model_side {
    enum tcp_state path[MODEL_PATH]; /* every state passed through, in order, the last included */
    size_t path_length;
    enum tcp_state final; /* where it rests: time_wait, close_wait, fin_wait2, close … */
    bool orphan;          /* the socket rests without a descriptor */
    enum model_fate fate;
    bool lost_data;    /* a message sent to this side was never read, or not all of it; what TLS
                          sends of its own (tickets, close_notify, alert) is none */
    unsigned rst_sent; /* RST segments sent (snmp OutRsts); see struct model_end on more than one */
    unsigned tw; /* mini-sockets made (TcpExt TW): TIME_WAIT and orphaned FIN_WAIT2 count once */
    unsigned abort_on_data;  /* TcpExt TCPAbortOnData */
    unsigned abort_on_close; /* TcpExt TCPAbortOnClose */
};

/* One moment of the walk, for drawing: what happened and the states after it. */
enum model_event_kind {
    MODEL_EVENT_STEP,    /* `side` ran `step` */
    MODEL_EVENT_SEGMENT, /* `segment` went from `side` and arrived at its peer */
    MODEL_EVENT_TLS,     /* the TLS handshake, both sides at once */
};
struct model_event {
    enum model_event_kind kind;
    enum side side;
    struct step step;
    const char *note;             /* of a step: how it came to be done, "fin" or "idle"; or NULL */
    const char *segment;          /* "SYN", "DATA", "close_notify", "FIN", "ACK", "RST" … */
    enum tcp_state state[SIDE_N]; /* after the event; 0 before the socket exists */
};

#define MODEL_EVENTS 128
#define MODEL_ENDS   96

/*
 * Ends are distinct when a side's path, fate, lost_data, tw or whether it sends no, one or several
 * RSTs differ: how many several are depends on how much was under way, and is that of the schedule.
 */
struct model_end {
    struct model_side side[SIDE_N];
    bool by_buffers;                        /* some sizes of the buffers do not lead here */
    struct model_event event[MODEL_EVENTS]; /* one schedule that leads here */
    size_t event_count;
    size_t skipped; /* events left out of the middle, before event[MODEL_EVENTS / 2] */
};

/* Everything that can become of the pair. */
struct model {
    size_t end_count; /* 1: certain; more: a race */
    struct model_end end[MODEL_ENDS];
    size_t visited;          /* states of the machine explored */
    uint16_t rounds[SIDE_N]; /* of each program, those explored: the others are alike */
    char blocked[160];       /* "": who may wait for ever if the buffers are small, in words */
};

/*
 * Explore `input`.  Returns 0; or -1 with STATUS_USAGE when some schedule leaves a program
 * waiting for ever for something that can no longer come (the message names both
 * steps) or the machine is too large to explore.  The caller owns `model` (large: allocate it).
 */
int model_explore(struct model *model, const struct model_input *input, struct error *error);

/*
 * Add what another pair of programs can come to, for a side that has several.  0, or -1 with
 * STATUS_USAGE: together they are more than MODEL_ENDS.
 */
int model_join(struct model *model, const struct model *other, struct error *error);

/* Which side's FIN the model sees first in every end: SIDE_N when it depends or there is none. */
enum side model_first_fin(const struct model *model);

/*
 * Draw the programs side by side as a ladder, one event a line with the states in the
 * margins, then what each side passes through and rests in; for a race, each end.
 */
void model_draw(const struct model *model, const struct model_input *input, FILE *out);

/* The ladder alone, of one end from event `from` on. */
void model_draw_end(const struct model_end *end, size_t from, FILE *out);

#endif
