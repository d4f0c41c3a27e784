#ifndef EXPLAIN_STORY_H
#define EXPLAIN_STORY_H

#include "finwait/explain.h"
#include "finwait/facts.h"
#include "remarks.h"

/* The explanation while it is being told. */
struct story {
    struct facts facts;
    struct result *result;        /* whose remarks are being made */
    const struct remark_row *row; /* of the observer that is looking */
    bool open;                    /* the last remark is still being made */
    bool has_side;                /* whether the next one is about a side: */
    enum side end;                /* its end of the connections that is looked at */
};

/* One thing to look for in a result: makes a remark or more when it is there, else none. */
typedef void observer(struct story *story);

#define X(observe, id, kind, needs, about) observer observe;
REMARKS(X)
#undef X

/* What is said from here on is another remark of the observer's, about whose this end is. */
void story_about(struct story *story, enum side end);

/* The same, about neither. */
void story_next(struct story *story);

/* Add a sentence to the remark, full stop included; one that stands in another remark of the result
 * is left out. */
void story_say(struct story *story, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* Continue the last sentence, of which story_say() has the beginning. */
void story_add(struct story *story, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* Add what to do about it, without a full stop: "raise server.backlog". */
void story_advise(struct story *story, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

/* Name the numbers that the remark rests on, with blanks between them: metrics, "SIDE.sysctl.NAME"
 * and options' paths; ".NAME" is the end's that is looked at.  What was not measured, or is no
 * number, is left out; a counter of the whole machine makes the remark likely at most. */
void story_evidence(struct story *story, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

/* " (15 here)", what a sysctl is set to in the side's host, which becomes evidence; "" when it was
 * not recorded.  Returns `text`. */
char *story_here(char *text, size_t size, struct story *story, enum side side, const char *sysctl);
#define HERE(story, side, sysctl)                                                                  \
    story_here((char[UNITS_TEXT]){0}, UNITS_TEXT, (story), (side), (sysctl))

/* The same of tcp_orphan_retries, of which 0 is a word for 8 (tcp_orphan_retries(), tcp_timer.c).
 */
char *story_orphan_retries(char *text, size_t size, struct story *story, enum side side);
#define ORPHAN_RETRIES(story, side) story_orphan_retries((char[64]){0}, 64, (story), (side))

/* What bounds how often a side's SYN is sent again: "tcp_syn_retries (6 here) bounds", or with the
 * linear timeouts of Linux 6.5 on, which are added to them (tcp_write_timeout(), tcp_timer.c). */
char *story_syn_retries(char *text, size_t size, struct story *story, enum side side);
#define SYN_RETRIES(story, side) story_syn_retries((char[128]){0}, 128, (story), (side))

/* How sure the remark is; CERTAINTY_PROVEN unless said. */
void story_certainty(struct story *story, enum certainty certainty);

/* ---- story_window.c ---- */

/* Say which states filled up from one moment of the load to another, if any did; nothing from its
 * start on, for what would be usual is then not known. */
void story_piled_up(struct story *story, int64_t from, int64_t until);

/* ---- story_held.c ---- */

/* Say what no table tells of a program that is not finwait's, if one had a part in the run. */
void story_unlisted(struct story *story);

/* Where nothing came to a proxy's server. */
#define PROXY_ADVICE "let the proxy connect to {upstream}, FINWAIT_UPSTREAM in its environment"

/* ---- story_owners.c ---- */

/* Say which processes hold the side's sockets in that state: those of a program that is not ours,
 * and those that several hold. */
void story_owners(struct story *story, enum side side, enum tcp_state state);

/* Say for how long the sockets in CLOSE_WAIT have stood there at least, and advise the process that
 * holds them, if it is one. */
void story_leaker(struct story *story, enum side side);

/* ---- story_time_wait.c ---- */

/* What took the place of a side's TIME_WAIT that ended early.  Static. */
const char *story_what_ended(const struct facts *facts, enum side side);

#endif
