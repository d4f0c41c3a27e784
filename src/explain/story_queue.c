#include <string.h>

#include "events.h"
#include "faults.h"
#include "story.h"

/* What a listener had no room for, and whether anyone had to wait for it. */

/*
 * A listener that may send no cookies keeps few requests in SYN_RECV: its backlog, or three
 * quarters of tcp_max_syn_backlog, the rest being kept back for peers that are known
 * (tcp_conn_request(), net/ipv4/tcp_input.c).
 */
static bool is_cookieless(const struct facts *facts)
{
    return strcmp(facts_sysctl(facts, SIDE_SERVER, "net.ipv4.tcp_syncookies"), "0") == 0;
}

/* Each overflow of the accept queue is counted as a drop as well (tcp_listendrop()). */
static double dropped_on(const struct facts *facts, const char *host)
{
    double drops, overflows;

    facts_metric(facts, &drops, "%s.counter.TcpExtListenDrops", host);
    facts_metric(facts, &overflows, "%s.counter.TcpExtListenOverflows", host);
    return drops - overflows;
}

#define SOMAXCONN "net.core.somaxconn"

/* What bounds the queue: listen(2) cuts the backlog to somaxconn. */
enum bound { BOUND_BACKLOG, BOUND_SOMAXCONN, BOUND_BOTH };

static enum bound bound_of(const struct facts *facts)
{
    uint64_t backlog = facts_scenario_count(facts, "server.backlog");
    uint64_t most = facts_sysctl_count(facts, SIDE_SERVER, SOMAXCONN);

    if (most == 0 || backlog == most) {
        return BOUND_BOTH;
    }
    return backlog < most ? BOUND_BACKLOG : BOUND_SOMAXCONN;
}

/* Whether SYN_RECV was seen to fill what tcp_max_syn_backlog leaves to peers that are not known:
 * else a drop that no counter tells of may be for want of memory or of a route. */
static bool filled_syn_backlog(const struct facts *facts)
{
    uint64_t most = facts_sysctl_count(facts, SIDE_SERVER, "net.ipv4.tcp_max_syn_backlog");
    uint64_t open = most - most / 4;

    return most > 0 && facts->side[SIDE_SERVER].peak[TCP_STATE_SYN_RECV] >= (double)open;
}

/* Those that the kernel does not count as TCPReqQFullDrop. */
static void say_syn_backlog(struct story *story, double others, bool all)
{
    story_evidence(story, "server.sysctl.net.ipv4.tcp_max_syn_backlog server.syn_recv.peak");
    if (!filled_syn_backlog(&story->facts)) {
        story_certainty(story, CERTAINTY_LIKELY);
    }
    if (!all) {
        story_add(story, "; the other %s met tcp_max_syn_backlog, which", COUNT(others));
    } else {
        story_add(story, "tcp_max_syn_backlog");
    }
    story_add(story, " is %s on the server",
              facts_sysctl(&story->facts, SIDE_SERVER, "net.ipv4.tcp_max_syn_backlog"));
}

/* inet_csk_reqsk_queue_is_full() compares with the listen backlog, and counts what it drops. */
static void say_room(struct story *story, double dropped)
{
    static const char *const raise[] = {
        [BOUND_BACKLOG] = "server.backlog",
        [BOUND_SOMAXCONN] = SOMAXCONN,
        [BOUND_BOTH] = ("server.backlog and " SOMAXCONN),
    };
    const struct facts *facts = &story->facts;
    double full = facts_moved(facts, SIDE_SERVER, "TcpExtTCPReqQFullDrop");
    bool listens = full > 0;
    bool others = full < dropped;

    if (listens) {
        story_evidence(
            story, "server.counter.TcpExtTCPReqQFullDrop server.backlog server.sysctl." SOMAXCONN);
        story_add(
            story,
            "the listen backlog bounds %s (TcpExtTCPReqQFullDrop; server.backlog %s, " SOMAXCONN
            " %s)",
            others ? COUNT(full) : "them", facts_scenario(facts, "server.backlog"),
            facts_sysctl(facts, SIDE_SERVER, SOMAXCONN));
    }
    if (others) {
        say_syn_backlog(story, dropped - full, !listens);
    }
    story_add(story, ", and with tcp_syncookies 0 no cookies take their place.");
    story_advise(story, "raise %s%s%s, or set net.ipv4.tcp_syncookies to 1",
                 listens ? raise[bound_of(facts)] : "", listens && others ? " and " : "",
                 others ? "net.ipv4.tcp_max_syn_backlog" : "");
}

void observe_syn_queue(struct story *story)
{
    const struct facts *facts = &story->facts;
    double dropped = dropped_on(facts, "server");

    if (dropped <= 0 || !is_cookieless(facts)) {
        return;
    }
    story_evidence(story, "server.counter.TcpExtListenDrops server.counter.TcpExtListenOverflows "
                          "server.sysctl.net.ipv4.tcp_syncookies");
    story_say(
        story,
        "The server dropped %s (TcpExtListenDrops), having no room for more requests in SYN_RECV: ",
        COUNTED(dropped, "SYN", "SYNs"));
    say_room(story, dropped);
}

static void look_at_drops(struct story *story, const char *host, const char *where)
{
    double dropped = dropped_on(&story->facts, host);

    if (dropped > 0) {
        story_evidence(story, "%s.counter.TcpExtListenDrops %s.counter.TcpExtListenOverflows", host,
                       host);
        story_certainty(story, CERTAINTY_UNKNOWN); /* the kernel does not count why */
        story_say(story,
                  "%s the listener dropped %s connection %s for want of room or memory "
                  "(TcpExtListenDrops, without those of TcpExtListenOverflows).",
                  where, COUNT(dropped), PLURAL(dropped, "request", "requests"));
    }
}

/* Where tcp_max_syn_backlog cannot be why. */
void observe_dropped(struct story *story)
{
    story_about(story, SIDE_CLIENT);
    look_at_drops(story, "client", "On the client's host");
    if (!is_cookieless(&story->facts)) {
        story_about(story, SIDE_SERVER);
        look_at_drops(story, "server", "On the server's host");
    }
    story_next(story);
    look_at_drops(story, "host", "On this machine (other programs included)");
}

/* ---- the accept queue ---- */

/* Whether all that was opened waits in the queue at the end. */
static bool none_accepted(const struct facts *facts, bool ours)
{
    const struct result_side *side = facts->result->side;
    double queued = facts->side[SIDE_SERVER].queued;

    if (ours) {
        return queued > 0 && side[SIDE_SERVER].account.attempted == 0;
    }
    return queued > 0 && side[SIDE_CLIENT].played && queued >= facts->opened;
}

/* Of a listener that is not ours. */
static void advise_its_owner(struct story *story)
{
    double backlog;

    facts_metric(&story->facts, &backlog, "server.listen_backlog.final");
    if (backlog > 0 &&
        backlog >= (double)facts_sysctl_count(&story->facts, SIDE_SERVER, SOMAXCONN)) {
        story_advise(story, "raise " SOMAXCONN " on the server's host, and let its program call "
                            "listen(2) with as long a backlog");
    } else {
        story_advise(story,
                     "let its program call listen(2) with a longer backlog, up to " SOMAXCONN);
    }
}

/* A server that accepts nothing would fill the longest queue. */
static void advise_queue(struct story *story, bool ours)
{
    static const char *const raise[] = {
        [BOUND_BACKLOG] = "raise server.backlog, or load less",
        [BOUND_SOMAXCONN] = "raise " SOMAXCONN " on the server's host, or load less",
        [BOUND_BOTH] = "raise server.backlog and " SOMAXCONN ", or load less",
    };

    if (events_count(&story->facts, EVENT_STOP, SIDE_SERVER) > 0) {
        story_say(story, "As long as the server was stopped, it accepted nothing.");
    } else if (none_accepted(&story->facts, ours)) {
        story_evidence(story, "server.accept_queue.final connections.opened");
        story_say(story,
                  "Nothing was accepted: %s there at the end (Recv-Q of its listener), and a "
                  "longer backlog would only make more of them.",
                  COUNTED(story->facts.side[SIDE_SERVER].queued, "connection waited",
                          "connections waited"));
        story_advise(story, "see why the server does not call accept(2)");
    } else if (ours) {
        story_advise(story, "%s", raise[bound_of(&story->facts)]);
    } else {
        advise_its_owner(story);
    }
}

static void say_bound(struct story *story, bool ours)
{
    const char *backlog = facts_scenario(&story->facts, "server.backlog");
    const char *most = facts_sysctl(&story->facts, SIDE_SERVER, SOMAXCONN);

    double told;

    if (!ours && facts_metric(&story->facts, &told, "server.listen_backlog.final")) {
        story_evidence(story, "server.listen_backlog.final");
        story_add(story,
                  "the server's listener has a backlog of %s, its Send-Q, " SOMAXCONN " is %s).",
                  COUNT(told), most);
        return;
    }
    if (!ours) {
        story_add(story, "its backlog is the listener's, " SOMAXCONN " %s).", most);
        return;
    }
    story_evidence(story, "server.backlog");
    switch (bound_of(&story->facts)) {
    case BOUND_BACKLOG:
        story_add(story, "server.backlog, %s, bounds it, and not " SOMAXCONN ", %s).", backlog,
                  most);
        return;
    case BOUND_SOMAXCONN:
        story_add(story, SOMAXCONN ", %s, bounds it, and not server.backlog, %s).", most, backlog);
        return;
    default:
        story_add(story, "server.backlog is %s, " SOMAXCONN " %s).", backlog, most);
    }
}

/* Connects that were given up or killed before they were answered: their last SYN was not sent
 * again, and none of them is in SYN_SENT any more. */
static double given_up(const struct facts *facts)
{
    const uint64_t *outcome = facts->result->side[SIDE_CLIENT].account.outcome;
    double unopened = facts->attempted - facts->opened - facts->refused - facts->no_port -
                      facts->side[SIDE_CLIENT].final[TCP_STATE_SYN_SENT];
    double gone =
        facts_least(unopened, (double)(outcome[OUTCOME_TIMEOUT] + outcome[OUTCOME_KILLED]));

    return gone > 0 ? gone : 0;
}

/* A SYN that met a full queue was sent again, was the last of its connect, or still waits; so was,
 * with faults, one that was lost on the link, and without room for requests another. */
static bool tell_syns(const struct facts *facts, double overflows, double *syns)
{
    bool counted = facts_metric(facts, syns, "client.counter.TcpExtTCPSynRetrans") &&
                   facts->result->side[SIDE_CLIENT].played;

    *syns += facts->side[SIDE_CLIENT].final[TCP_STATE_SYN_SENT] + given_up(facts);
    *syns = facts_least(*syns, overflows);
    return counted && facts->result->private_lab && !facts->moved && !faults_struck(facts) &&
           !(dropped_on(facts, "server") > 0);
}

/* tcp_check_req() resets a request whose ACK finds no room; a cookie leaves no request. */
static void say_aborted(struct story *story, double acks)
{
    const struct facts *facts = &story->facts;
    double resets = facts_moved(facts, SIDE_SERVER, "TcpExtEmbryonicRsts");

    if (facts_sysctl_count(facts, SIDE_SERVER, "net.ipv4.tcp_abort_on_overflow") == 0) {
        return;
    }
    story_evidence(
        story, "server.counter.TcpExtEmbryonicRsts server.sysctl.net.ipv4.tcp_abort_on_overflow");
    story_say(story, "With tcp_abort_on_overflow at %s, %s of those %s answered with a RST%s.",
              facts_sysctl(facts, SIDE_SERVER, "net.ipv4.tcp_abort_on_overflow"),
              COUNT(resets < acks ? resets : acks), PLURAL(resets, "was", "were"),
              facts_moved(facts, SIDE_SERVER, "TcpExtSyncookiesRecv") > 0
                  ? ", but not the ACKs that brought back a cookie"
                  : "");
}

/* Its data are sent again until they find room. */
static void say_longest(struct story *story)
{
    const struct histogram *response =
        &story->facts.result->side[SIDE_CLIENT].account.latency[LATENCY_RESPONSE];

    if (response->count > 0) {
        story_evidence(story, "latency.response.max");
        story_say(story, "The longest response took %s.", DURATION(response->max));
    }
}

static void say_syns(struct story *story, double syns)
{
    double gone = facts_least(given_up(&story->facts), syns);

    story_say(story,
              "%s of them dropped a SYN, which is sent again after a second "
              "(TcpExtTCPSynRetrans)",
              COUNT(syns));
    if (gone > 0) {
        story_evidence(story, "client.outcome.timeout client.outcome.killed connections.attempted "
                              "connections.opened");
        story_add(story, " unless its connect has ended by then, as %s had", COUNT(gone));
    }
    story_add(story, ".");
}

/* What was dropped: whoever sent it believes in a connection or does not. */
static void say_dropped(struct story *story, double overflows)
{
    double syns;

    if (!tell_syns(&story->facts, overflows, &syns)) {
        return;
    }
    double acks = overflows - syns;
    story_evidence(story, "client.counter.TcpExtTCPSynRetrans");
    if (syns > 0) {
        say_syns(story, syns);
    }
    if (acks > 0) {
        story_evidence(story, "client.established.peak server.established.peak");
        story_say(story,
                  "%s %s the handshake's third segment, or data in its place: such a connection "
                  "is established on the client alone, which sends and waits.",
                  COUNT(acks), syns > 0 ? "dropped" : "of them dropped");
        say_longest(story);
        say_aborted(story, acks);
    }
}

void observe_accept_queue(struct story *story)
{
    const struct facts *facts = &story->facts;
    double overflows = facts_moved_anywhere(facts, "TcpExtListenOverflows");
    bool ours = facts->result->side[SIDE_SERVER].played;

    if (overflows <= 0) {
        return;
    }
    if (facts->result->private_lab) { /* else it may be another program's listener */
        story_about(story, SIDE_SERVER);
    }
    story_evidence(story, "server.counter.TcpExtListenOverflows host.counter.TcpExtListenOverflows "
                          "server.sysctl." SOMAXCONN);
    story_say(story, "%s was full %s (TcpExtListenOverflows; ",
              ours || (facts->result->private_lab && facts->result->side[SIDE_SERVER].has_command)
                  ? "The server's accept queue"
                  : "An accept queue on this machine (other programs' included)",
              COUNTED(overflows, "time", "times"));
    say_bound(story, ours);
    say_dropped(story, overflows);
    advise_queue(story, ours);
}
