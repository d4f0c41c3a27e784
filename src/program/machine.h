#ifndef FINWAIT_PROGRAM_MACHINE_H
#define FINWAIT_PROGRAM_MACHINE_H

#include <stdbool.h>
#include <stdint.h>

#include "finwait/model.h"

/*
 * The machine the model explores: two endpoints (a program and its socket) and the two
 * FIFO channels between them.  Its bytes are compared and hashed whole, so it has no padding.
 */

enum segment {
    SEGMENT_NONE,
    SEGMENT_SYN,
    SEGMENT_SYN_ACK,
    SEGMENT_ACK,     /* of a SYN-ACK or a FIN; those of data change nothing and are left out */
    SEGMENT_WINDOW,  /* an ACK that opens a window that was full */
    SEGMENT_DATA,    /* one message */
    SEGMENT_CUT,     /* the beginning of one whose rest was never sent */
    SEGMENT_TICKETS, /* what TLS sends by itself is data as well: a server's session tickets … */
    SEGMENT_NOTIFY,  /* … a close_notify … */
    SEGMENT_ALERT,   /* … a fatal alert … */
    SEGMENT_HELLO,   /* … and, of a handshake that is given up, the ClientHello … */
    SEGMENT_FLIGHT,  /* … and what the server answers */
    SEGMENT_FIN,
    SEGMENT_RST,
    SEGMENT_N,
};

/* What has become of the message at the head of a channel; see struct model_flow. */
enum window {
    WINDOW_IDLE,  /* nothing of it has arrived */
    WINDOW_PART,  /* its first part is in the receive queue, the rest under way */
    WINDOW_FULL,  /* the same, but the rest cannot be sent: the queue is full */
    WINDOW_ASKED, /* the program has begun to read it, the window update is under way */
    WINDOW_OPEN,  /* the rest is under way */
};

/* What of TLS's own stands in a receive queue: tickets before all messages, the others behind. */
enum record {
    RECORD_TICKETS = 1,
    RECORD_NOTIFY = 2,
    RECORD_ALERT = 4,
    RECORD_SHAKE = 16, /* of a handshake that is given up */
    RECORD_CUT = 8,    /* no record, but as unread: SEGMENT_CUT, or the rest of a message */
};

/* How far the step is, connect or accept, whose TLS handshake the client gives up. */
enum shake {
    SHAKE_NOT,
    SHAKE_OPEN, /* TCP is connected */
    SHAKE_SENT, /* its part of the handshake is sent */
};

struct endpoint {
    int64_t pause;     /* ns left of the pause the program is in */
    int64_t waited;    /* ns in the step it is at */
    uint64_t path;     /* the states passed through, 4 bits each, the newest lowest */
    uint16_t rounds;   /* of repeat, this one included */
    uint16_t readable; /* whole messages in the receive queue */
    uint8_t state;     /* enum tcp_state; 0: no socket yet */
    uint8_t step;      /* the program's next */
    uint8_t fate;      /* enum model_fate, when `running` is 0 or `fails` */
    uint8_t window;    /* enum window: of the message at the head of the peer's channel */
    uint8_t running;   /* the flags are uint8_t for the sake of memcmp */
    uint8_t open;      /* has a descriptor */
    uint8_t fin_received;
    uint8_t rst_received;
    uint8_t shut_rd;
    uint8_t linger_zero; /* SO_LINGER {1,0} */
    uint8_t lost_data;
    uint8_t rst_sent;
    uint8_t tw;
    uint8_t abort_on_data;
    uint8_t abort_on_close;
    uint8_t records;     /* enum record: those in the receive queue */
    uint8_t notify_sent; /* its close_notify */
    uint8_t fails;       /* its alert is sent, the interpreter's close is to follow */
    uint8_t error_taken; /* a call has met the RST already: what reads now meets an end of file */
    uint8_t ack_delayed; /* in FIN_WAIT2, but the ACK that led there may still be to come */
    uint8_t sending;     /* its send waits for room */
    uint8_t grown;       /* has read of what fills buffers */
    uint8_t expired;     /* it has waited too long in its step, load.timeout */
    uint8_t pulled; /* of the messages and records in the queue, those that TLS has read ahead */
    uint8_t pulled_records;
    uint8_t head_read; /* of a message, whose rest is to be read or is nothing */
    uint8_t begun;     /* its recv has read some of a message */
    uint8_t unacked;   /* data of its have arrived, and the ACK of them may be delayed */
    uint8_t torn;      /* the head of the peer's channel is the rest of a message: `drain` took its
                          beginning */
    uint8_t shaking;   /* enum shake */
    uint8_t notified;  /* has read the peer's close_notify: nothing is read after it */
    uint8_t spare[5];
};

#define CHANNEL_RUNS 12

/* Segments under way, oldest first; equal neighbours are one run. */
struct channel {
    struct run {
        uint16_t segment; /* enum segment; SEGMENT_NONE ends the list */
        uint16_t count;
    } run[CHANNEL_RUNS];
};

struct machine {
    struct endpoint end[SIDE_N];
    struct channel channel[SIDE_N]; /* by sender */
};
_Static_assert(sizeof(struct endpoint) == 64, "no padding");
_Static_assert(sizeof(struct machine) ==
                   2 * (sizeof(struct endpoint) + CHANNEL_RUNS * sizeof(struct run)),
               "no padding");

/* A machine with what it needs to move. */
struct world {
    struct machine machine;
    const struct model_input *input;
    uint16_t rounds[SIDE_N];        /* explored, of those the programs have */
    struct model_flow flow[SIDE_N]; /* as flow_init() makes it of the input's */
    bool overflow;                  /* more is under way than a channel holds */
    bool *doubt;                    /* set where the buffers' sizes decide; NULL: not asked */
    struct model_end *record;       /* where to write down each event; NULL: nowhere */
};

static inline struct endpoint *endpoint_of(struct world *world, enum side side)
{
    return &world->machine.end[side];
}

/* ---- channel.c ---- */

/* False: there is no room for it. */
bool channel_push(struct channel *channel, enum segment segment);
enum segment channel_head(const struct channel *channel);
bool channel_has(const struct channel *channel, enum segment segment);
/* Take the oldest `segment` out, wherever it stands. */
void channel_take(struct channel *channel, enum segment segment);

/* Whether it is a message, whole or cut; whether its bytes go to the peer's receive queue. */
bool segment_is_message(enum segment segment);
bool segment_has_data(enum segment segment);

/* How many stand in a row somewhere in it. */
unsigned channel_count(const struct channel *channel, enum segment segment);

/* The newest data under way, SEGMENT_NONE: none; take them out, or leave but their beginning
 * (false: there is no room for it). */
enum segment channel_newest_data(const struct channel *channel);
bool channel_drop_data(struct channel *channel, bool whole);

/* ---- model_flow.c: what the buffers take ---- */

enum flow {
    FLOW_NO,
    FLOW_MAYBE, /* by buffer sizes, or by what nobody sees: it need not come to pass */
    FLOW_YES,
};

/* The flows to explore: a message stands for as many as the rounds left out would pile up, and
 * what cannot fill anything is taken for nothing.  Once world->rounds is set. */
void flow_init(struct world *world);

/* As if the buffers were as small or as large as they can be. */
void flow_bind(struct world *world, enum model_bound bound);

/* Whether one more whole message of `sender` fits in its peer's receive queue. */
enum flow flow_fits(const struct world *world, enum side sender);

/* Whether the buffers take `more` messages of `sender` beside those that nobody has read. */
enum flow flow_takes(const struct world *world, enum side sender, unsigned more);

/* What one segment surely carries, on Ethernet. */
#define SEGMENT_SIZE 1400

/* Whether what of a message comes first can matter: it is read by itself, or takes long. */
bool flow_arrives_in_parts(const struct world *world, enum side sender);

/* Whether `more` messages can be so much that they do not leave in one go. */
bool flow_in_parts(const struct world *world, enum side sender, unsigned more);

/* ---- model_tcp.c: what a program's calls make of its socket ---- */

/* The calls of a program. */
void tcp_connect(struct world *world, enum side side);
void tcp_send(struct world *world, enum side side, enum segment segment);
void tcp_shut_wr(struct world *world, enum side side);
void tcp_close(struct world *world, enum side side);

/* Whether a read of the socket's empty queue meets an end of file; else it waits, or meets a RST.
 * tcp_recvmsg_locked() looks at the queue first, then for a FIN, then for an error. */
bool tcp_reads_fin(const struct endpoint *end);

/* Tell the peer that there is room for the rest of its message. */
void tcp_open_window(struct world *world, enum side side);

/* Whether what `sender` has to send surely stands still before a full window. */
bool tcp_window_shut(const struct world *world, enum side sender);

/* The program of `side` has read a message, or thrown away all that was there. */
void tcp_message_read(struct world *world, enum side side);
void tcp_all_read(struct world *world, enum side side);

/* What `side` has not handed to its socket of the message it sends will not come. */
void tcp_cut(struct world *world, enum side side);

void tcp_send_segment(struct world *world, enum side side, enum segment segment);
void tcp_enter(struct world *world, enum side side, enum tcp_state state);

/* tcp_time_wait() makes a mini-socket of TIME_WAIT, and of FIN_WAIT2 once nobody holds it: at once,
 * unless it is to last for longer than TCP_TIMEWAIT_LEN; tcp_close(). */
bool tcp_is_mini(const struct world *world, enum side side);

/* Have it that the socket did not enter its state, FIN_WAIT2. */
void tcp_take_back(struct endpoint *end);

/* The socket goes without a word, and with it what it had not been able to send; or with a RST. */
void tcp_vanish(struct world *world, enum side side);
void tcp_reset(struct world *world, enum side side);

/* ---- model_arrive.c: what the segments of its peer do ---- */

/* Whether a segment of `sender` can arrive now; let the next one arrive. */
bool tcp_can_arrive(const struct world *world, enum side sender);
void tcp_arrive(struct world *world, enum side sender);

/* Whether the newest data that a reset socket had sent may not have left it: they were held back by
 * Nagle's algorithm, or too many to go at once.  They go with it. */
bool tcp_can_drop(const struct world *world, enum side sender);
void tcp_drop(struct world *world, enum side sender);

/* Let the first part of a message arrive: the rest is under way, or finds no room. */
bool tcp_part_can_arrive(const struct world *world, enum side sender, enum window window);
void tcp_part_arrives(struct world *world, enum side sender, enum window window);

/*
 * The same for data, or a RST, that came before the delayed ACK of the FIN could: it meets an
 * orphan in FIN_WAIT1, no mini-socket, which makes other counters move.
 */
bool tcp_can_arrive_with_ack(const struct world *world, enum side sender);
void tcp_arrive_with_ack(struct world *world, enum side sender);

/*
 * Let the ACKs arrive that can.  They do so before anything else happens: when an ACK
 * comes makes no difference that anyone could care about, unless it is behind a FIN, or comes too
 * late for an orphan: tcp_arrive_with_ack().
 */
void tcp_settle(struct world *world);

/* ---- model_tls.c: what TLS does beneath the programs ---- */

/* Where the client gives the handshake up; CONNECT_WHOLE: nowhere, or there is no TLS. */
enum connect_until model_tls_until(const struct world *world);

/* Of such a handshake: whether connect or accept, once TCP is connected, can go on; go on.
 * MODEL_DONE: it has, and the step is over when its `shaking` is SHAKE_NOT; else how it failed. */
bool model_tls_can_shake(const struct world *world, enum side side);
enum model_fate model_tls_shake(struct world *world, enum side side);

/* A server's handshake ends with its session tickets. */
void model_tls_accept(struct world *world, enum side side);

void model_tls_notify(struct world *world, enum side side);

/*
 * What a read meets where there are no more messages: MODEL_EOF for the orderly end (a FIN, or with
 * TLS a close_notify), or how its program fails; MODEL_TRUNCATED has an alert on its way.
 */
enum model_fate model_tls_read_end(struct world *world, enum side side);

/* ---- model_place.c ---- */

/* The step `side` is at; NULL when its program is over. */
const struct step *step_current(const struct world *world, enum side side);

/* Whether the program is in a pause that has time left. */
bool step_pauses(const struct world *world, enum side side);

/* Move on to the next step; repeat is part of the move. */
void place_advance(struct world *world, enum side side);

/* The exchange is over, and with it the rounds. */
void place_leave(struct world *world, enum side side);

void place_finish(struct world *world, enum side side, enum model_fate fate);

/* A program that fails is over, and the interpreter closes its descriptor at once: but after an
 * alert was sent, which may have been answered by then. */
void place_fail(struct world *world, enum side side, enum model_fate fate);

/* Whether the client may as well be in connect still: before anything that takes time. */
bool place_just_connected(const struct world *world, enum side side);

/* ---- model_step.c: what the programs do ---- */

/* Whether that step can run now; run it.  FLOW_MAYBE: if the buffers let it, or as the peer is no
 * faster than a short pause. */
enum flow step_can_run(const struct world *world, enum side side);
void step_run(struct world *world, enum side side);

/* Whether that step is a send that may have to wait for room; begin it. */
bool step_can_wait(const struct world *world, enum side side);
void step_wait(struct world *world, enum side side);

/* Whether that step may read ahead, by TLS, of what it is to read; run it so. */
bool step_can_read_ahead(const struct world *world, enum side side);
void step_read_ahead(struct world *world, enum side side);

/* Whether a RST may have come before the client's connect was over: then it fails. */
bool step_connect_can_fail(const struct world *world, enum side side);
void step_connect_fails(struct world *world, enum side side);

/* Whether its TLS handshake may have read ahead of what the server sent behind it; have it so. */
bool step_connect_can_read_ahead(const struct world *world, enum side side);
void step_connect_reads_ahead(struct world *world, enum side side);

/* What a step that reads does before it can be done: it makes room. */
void step_begin(struct world *world, enum side side);

/* Whether such a step reads as soon as the program gets there, before it can be done. */
bool step_reads(enum step_op op);

/* ---- model_patience.c ---- */

/* How long that step may wait, by itself or by load.timeout; INT64_MAX: for ever. */
int64_t step_patience(const struct world *world, enum side side);

/* Whether that step has waited for as long, or may have, when it is short. */
enum flow step_can_expire(const struct world *world, enum side side);

/* It has: by its own bound it is done, by load.timeout the interpreter closes the connection. */
void step_expire(struct world *world, enum side side);

/* ---- model_time.c ---- */

/* Whether a program waits for time to pass; let it, until the first has waited for long enough. */
bool time_can_pass(const struct world *world);
void time_pass(struct world *world);

/* ---- model_record.c ---- */

void record_step(struct world *world, enum side side, const struct step *step);
/* How the last step written down came to be done. */
void record_note(struct world *world, const char *note);
void record_segment(struct world *world, enum side sender, const char *segment);
void record_handshake(struct world *world);

/* The newest `segment` of `sender` has not arrived, and changed no state. */
void record_take_back(struct world *world, enum side sender, const char *segment);

/* ---- model_end.c ---- */

/* What has become of both sides, once nothing can happen any more. */
void end_read(struct model_side side[SIDE_N], const struct machine *machine);

/* Whether two ways to end differ in nothing that matters; struct model_end. */
bool ends_alike(const struct model_side a[SIDE_N], const struct model_side b[SIDE_N]);

/* Whether the model knows this way to end. */
bool end_is_known(const struct model *model, const struct model_side side[SIDE_N]);

/* Whether a program still waits then; -1 names its step and the other's.  One that the sizes of
 * the buffers decide on is named in `model`, and is no error. */
int end_check_waits(const struct world *world, struct model *model, struct error *error);

/* ---- model_rounds.c ---- */

/*
 * How many rounds of each program to explore: those that only do again what the two before
 * did are left out, a difference between the two programs is kept.  `few`: without those in which
 * a difference may yet use up what one side is ahead.
 */
void rounds_reduce(const struct model_input *input, bool few, uint16_t rounds[SIDE_N]);

/* ---- model_set.c ---- */

struct machine_set; /* opaque: the machines seen so far */

struct machine_set *machine_set_new(void);
void machine_set_free(struct machine_set *set);
size_t machine_set_count(const struct machine_set *set);

/* Whether `machine` was new and is now in the set: 1, 0, or -1 when memory or the limit is
 * exhausted. */
int machine_set_add(struct machine_set *set, const struct machine *machine);

#endif
