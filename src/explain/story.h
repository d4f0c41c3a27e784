#ifndef EXPLAIN_STORY_H
#define EXPLAIN_STORY_H

#include "finwait/facts.h"

/* The explanation while it is being told. */
struct story {
    struct facts facts;
    FILE *out;
    bool begun;
    bool slow_told; /* by story_slow_connects() */
};

/* Add a sentence, full stop included. */
void story_say(struct story *story, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* ---- story_window.c ---- */

/* Say which states filled up from one moment of the load to another, if any did; nothing from its
 * start on, for what would be usual is then not known. */
void story_piled_up(struct story *story, int64_t from, int64_t until);

/* Say, once, from where on connects took as long as a SYN that is sent again, if any did; `who`:
 * "Whoever was dropped waited for its SYN". */
void story_slow_connects(struct story *story, const char *who);

/* One thing to look for in a result: says a sentence or more when it is there, else nothing. */
typedef void observer(struct story *story);

/* What struck the run from outside. */
observer observe_faults;  /* story_faults.c */
observer observe_events;  /* story_events.c */
observer observe_moved;   /* story_moved.c */
observer observe_restart; /* story_restart.c */

/* Whether the load went as far as can be explained by its close order. */
observer observe_cut, observe_empty, observe_refused, observe_timeouts, observe_orphans_given_up,
    observe_no_fds, observe_workers, observe_blind; /* story_load.c */
observer observe_queue;                             /* story_queue.c */
observer observe_no_ports;                          /* story_ports.c */
observer observe_self_connect;                      /* story_established.c */

/* How the connections were closed. */
observer observe_closer, observe_crossing; /* story_close.c */
observer observe_resets;                   /* story_resets.c */
observer observe_assassinated;             /* story_rfc1337.c */

/* How TLS was ended above TCP's own end. */
observer observe_tls_handshakes; /* story_tls_handshakes.c */
observer observe_tls_ends;       /* story_tls_ends.c */
observer observe_tls_tickets;    /* story_tls_tickets.c */
observer observe_tls_notify;     /* story_tls_notify.c */

/* What was left behind, and what becomes of it. */
observer observe_syn_sent, observe_syn_recv;                          /* story_handshake.c */
observer observe_close_wait, observe_fin_wait2, observe_nothing_left; /* story_left.c */
observer observe_established;                                         /* story_established.c */
observer observe_unacked;                                             /* story_unacked.c */
observer observe_held;                                                /* story_held.c */
observer observe_time_wait, observe_gave_way, observe_recycled,
    observe_overflow; /* story_time_wait.c */

/* What was foreseen. */
observer observe_prediction; /* story_prediction.c */

/* What took the place of a side's TIME_WAIT that ended early.  Static. */
const char *story_what_ended(const struct facts *facts, enum side side);

#endif
