#include <string.h>

#include "events.h"
#include "faults.h"
#include "resets.h"

/* RSTs that answer a segment. */

static bool overflowed(const struct facts *facts, enum side side)
{
    return facts_moved(facts, side, "TcpExtTCPTimeWaitOverflow") > 0;
}

/* A RST of the peer that ends a request counts there as well. */
static bool was_embryonic(const struct facts *facts, enum side side)
{
    return facts_moved(facts, side, "TcpExtEmbryonicRsts") > 0 &&
           strcmp(facts_sysctl(facts, side, "net.ipv4.tcp_abort_on_overflow"), "0") != 0;
}

static bool was_probed(const struct facts *facts, enum side side)
{
    return facts_moved(facts, side_peer(side), "TcpExtTCPKeepAlive") > 0;
}

/* Whether a later connection had the ports of an earlier one. */
static bool reused_ports(const struct facts *facts)
{
    struct port_budget budget;

    facts_ports(facts, &budget);
    return budget.total > 0 && facts->attempted > (double)budget.total;
}

/* A SYN or SYN-ACK that was lost or late and is sent again is answered so as well: only without
 * faults does the counter say that a new connection met an old one. */
static bool was_challenged(const struct facts *facts, enum side side)
{
    return side == SIDE_CLIENT && reused_ports(facts) && !faults_struck(facts) &&
           facts_moved(facts, side_peer(side), "TcpExtTCPSYNChallenge") > 0;
}

/* Whether so many are most of the RSTs that the side sent. */
static bool are_most(const struct facts *facts, enum side side, double count)
{
    return count * 2 > facts->side[side].rsts;
}

static bool lost_listener(const struct facts *facts, enum side side)
{
    return side == SIDE_SERVER && are_most(facts, side, facts_unaccepted(facts)) &&
           events_count(facts, EVENT_KILL, side) > 0;
}

/* Whether most mini-sockets ended so, or most RSTs are for one. */
static bool got_data(const struct facts *facts, enum side side)
{
    const struct side_facts *own = &facts->side[side];
    double so = facts_reset_in_fin_wait2(facts, side);

    return so * 2 > own->tw_made || so * 2 > own->rsts;
}

static bool got_records(const struct facts *facts, enum side side)
{
    return got_data(facts, side) && facts->result->side[side].has_tls;
}

static const char no_socket[] = "answered segments for which there was no socket";

/* No counter says why; the first that applies is told. */
static const struct answer {
    bool (*applies)(const struct facts *facts, enum side side);
    const char *text;
    double (*most)(const struct facts *facts, enum side side); /* NULL: all that there are */
} answers[] = {
    {overflowed,
     "answered what came for sockets that TIME_WAIT had no room for "
     "(TcpExtTCPTimeWaitOverflow)",
     NULL},
    {was_embryonic,
     "ended requests in SYN_RECV (TcpExtEmbryonicRsts), as tcp_abort_on_overflow "
     "does when the accept queue is full",
     NULL},
    {was_probed,
     "answered keepalive probes of the peer (TcpExtTCPKeepAlive there), whose "
     "connections this end no longer had",
     NULL},
    {was_challenged,
     "answered challenge ACKs (TcpExtTCPSYNChallenge at the peer): a SYN had met "
     "an old connection there that this end no longer had",
     NULL},
    {lost_listener, "ended what waited in the accept queue when the listener was closed", NULL},
    {got_records,
     "answered TLS records (data, close_notify or an alert) that came for sockets in "
     "FIN_WAIT2 that no program held any more",
     facts_reset_in_fin_wait2},
    {got_data,
     "answered data that came for sockets in FIN_WAIT2 that no program held any more: it "
     "is lost",
     facts_reset_in_fin_wait2},
    {NULL, no_socket, NULL},
};

static void say_answer(struct story *story, const char *text, double count, bool others)
{
    if (others) {
        story_say(story, "%s more %s.", COUNT(count), text);
    } else {
        story_say(story, "%s %s.", PLURAL(count, "It", "They"), text);
    }
}

void resets_say_answers(struct story *story, enum side side, double count, bool others)
{
    const struct facts *facts = &story->facts;
    const struct answer *answer = answers;

    while (answer->applies != NULL && !answer->applies(facts, side)) {
        answer++;
    }
    if (answer->applies != NULL) {
        story_certainty(story, CERTAINTY_LIKELY);
    }
    double most = answer->most != NULL ? answer->most(facts, side) : count;
    if (most >= count) {
        say_answer(story, answer->text, count, others);
        return;
    }
    story_say(story, "%s%s %s.", COUNT(most), others ? " more" : " of them", answer->text);
    say_answer(story, no_socket, count - most, true);
}
