#ifndef FINWAIT_LOAD_CONN_H
#define FINWAIT_LOAD_CONN_H

#include <event2/event.h>
#include <event2/event_struct.h>
#include <stdbool.h>
#include <stdint.h>
#include <sys/queue.h>

#include "dial.h"
#include "finwait/board.h"
#include "finwait/load.h"

/* A connection: one run of the role's program on one socket.  It knows nobody who uses it. */

/* How a connection came to fail. */
struct loss {
    enum outcome outcome; /* OUTCOME_ERROR: the errno's own */
    int errnum;           /* 0: none */
    uint64_t reason;      /* OpenSSL's; 0: none */
};

/* A program that connections run. */
struct play {
    const struct program *program;
    uint32_t last_send;          /* index of its last send */
    bool says_close;             /* there: the peer is to end the connection */
    struct mix_account *account; /* NULL: it is the side's only one */
};

struct closer;
struct conn;
struct wire;
struct worker;
TAILQ_HEAD(conn_list, conn);

struct conn {
    struct worker *worker;
    const struct play *play;
    uint64_t number;        /* of the role's, a client's; the first is 0 */
    TAILQ_ENTRY(conn) link; /* among those that wait in a step, or are spare */
    TAILQ_ENTRY(conn) turn; /* among those whose handshake waits for its turn */
    int fd;                 /* -1: none */
    uint32_t pc;            /* index of the step that runs */
    uint32_t rounds;        /* completed ones, for repeat */
    short interest;   /* EV_READ | EV_WRITE registered with the event_base; 0: not registered */
    bool readable;    /* epoll has told so since a step last waited to read */
    bool writable;    /* it has told so */
    bool closed_told; /* it has told of the peer's FIN */
    bool heard;       /* a message has come whole, none was sent since, and they take turns */
    bool opened;
    bool waits;          /* it is among the worker's waiting */
    bool paused;         /* its timer runs, and nothing else is to wake it */
    bool timed;          /* its timer runs beside that */
    bool queued;         /* it waits for its turn */
    bool shaking;        /* its handshake is one of those under way */
    bool peer_fin;       /* the peer's FIN has been read */
    bool closer_known;   /* who closed first has been counted */
    int error;           /* the socket's own, SO_ERROR, once it has told; 0: none */
    bool bare;           /* the request was a HEAD: its response is a head */
    bool asked_for_tls;  /* the response under way says that TLS was due */
    bool last_round;     /* the peer has said that it closes, or wants that */
    bool bad_status;     /* a response's status was not within http.ok */
    bool notified;       /* TLS: the peer's close_notify has been read, or what passes for it */
    bool head_read;      /* recv(head) has read the reader's message, and no recv the rest */
    bool receiving;      /* the reader is in the middle of a recv step */
    int64_t linger;      /* seconds close(2) may take, SO_LINGER; 0: it resets, -1: off */
    size_t sent;         /* bytes of the message under way */
    int64_t born;        /* when it was begun, or was due (open loop) */
    int64_t established; /* when the handshake of TLS began */
    int64_t stays;       /* until when the peer has said to keep the connection, or 0 */
    int64_t asked;       /* when the request under way began to be sent, or 0 */
    int64_t idle;        /* when it began to pause after its last message, or 0 */
    int64_t closing;     /* when the first closing step began, or 0 */
    int64_t wake;        /* when a pause ends */
    int64_t since;       /* when it began to wait in this step */
    int64_t until;       /* when its wait in this step ends by the step's own bound, or 0 */
    tls_stream *tls;     /* owned; NULL: plain TCP, or not yet established */
    struct message_reader reader;
    char *spill; /* bytes read beyond a message, for the next recv; owned, usually NULL */
    size_t spill_length;
    struct event event;
    struct event timer;
};

/* What a step says to the interpreter. */
enum step_result {
    STEP_NEXT,  /* done: on to the following step */
    STEP_WAIT,  /* run it again when the event it asked for comes */
    STEP_ENDED, /* the connection is over and `conn` is no longer to be touched */
};

/* How a step is run. */
typedef enum step_result step_runner(struct conn *conn, const struct step *step);

/* Who is told of what a worker's connections meet. */
struct conn_events {
    void (*over)(void *context); /* an event has been dealt with: there may be room for more */
    void *context;
};

/* What the connections of a worker have in common. */
struct worker {
    const struct role_plan *plan;
    uint32_t index; /* among plan->workers */
    bool late;      /* the load had begun when it was forked */
    bool gave_up;
    uint64_t memory; /* bytes, before the first connection */
    struct board *board;
    struct account *account; /* its own slot's; goes on from what a predecessor counted there */
    struct {
        int64_t cpu_user, cpu_system;
        uint64_t attempted, tickets;
    } before; /* what the predecessor had counted */
    struct event_base *base;
    struct conn_events events;
    step_runner *const *runners; /* indexed by enum step_op */
    int leash;                   /* for its children, leash.h */
    const struct wire *wire;
    bool peek;        /* look at what has come first, and take no more than a message */
    struct loss loss; /* the last WIRE_LOST's */
    struct message message[SAYS_N]; /* those that are needed */
    int64_t linger;                 /* of a new connection's socket, as in struct conn */
    struct dial dial;               /* a client's */
    struct play play[MIX_MAX];      /* beside the plan's programs */
    char *scratch;                  /* where bytes are read that nobody will look at again */
    struct conn_list waiting;       /* waiting in a step, the longest first */
    struct event sweep;             /* when the first of these has waited for long enough … */
    bool sweeping;                  /* … if it is to be called */
    struct conn_list turns;         /* a server's, which have something to read and no turn yet */
    struct conn_list spare;
    uint32_t open;         /* connections that run their program */
    uint32_t shaking;      /* handshakes of TLS under way */
    struct closer *closer; /* NULL: no close takes its time */
};

#define WORKER_SCRATCH ((size_t)65536)

/* To be called at the end of each event's callback. */
void conn_event_over(const struct worker *worker);

/* A fresh connection on `fd` (or -1), at the first step.  NULL when out of memory. */
struct conn *conn_new(struct worker *worker, int fd, int64_t born);

/* One that could not be begun for want of memory: it counts, and fails with ENOMEM. */
void conn_not_begun(struct worker *worker);

/* Without what it has just failed to do, the worker would do less than it is asked to, or wait for
 * ever: it ends, and its owner is told. */
void worker_give_up(struct worker *worker);

/* Run the program on from where it stands. */
void conn_run(struct conn *conn);

/* The connection is over: account for it, close what is open, recycle it. */
enum step_result conn_end(struct conn *conn, enum outcome outcome);

/* As conn_end, for an errno met in a step. */
enum step_result conn_fail(struct conn *conn, int errnum);

/* As conn_end, for a failure met beneath a step. */
enum step_result conn_lose(struct conn *conn, const struct loss *loss);

/*
 * As conn_fail, for a connection that could not be opened: its slot stays taken for a moment, lest
 * a lack of ports or descriptors turn the worker into a busy loop.
 */
enum step_result conn_fail_open(struct conn *conn, int errnum);

/*
 * Whether trying to read would be a system call for nothing: epoll has told of nothing to read, and
 * will; or, before the socket is registered, the answer to what was just sent can hardly be there
 * yet.  Never with TLS: what OpenSSL has read already, epoll does not know of.
 */
bool conn_reads_in_vain(const struct conn *conn);

/* Call again when the socket can be read or written (EV_READ, EV_WRITE).  Returns STEP_WAIT. */
enum step_result conn_await(struct conn *conn, short interest);

/* Whether the step has waited for `ns`; they begin with the first question. */
bool conn_has_waited(struct conn *conn, int64_t ns);

/* As conn_await, but until conn_has_waited in place of the plan's timeout. */
enum step_result conn_await_bound(struct conn *conn, short interest);

/* The exchange is over: go on where program_leave() says.  Returns STEP_NEXT. */
enum step_result conn_leave(struct conn *conn);

/* Go on with the following step after `ns`.  Returns STEP_WAIT. */
enum step_result conn_sleep(struct conn *conn, int64_t ns);

/* Run the same step again after `ns`.  Returns STEP_WAIT. */
enum step_result conn_again(struct conn *conn, int64_t ns);

/*
 * Run the same step again once others have had their turn.  It counts as waiting, lest a peer that
 * sends without end escape the plan's timeout.  Returns STEP_WAIT.
 */
enum step_result conn_yield(struct conn *conn);

/* SO_LINGER; seconds -1: off.  0, or -1 with errno. */
int conn_set_linger(struct conn *conn, int64_t seconds);

/* The first closing step begins: now, unless one has. */
void conn_closing_begins(struct conn *conn);

/* Keep for the next recv what was read beyond a message.  False: out of memory. */
bool conn_keep_spill(struct conn *conn, const char *bytes, size_t length);

/* Nobody will want what was read beyond the last message. */
void conn_forget_spill(struct conn *conn);

/* It is over as far as the load goes, but its descriptor stays open, and so does what TLS has of
 * it: nobody touches them again, and they end with the process. */
enum step_result conn_hold(struct conn *conn);

/* Its handshake begins; behind it may be room for one more. */
void conn_take_turn(struct conn *conn);

/* Its handshake has ended, or is not to be: the next one's turn may have come. */
void conn_end_turn(struct conn *conn);

/* Forget the socket's registration before it is closed. */
void conn_unregister(struct conn *conn);

/* Connections that wait in one step for the plan's timeout end then, and none before.  0 or -1. */
int conn_init_sweep(struct worker *worker);

/* End those that have, so many at once, and come back for the next. */
void conn_sweep(struct worker *worker);

#endif
