#ifndef FINWAIT_SEEN_H
#define FINWAIT_SEEN_H

#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include "finwait/kernel_state.h"
#include "finwait/segment.h"
#include "finwait/side.h"

/*
 * A connection as its packets show it: what went over the wire, and the states that both ends must
 * have been in between (RFC 9293 section 3.3.2).  The states are derived, not seen: a packet is
 * taken to have arrived, unless it was sent again before anything answered it.
 */

/* ---- how connections end ---- */

/* Which ends sent a FIN, and which a RST: one of 16 endings, and a set of such endings. */
typedef uint16_t seen_endings;

seen_endings seen_ending(const bool fin[SIDE_N], const bool rst[SIDE_N]);

/* How far a connection has come to its end; all 0 at first. */
struct seen_ends {
    bool fin[SIDE_N], rst[SIDE_N], acked[SIDE_N]; /* `acked`: the side's FIN */
    uint32_t fin_end[SIDE_N];
};

/* The next packet: `side` sent it, its data and FIN end before `end`. */
void seen_ends_take(struct seen_ends *ends, enum side side, uint8_t flags, uint32_t end,
                    uint32_t ack);

/* Whether both ends are done: after a RST, or when both FINs are acknowledged. */
bool seen_ends_done(const struct seen_ends *ends);

/* How it has ended so far; an empty set: FINs of both, of which one is not acknowledged. */
seen_endings seen_ends_as(const struct seen_ends *ends);

/* A FIN of each end and no RST: what stands in where nothing was predicted. */
#define SEEN_ORDERLY ((seen_endings)(1 << 5))

/* Of a set of endings: whether some have a FIN, or a RST, of that side, and whether all have;
 * none of an empty set do. */
bool seen_may_fin(seen_endings set, enum side side);
bool seen_may_rst(seen_endings set, enum side side);
bool seen_must_fin(seen_endings set, enum side side);
bool seen_must_rst(seen_endings set, enum side side);

/* ---- its packets ---- */

/* What is to be said of a packet: at most one thing, the first that holds. */
#define SEEN_MARKS(X)                                                                              \
    X(SEEN_PLAIN, "")                                                                              \
    X(SEEN_RST_UNFORESEEN, "RST not foreseen")                                                     \
    X(SEEN_FIN_UNFORESEEN, "FIN not foreseen")                                                     \
    X(SEEN_AGAIN, "retransmission")                                                                \
    X(SEEN_AGAIN_UNANSWERED, "again, and in vain")                                                 \
    X(SEEN_UNANSWERED, "sent again below")

enum seen_mark {
#define X(id, words) id,
    SEEN_MARKS(X)
#undef X
        SEEN_MARK_N,
};
const char *seen_mark_words(enum seen_mark mark);

/* Whether it says that the packet had been sent before. */
static inline bool seen_is_again(enum seen_mark mark)
{
    return mark == SEEN_AGAIN || mark == SEEN_AGAIN_UNANSWERED;
}

struct seen_packet {
    int64_t at;     /* ns since the connection's first packet */
    enum side side; /* who sent it */
    uint8_t flags;
    uint32_t seq, ack; /* as they count from the sender's and the receiver's SYN, which is 0 */
    uint32_t length;   /* bytes of data */
    enum tcp_state state[SIDE_N]; /* after it; 0: no socket of the connection */
    enum seen_mark mark;
};

/* What a teller of a connection's packets keeps between them; all 0 at first. */
struct seen_teller {
    bool begun[SIDE_N];
    uint32_t base[SIDE_N];
    int64_t first;
};

/* The next packet, which `side` sent at `at` (ns); without state and mark. */
struct seen_packet seen_tell(struct seen_teller *teller, const struct segment *segment,
                             enum side side, int64_t at);

/* Flags as words, "FIN ACK"; those that have none here are left out.  Returns `text`.  And back: -1
 * for other words. */
#define SEEN_FLAGS 32
char *seen_flags(char text[SEEN_FLAGS], uint8_t flags);
int seen_flags_read(const char *text, uint8_t *flags);

/* An end as text, "198.18.0.1:40000".  Returns `text`. */
#define SEEN_ENDPOINT 64
char *seen_endpoint(char text[SEEN_ENDPOINT], const struct endpoint *endpoint, bool ipv6);

/* Work out `state` and `mark` of a connection's packets, all of them, from the rest.  Returns how
 * the connection ended (seen_ends_as()); an empty set of `foreseen`: nothing was. */
seen_endings seen_walk(struct seen_packet *packet, size_t count, seen_endings foreseen);

/* What a look at many connections counted. */
#define CAPTURED(X)                                                                                \
    X(connections, "whose packets were kept")                                                      \
    X(otherwise, "of those: ended otherwise than foreseen")                                        \
    X(packets, "of those connections")                                                             \
    X(bytes, "of those packets, from their IP headers on, as much of them as was kept")            \
    X(retransmissions, "of those packets: sent again")                                             \
    X(cut, "of those packets: kept without all of their data, to save memory")                     \
    X(followed, "connections that were looked at from their SYN on, kept or not")                  \
    X(given_up, "of those: forgotten before they had ended, for want of memory")                   \
    X(one_in, "of how many ports of the client one was looked at, when fewest were")               \
    X(deaf, "ns in which no packets were read, lest the load wait")                                \
    X(dropped_kernel, "packets that the kernel dropped, for nobody had read those before")         \
    X(dropped_memory, "packets that there was no memory for")

struct capture_tally {
#define X(name, about) uint64_t name;
    CAPTURED(X)
#undef X
};

/* ---- drawing ---- */

struct seen_story {
    size_t count;
    const struct seen_packet *packet;
    size_t skipped; /* packets left out of the middle, before packet[count / 2] */
    seen_endings foreseen;
    bool otherwise; /* its end is none of those */
    bool proxied;   /* what is at the other end of the client's connections is no server */
};

/* Packets of a connection that are drawn; of more those in the middle are left out. */
#define SEEN_DRAWN 64

/* Leave out the middle of `count` packets: at most SEEN_DRAWN go to `drawn`. */
void seen_shorten(const struct seen_packet *packet, size_t count, struct seen_packet *drawn,
                  size_t *drawn_count, size_t *skipped);

/* Draw it as a ladder, and say where it is not as foreseen. */
void seen_draw(const struct seen_story *story, FILE *out);

#endif
