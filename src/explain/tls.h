#ifndef EXPLAIN_TLS_H
#define EXPLAIN_TLS_H

#include "story.h"

/* What several sentences on TLS rest on: tls.c. */

/* A share below which something is an exception. */
#define TLS_FEW 0.1

/* What the side counted of TLS, and how many of its connections ended so. */
double tls_counted(const struct facts *facts, enum side side, enum tls_count which);
double tls_ended(const struct facts *facts, enum side side, enum outcome outcome);

/* Whether TLS was played at all, and connections made: else nothing is told of it. */
bool tls_told(const struct facts *facts);

/* Whether the side read the peer's close_notify on (almost) all of its connections, and on none met
 * a FIN without it. */
bool tls_read_as_a_rule(const struct facts *facts, enum side side);

/*
 * Connections that the side closed with data unread (TcpExtTCPAbortOnClose), and those whose first
 * data after the side's close met its socket (TcpExtTCPAbortOnData) or its mini-socket in
 * FIN_WAIT2: a RST each, and never more than one count a connection.  In lab: host the counters are
 * the machine's: 0 unless the peer is ours and cannot have sent those RSTs, for nothing came to it
 * once it had read a close_notify.
 */
double tls_closed_unread(const struct facts *facts, enum side side);
double tls_met_closed(const struct facts *facts, enum side side);

/* Session tickets that the server sent and the client never read; 0 where that is not known. */
double tls_unread_tickets(const struct facts *facts);

/* Connections that the client closed with such tickets in its receive queue, and those it had
 * closed before the first of theirs came. */
double tls_tickets_queued(const struct facts *facts);
double tls_tickets_late(const struct facts *facts);

/* The side that drives: the client, unless its TLS is not ours to count. */
enum side tls_driver(const struct facts *facts);

/* ", so no TIME_WAIT stays", where that is so; else "".  Static. */
const char *tls_no_time_wait(const struct facts *facts);

/* " (“certificate verify failed”)": what OpenSSL said most often on the side of `ends` connections;
 * "" where it had words for others, too, or for want of memory, which has other names as well:
 * tls.out_of_memory tells of it.  Returns `text`. */
char *tls_most_often(char *text, size_t size, const struct facts *facts, enum side side,
                     double ends);
#define TLS_WORDS 160

/* ERR_R_MALLOC_FAILURE in OpenSSL's words. */
#define TLS_NO_MEMORY "malloc failure"

#endif
