#include <string.h>

#include "events.h"
#include "faults.h"
#include "story.h"

/* RSTs: who sent them, what for, and whether they cut anything off. */

#define LENGTH(array) (sizeof(array) / sizeof(array)[0])

/* ---- those that an end sent to abort its own connection ---- */

struct abort_cause {
    const char *counter;
    const char *text;
};

/* net/ipv4/tcp.c and tcp_input.c.  Who gives up after TCPAbortOnTimeout goes without a RST. */
static const struct abort_cause causes[] = {
    {"TcpExtTCPAbortOnData", "closed with SO_LINGER at 0 s, or got data after it had closed"},
    {"TcpExtTCPAbortOnClose", "closed with data it had not read (RFC 2525 section 2.17)"},
    {"TcpExtTCPAbortOnLinger", "closed in FIN_WAIT2 with TCP_LINGER2 at -1"},
    {"TcpExtTCPAbortOnMemory", "had too many orphaned sockets or no memory for them"},
};

/* Whether the side may have SO_LINGER on: of a server that is not ours nobody knows. */
static bool may_linger(const struct facts *facts, const char *host)
{
    char path[48];

    snprintf(path, sizeof path, "%s.sockopt.linger", host);
    if (facts_scenario(facts, path)[0] != '\0' || facts_scenario(facts, "server.at")[0] != '\0') {
        return true;
    }
    snprintf(path, sizeof path, "%s.program", host);
    const char *program = facts_scenario(facts, path);
    if (program[0] != '\0') {
        return strstr(program, "linger(") != NULL || strstr(program, "rst") != NULL;
    }
    snprintf(path, sizeof path, "%s-rst", host); /* the order that has this step */
    return strcmp(facts_scenario(facts, "order"), path) == 0;
}

/* As text_of(), of a side whose processes were killed: the kernel then closes for them. */
static const char *text_of_killed(const struct abort_cause *cause, bool lingers)
{
    if (strcmp(cause->counter, "TcpExtTCPAbortOnClose") == 0) {
        return "closed, or was killed, with data it had not read (RFC 2525 section 2.17)";
    }
    if (cause == &causes[0]) {
        return lingers ? "closed with SO_LINGER at 0 s, or got data after it had closed or had "
                         "been killed"
                       : "got data after it had closed or had been killed";
    }
    return cause->text;
}

/* tcp_rcv_state_process() counts an orphan that may not wait in FIN_WAIT2 as AbortOnData, too. */
static const char *text_of(const struct facts *facts, const struct abort_cause *cause,
                           const char *host)
{
    bool known = facts->result->private_lab; /* else the counters are of other programs, too */
    bool lingers = !known || may_linger(facts, host);
    enum side side = strcmp(host, side_name(SIDE_CLIENT)) == 0 ? SIDE_CLIENT : SIDE_SERVER;
    char option[48];

    snprintf(option, sizeof option, "%s.sockopt.linger2", host);
    if (cause == &causes[0] && facts_scenario(facts, option)[0] == '-') {
        return "closed with TCP_LINGER2 at -1, and its FIN was acknowledged";
    }
    if (events_count(facts, WORD_KILL, side) > 0) {
        return text_of_killed(cause, lingers);
    }
    return cause == &causes[0] && !lingers ? "got data after it had closed" : cause->text;
}

/* How often the host says why. */
static double say_causes(struct story *story, const char *host, const char *who)
{
    double explained = 0;

    for (size_t i = 0; i < LENGTH(causes); i++) {
        double count;
        if (facts_metric(&story->facts, &count, "%s.counter.%s", host, causes[i].counter) &&
            count > 0) {
            story_say(story, "%s %s %s %s (%s).", COUNT(count), PLURAL(count, "time", "times"), who,
                      text_of(&story->facts, &causes[i], host), causes[i].counter);
            explained += count;
        }
    }
    return explained;
}

/* tcp_keepalive_timer(): who gives up after its probes sends a RST, other than who gives up after
 * the last retransmission. */
static double say_unanswered_probes(struct story *story, enum side side, double resets)
{
    double gave_up = facts_moved(&story->facts, side, "TcpExtTCPAbortOnTimeout");
    double count = gave_up < resets ? gave_up : resets;

    if (count <= 0 || !(facts_moved(&story->facts, side, "TcpExtTCPKeepAlive") > 0)) {
        return 0;
    }
    story_say(story,
              "%s %s it gave a connection up, as the peer had answered none of its keepalive "
              "probes (TcpExtTCPAbortOnTimeout).",
              COUNT(count), PLURAL(count, "time", "times"));
    return count;
}

/* ---- those that answer a segment ---- */

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
           events_count(facts, WORD_KILL, side) > 0;
}

/*
 * New data at a FIN_WAIT2 without a program behind it (tcp_timewait_state_process()): each such RST
 * ends a mini-socket, and takes the sender of the data out of ESTABLISHED or CLOSE_WAIT.
 */
static bool got_data(const struct facts *facts, enum side side)
{
    return are_most(facts, side, facts->side[side].tw_made) &&
           are_most(facts, side, facts_moved(facts, side_peer(side), "TcpEstabResets"));
}

/* No counter says why; the first that applies is told. */
static const struct answer {
    bool (*applies)(const struct facts *facts, enum side side);
    const char *text;
} answers[] = {
    {overflowed, "answered what came for sockets that TIME_WAIT had no room for "
                 "(TcpExtTCPTimeWaitOverflow)"},
    {was_embryonic, "ended requests in SYN_RECV (TcpExtEmbryonicRsts), as tcp_abort_on_overflow "
                    "does when the accept queue is full"},
    {was_probed, "answered keepalive probes of the peer (TcpExtTCPKeepAlive there), whose "
                 "connections this end no longer had"},
    {was_challenged, "answered challenge ACKs (TcpExtTCPSYNChallenge at the peer): a SYN had met "
                     "an old connection there that this end no longer had"},
    {lost_listener, "ended what waited in the accept queue when the listener was closed"},
    {got_data, "answered data that came for sockets in FIN_WAIT2 that no program held any more: it "
               "is lost"},
    {NULL, "answered segments for which there was no socket"},
};

static void say_answers(struct story *story, enum side side, double count, bool others)
{
    const struct answer *answer = answers;

    while (answer->applies != NULL && !answer->applies(&story->facts, side)) {
        answer++;
    }
    if (others) {
        story_say(story, "%s more %s.", COUNT(count), answer->text);
    } else {
        story_say(story, "%s %s.", PLURAL(count, "It", "They"), answer->text);
    }
}

/* ---- what they did ---- */

/* Ends that a RST of the peer took from ESTABLISHED or CLOSE_WAIT. */
static double cut_off(const struct facts *facts, enum side side)
{
    double resets = facts_moved(facts, side, "TcpEstabResets");
    double told = (double)facts->result->side[side].account.outcome[OUTCOME_RESET];

    return resets > told ? resets : told;
}

/* What the programs noticed of it. */
static void say_lost_messages(struct story *story, enum side from)
{
    double sent;
    double received;

    if (facts_metric(&story->facts, &sent, "%s.messages_sent", side_name(from)) &&
        facts_metric(&story->facts, &received, "%s.messages_received",
                     side_name(side_peer(from))) &&
        received < sent) {
        story_say(story, "The %s received %s of the %s %s that the %s sent.",
                  side_name(side_peer(from)), received > 0 ? COUNT(received) : "none", COUNT(sent),
                  PLURAL(sent, "message", "messages"), side_name(from));
    }
}

/* After the worst has been said: what a RST means for what stays behind. */
static void say_aborted(struct story *story)
{
    const struct side_facts *side = story->facts.side;
    bool lingers =
        side[SIDE_CLIENT].peak[TCP_STATE_TIME_WAIT] + side[SIDE_SERVER].peak[TCP_STATE_TIME_WAIT] >
        0;

    story_say(story,
              "So %s connections were aborted rather than closed: a RST takes both sockets "
              "straight to CLOSE,%s and data still under way is lost.",
              lingers ? "those" : "the", lingers ? "" : " nothing lingers in TIME_WAIT,");
    say_lost_messages(story, SIDE_CLIENT);
    say_lost_messages(story, SIDE_SERVER);
}

/* All that was sent to it has arrived, FIN included, and it has sent its own. */
static bool closed_second(const struct facts *facts, enum side side)
{
    return facts->side[side].peak[TCP_STATE_CLOSE_WAIT] +
               facts->side[side].peak[TCP_STATE_LAST_ACK] >
           0;
}

/* Whether the side has what a RST would have cut off, had it arrived. */
static bool has_open(const struct facts *facts, enum side side)
{
    return facts->side[side].final[TCP_STATE_ESTABLISHED] +
               facts->side[side].final[TCP_STATE_CLOSE_WAIT] >
           0;
}

/* Answers alone: by then the peer had closed as well, or it had not. */
static void say_effect(struct story *story, enum side peer)
{
    double cut = cut_off(&story->facts, peer);

    if (cut > 0) {
        story_say(story,
                  "%s %s of the %s went from ESTABLISHED or CLOSE_WAIT straight to CLOSE "
                  "(TcpEstabResets).",
                  COUNT(cut), PLURAL(cut, "socket", "sockets"), side_name(peer));
    } else if (story->facts.side[peer].counted && !has_open(&story->facts, peer)) {
        story_say(story,
                  "They cut nothing off: no socket of the %s was in ESTABLISHED or CLOSE_WAIT any "
                  "more (its TcpEstabResets did not move)%s.",
                  side_name(peer),
                  closed_second(&story->facts, peer) && story->facts.timeouts <= 0 &&
                          !faults_struck(&story->facts)
                      ? ", so no data is lost"
                      : "");
    }
}

static void say_number(struct story *story, enum side side, double resets)
{
    const struct facts *facts = &story->facts;
    double refusing = facts_moved(facts, side, "TcpOutRsts") - resets;

    story_say(story, "The %s sent %s %s (TcpOutRsts", side_name(side), COUNT(resets),
              PLURAL(resets, "RST", "RSTs"));
    if (refusing > 0) {
        fprintf(story->out, ", without the %s that refused a SYN", COUNT(refusing));
    }
    fputc(')', story->out);
    /* Connections that the kernel had made when a role was killed, its programs never saw. */
    if (events_count(facts, WORD_KILL, SIDE_CLIENT) == 0) {
        fprintf(story->out, " for %s %s", COUNT(facts->opened),
                PLURAL(facts->opened, "connection", "connections"));
    }
    fputc('.', story->out);
}

static void observe_side_resets(struct story *story, enum side side)
{
    const struct facts *facts = &story->facts;
    double resets = facts->side[side].rsts;
    char who[16];

    if (resets <= 0) {
        return;
    }
    say_number(story, side, resets);
    snprintf(who, sizeof who, "the %s", side_name(side));
    double explained = say_causes(story, side_name(side), who);
    double unanswered = say_unanswered_probes(story, side, resets - explained);
    double rest = resets - explained - unanswered;
    if (rest > 0) {
        say_answers(story, side, rest, explained + unanswered > 0);
    }
    if (explained * 2 >= facts->opened) {
        say_aborted(story);
    } else if (explained <= 0 && rest > 0) {
        say_effect(story, side_peer(side));
    }
}

/* The machine's counters hold other programs' connections too: only a flood of RSTs tells. */
static void observe_host_resets(struct story *story)
{
    const struct facts *facts = &story->facts;
    double resets = facts_moved_anywhere(facts, "TcpOutRsts") - facts->refused;

    if (resets > 0 && resets * 2 >= facts->opened) {
        story_say(story, "%s RSTs were sent on the whole machine (TcpOutRsts%s) while %s %s made.",
                  COUNT(resets), facts->refused > 0 ? ", but for those that refused a SYN" : "",
                  COUNT(facts->opened),
                  PLURAL(facts->opened, "connection was", "connections were"));
        if (say_causes(story, "host", "a program") * 2 >= facts->opened) {
            say_aborted(story);
        }
    }
}

void observe_resets(struct story *story)
{
    if (story->facts.opened <= 0) {
        return;
    }
    if (!story->facts.result->private_lab) {
        observe_host_resets(story);
        return;
    }
    for (unsigned side = 0; side < SIDE_N; side++) {
        observe_side_resets(story, (enum side)side);
    }
}
