#include <errno.h>
#include <math.h>

#include "foreseen.h"
#include "story.h"

/* Where the roles, their kernels and the scenario do not agree. */

#define TOLERANCE 0.01

/* Whether anything befell the trial by the scenario's own will. */
static bool is_befallen(const struct result *result)
{
    return result->fault_count + result->event_count > 0;
}

/* What was to happen and could not; that bind(2) is refused a scenario may be made to show. */
void observe_not_done(struct story *story)
{
    const struct result *result = story->facts.result;

    for (size_t i = 0; i < result->moment_count; i++) {
        const struct moment *moment = &result->moment[i];
        const struct event_spec *event = moment_event(result, moment);
        if (!facts_undone(moment)) {
            continue;
        }
        story_next(story);
        if (event != NULL) {
            story_about(story, event->side);
        }
        story_say(story, "\"%s\", due %s into the load, failed: %s.",
                  moment->what != NULL ? moment->what : "", DURATION(moment->due), moment->error);
    }
}

/* ---- what a role counted and what its host's kernel did ---- */

static const struct opening {
    enum side side;
    const char *counter;
    const char *did;
} openings[] = {
    {SIDE_CLIENT, "TcpActiveOpens", "began"},
    {SIDE_SERVER, "TcpPassiveOpens", "accepted"},
};

/* Attempts that may have ended before tcp_connect() sent a SYN and counted them. */
static uint64_t without_syn(const struct account *account)
{
    return account->outcome[OUTCOME_NO_PORT] + account->outcome[OUTCOME_NO_FD] +
           account->outcome[OUTCOME_ERROR];
}

/* Who found no room in the accept queue knocks again, and may be let in when the counters have been
 * read. */
static double let_in_late(const struct opening *row, const struct facts *facts)
{
    return row->side == SIDE_SERVER ? facts_moved(facts, SIDE_SERVER, "TcpExtListenDrops") : 0;
}

/* Connections wait in the accept queue while a process may not have another descriptor. */
static bool lacked_descriptors(const struct opening *row, const struct account *account)
{
    return row->side == SIDE_SERVER && account->error[EMFILE] + account->error[ENFILE] > 0;
}

/* A cut leaves connections half made on the way, and so does an event; what a dead worker's
 * listener had in its queue is told with it. */
void observe_miscounted(struct story *story)
{
    const struct facts *facts = &story->facts;

    for (size_t i = 0; i < sizeof openings / sizeof openings[0]; i++) {
        const struct opening *row = &openings[i];
        const struct result_side *side = &facts->result->side[row->side];
        const char *name = side_name(row->side);
        double high = (double)side->account.attempted;
        double low = high - (double)without_syn(&side->account) - let_in_late(row, facts);
        double reset = row->side == SIDE_SERVER ? facts_reset_unaccepted(facts) : 0;
        double kernel;
        if (facts->result->partial || facts->result->event_count > 0 || !side->played ||
            !facts_metric(facts, &kernel, "%s.counter.%s", name, row->counter) ||
            lacked_descriptors(row, &side->account) ||
            !foreseen_differs(kernel - reset, low, high, TOLERANCE)) {
            continue;
        }
        story_about(story, row->side);
        story_evidence(story, "%s.attempted %s.counter.%s", name, name, row->counter);
        story_say(story, "The %s %s %s, but its host's %s counted %s.", name, row->did,
                  COUNTED(high, "connection", "connections"), row->counter, COUNT(kernel));
    }
}

/* A SYN-ACK makes the client's end, the ACK of it the server's: where that is dropped, or a cookie
 * in it expected in vain, the client is alone. */
static void say_alone(struct story *story, double alone)
{
    const struct facts *facts = &story->facts;
    double overflows = facts_moved(facts, SIDE_SERVER, "TcpExtListenOverflows");

    story_evidence(story, "server.counter.TcpPassiveOpens");
    story_say(story,
              "The server's kernel made %s of them (TcpPassiveOpens): the other %s established on "
              "the client alone, and what it sent there nobody read.",
              COUNT(facts_moved(facts, SIDE_SERVER, "TcpPassiveOpens")),
              COUNTED(alone, "was", "were"));
    if (overflows > 0) {
        story_evidence(story, "server.counter.TcpExtListenOverflows");
        story_certainty(story, CERTAINTY_LIKELY); /* each may be of one connection, or none */
        story_say(story, "Its accept queue was full %s (TcpExtListenOverflows).",
                  COUNTED(overflows, "time", "times"));
    }
}

/* On one host the counters are not a side's own, but the roles can be held against each other;
 * in a private lab what the kernel made and nobody accepted is told as miscounted, or left. */
void observe_not_accepted(struct story *story)
{
    const struct facts *facts = &story->facts;
    const struct result *result = facts->result;
    const struct result_side *client = &result->side[SIDE_CLIENT];
    const struct result_side *server = &result->side[SIDE_SERVER];
    double opened = (double)client->account.opened;
    double accepted = (double)server->account.attempted;
    double made = accepted;

    if (result->partial || !client->played || !server->played || facts_self_connected(facts) ||
        (result->private_lab && !facts_metric(facts, &made, "server.counter.TcpPassiveOpens")) ||
        !foreseen_differs(made, opened, result->private_lab ? INFINITY : opened, TOLERANCE)) {
        return;
    }
    story_evidence(story, "client.opened server.attempted");
    story_say(story, "The client opened %s, but the server accepted %s.",
              COUNTED(opened, "connection", "connections"), COUNT(accepted));
    if (result->private_lab) {
        say_alone(story, opened - made);
    }
}

void observe_unfinished(struct story *story)
{
    enum side side = story->end;
    const struct result *result = story->facts.result;
    const struct account *account = &result->side[side].account;
    const char *name = side_name(side);
    uint64_t open = account_open(account) + account->outcome[OUTCOME_CUT];

    /* A run cut short leaves some by nature, and a proxy keeps some for the next request. */
    bool kept = side == SIDE_SERVER && facts_proxied(&story->facts);
    if (open > 0 && !kept && result->side[side].played && !result->partial &&
        !is_befallen(result)) {
        story_evidence(story, ".attempted .outcome.cut");
        story_say(story, "%s of the %s %s still open at the end, of %s it had begun.",
                  COUNTED(open, "connection", "connections"), name, PLURAL(open, "was", "were"),
                  COUNT(account->attempted));
    }
}

/* ---- segments sent again ---- */

#define STRAYS        2
#define WORTH_TELLING 0.001 /* of the segments sent */

/* A probe is sent early to a peer that delays its ACK: nothing is lost (tcp_send_loss_probe()).
 * TcpOutSegs leaves out what is sent again (__tcp_transmit_skb()), but for SYN-ACKs. */
static void look_at_resent(struct story *story, const char *host, const char *where)
{
    const struct facts *facts = &story->facts;
    double again, probes, sent;

    facts_metric(facts, &probes, "%s.counter.TcpExtTCPLossProbes", host);
    facts_metric(facts, &sent, "%s.counter.TcpOutSegs", host);
    if (!facts_metric(facts, &again, "%s.counter.TcpRetransSegs", host) ||
        again - probes <= STRAYS || again - probes <= (sent + again) * WORTH_TELLING) {
        return;
    }
    story_evidence(story,
                   "%s.counter.TcpRetransSegs %s.counter.TcpExtTCPLossProbes %s.counter.TcpOutSegs",
                   host, host, host);
    story_say(story,
              "%s sent %s segments again (TcpRetransSegs) beside the %s of TcpOutSegs: latencies "
              "may hold their timeouts.",
              where, COUNT(again), COUNT(sent));
}

/* Faults and events are written to have them, and observe_resent tells what came. */
void observe_resent_unasked(struct story *story)
{
    if (is_befallen(story->facts.result)) {
        return;
    }
    story_about(story, SIDE_CLIENT);
    look_at_resent(story, "client", "The client's host");
    story_about(story, SIDE_SERVER);
    look_at_resent(story, "server", "The server's host");
    story_next(story);
    look_at_resent(story, "host", "This machine (other programs included)");
}
