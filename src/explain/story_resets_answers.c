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
           facts_sysctl_count(facts, side, "net.ipv4.tcp_abort_on_overflow") > 0;
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
    return side == SIDE_SERVER && are_most(facts, side, facts_reset_unaccepted(facts));
}

/* Whether most mini-sockets ended so, or most RSTs are for one. */
static bool got_data(const struct facts *facts, enum side side)
{
    const struct side_facts *own = &facts->side[side];
    double so = facts_reset_in_fin_wait2(facts, side);

    return so * 2 > own->tw_made || so * 2 > own->rsts;
}

static bool got_bytes(const struct facts *facts, enum side side)
{
    return got_data(facts, side) && !facts->result->side[side].has_tls;
}

static bool got_records(const struct facts *facts, enum side side)
{
    return got_data(facts, side) && facts->result->side[side].has_tls;
}

static double overflows(const struct facts *facts, enum side side)
{
    return facts_moved(facts, side, "TcpExtTCPTimeWaitOverflow");
}

static double embryonic(const struct facts *facts, enum side side)
{
    return facts_moved(facts, side, "TcpExtEmbryonicRsts");
}

static double probes(const struct facts *facts, enum side side)
{
    return facts_moved(facts, side_peer(side), "TcpExtTCPKeepAlive");
}

static double challenges(const struct facts *facts, enum side side)
{
    return facts_moved(facts, side_peer(side), "TcpExtTCPSYNChallenge");
}

static double in_the_queue(const struct facts *facts, enum side side)
{
    (void)side;
    return facts_reset_unaccepted(facts);
}

/* No counter is of RSTs alone: each explains as many as it counts at most, in this order. */
static const struct answer {
    bool (*applies)(const struct facts *facts, enum side side);
    double (*most)(const struct facts *facts, enum side side);
    const char *text;
    const char *counter; /* that `most` reads */
    bool of_peer;        /* the counter is the peer's */
    const char *sysctl;  /* of its own host, that has it do so; NULL: none */
} answers[] = {
    {overflowed, overflows,
     "answered what came for sockets that TIME_WAIT had no room for "
     "(TcpExtTCPTimeWaitOverflow)",
     "TcpExtTCPTimeWaitOverflow", false},
    {was_embryonic, embryonic,
     "ended requests in SYN_RECV (TcpExtEmbryonicRsts), as tcp_abort_on_overflow "
     "does when the accept queue is full",
     "TcpExtEmbryonicRsts", false, "net.ipv4.tcp_abort_on_overflow"},
    {was_probed, probes,
     "answered keepalive probes of the peer (TcpExtTCPKeepAlive there), whose "
     "connections this end no longer had",
     "TcpExtTCPKeepAlive", true},
    {was_challenged, challenges,
     "answered challenge ACKs (TcpExtTCPSYNChallenge at the peer): a SYN had met "
     "an old connection there that this end no longer had",
     "TcpExtTCPSYNChallenge", true},
    {lost_listener, in_the_queue,
     "ended what waited in the accept queue when the listener was closed (TcpEstabResets)",
     "TcpEstabResets", false},
    {got_records, facts_reset_in_fin_wait2,
     "answered TLS records (data, close_notify or an alert) that came for sockets in "
     "FIN_WAIT2 that no program held any more",
     "TcpExtTW", false},
    {got_bytes, facts_reset_in_fin_wait2,
     "answered data that came for sockets in FIN_WAIT2 that no program held any more: it "
     "is lost",
     "TcpExtTW", false},
};

static const char unknown[] =
    "answered segments for which there was no socket, as far as counters tell";

static void say_answer(struct story *story, const char *text, double count, double all, bool others)
{
    if (others) {
        story_say(story, "%s more %s.", COUNT(count), text);
    } else if (count < all) {
        story_say(story, "%s of them %s.", COUNT(count), text);
    } else {
        story_say(story, "%s %s.", PLURAL(count, "It", "They"), text);
    }
}

static double told_by(const struct answer *answer, const struct facts *facts, enum side side,
                      double left)
{
    double most = answer->applies(facts, side) ? answer->most(facts, side) : 0;

    return most < left ? most : left;
}

void resets_say_answers(struct story *story, enum side side, double count, bool others)
{
    double left = count;

    story_certainty(story, CERTAINTY_LIKELY);
    for (size_t i = 0; i < sizeof answers / sizeof answers[0]; i++) {
        double told = told_by(&answers[i], &story->facts, side, left);
        if (told > 0) {
            say_answer(story, answers[i].text, told, count, others);
            story_evidence(story, "%s.counter.%s",
                           side_name(answers[i].of_peer ? side_peer(side) : side),
                           answers[i].counter);
            if (answers[i].sysctl != NULL) {
                story_evidence(story, ".sysctl.%s", answers[i].sysctl);
            }
            left -= told;
            others = true;
        }
    }
    if (left > 0) {
        say_answer(story, unknown, left, count, others);
    }
}
