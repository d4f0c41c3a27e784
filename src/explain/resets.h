#ifndef EXPLAIN_RESETS_H
#define EXPLAIN_RESETS_H

#include "story.h"

/* ---- story_resets.c ---- */

/* What the programs or the sockets of this run say of RSTs, whatever others do on the machine. */
bool resets_felt(const struct facts *facts);

/* ---- story_resets_aborts.c ---- */

/* Say how often the side aborted its own connections, and why.  How many RSTs that explains;
 * `*silent`: aborts beside these that may have gone without one. */
double resets_say_aborts(struct story *story, enum side side, double *silent);

/* The same of all programs on the machine in lab: host, where nobody knows which they were. */
double resets_say_host_aborts(struct story *story);

/* tcp_keepalive_timer(): who gives up after its probes sends a RST, other than who gives up after
 * the last retransmission.  Says so; of `resets` RSTs, how many that explains. */
double resets_say_unanswered_probes(struct story *story, enum side side, double resets);

/* ---- story_resets_answers.c ---- */

/* Say what the other `count` RSTs of the side answered; `others`: some have been explained. */
void resets_say_answers(struct story *story, enum side side, double count, bool others);

#endif
