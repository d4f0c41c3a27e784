#include <string.h>

#include "tls.h"

/* A close_notify that nobody read: to the kernel it is data. */

/* Of a machine that others use, more is asked. */
#define FLOOD 0.5

/* The close_notify alerts sent to `side` and not read there; all of them where nobody counted. */
static double unread_notifies(const struct facts *facts, enum side side)
{
    double sent = tls_counted(facts, side_peer(side), TLS_NOTIFY_SENT);

    return facts->result->side[side].has_tls ? sent - tls_counted(facts, side, TLS_NOTIFY_RECEIVED)
                                             : sent;
}

/* Whether the model has `side` reset the connection itself rather than send a FIN. */
static bool foreseen_to_reset(const struct result *result, enum side side)
{
    for (size_t i = 0; i < result->predicted_count; i++) {
        const char *path = result->predicted[i].side[side].path;

        if (path == NULL || strstr(path, "fin_wait") != NULL || strstr(path, "last_ack") != NULL) {
            return false;
        }
    }
    return result->predicted_count > 0;
}

/* The connections whose late data can have been nothing but a close_notify. */
static double late_notifies(const struct facts *facts, enum side side)
{
    double others = tls_ended(facts, side_peer(side), OUTCOME_TRUNCATED) +
                    (side == SIDE_CLIENT ? tls_tickets_late(facts) : 0);

    return foreseen_to_reset(facts->result, side)
               ? 0
               : facts_least(unread_notifies(facts, side), tls_met_closed(facts, side) - others);
}

void observe_tls_late(struct story *story)
{
    enum side side = story->end;
    const struct facts *facts = &story->facts;
    const char *name = side_name(side);
    double late = late_notifies(facts, side);
    double worth = facts->result->private_lab ? TLS_FEW : FLOOD;

    if (late <= 0 || late < worth * unread_notifies(facts, side)) {
        return;
    }
    story_evidence(story,
                   "%s.tls.notify_sent .counter.TcpExtTCPAbortOnData .counter.TcpExtTW "
                   "host.counter.TcpOutRsts",
                   side_name(side_peer(side)));
    story_say(story,
              "The %s's close_notify met a closed socket %s: the %s had closed without waiting for "
              "it, and its kernel answered with a RST%s.",
              side_name(side_peer(side)), COUNTED(late, "time", "times"), name,
              tls_no_time_wait(facts));
}

void observe_tls_unread(struct story *story)
{
    enum side side = story->end;
    const struct facts *facts = &story->facts;
    double aborts =
        tls_closed_unread(facts, side) - (side == SIDE_CLIENT ? tls_tickets_queued(facts) : 0);
    double unread = facts_least(unread_notifies(facts, side), aborts);

    if (facts->result->side[side].has_tls && unread > 0) {
        story_evidence(story,
                       "%s.tls.notify_sent .tls.notify_received .counter.TcpExtTCPAbortOnClose "
                       "host.counter.TcpExtTCPAbortOnClose",
                       side_name(side_peer(side)));
        story_say(story,
                  "%s the %s closed with a close_notify of the %s unread: unread data makes the "
                  "kernel send a RST instead of a FIN (TcpExtTCPAbortOnClose)%s.",
                  COUNTED(unread, "time", "times"), side_name(side), side_name(side_peer(side)),
                  tls_no_time_wait(facts));
    }
}
