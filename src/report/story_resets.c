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

/* tcp_rcv_state_process() counts an orphan that may not wait in FIN_WAIT2 as AbortOnData, too. */
static const char *text_of(const struct facts *facts, const struct abort_cause *cause,
                           const char *host)
{
    char option[48];

    snprintf(option, sizeof option, "%s.sockopt.linger2", host);
    return cause == &causes[0] && facts_scenario(facts, option)[0] == '-'
               ? "closed with TCP_LINGER2 at -1, and its FIN was acknowledged"
               : cause->text;
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

/* ---- those that answer a segment ---- */

static bool overflowed(const struct facts *facts, enum side side)
{
    return facts_moved(facts, side, "TcpExtTCPTimeWaitOverflow") > 0;
}

static bool was_embryonic(const struct facts *facts, enum side side)
{
    return facts_moved(facts, side, "TcpExtEmbryonicRsts") > 0;
}

static bool was_probed(const struct facts *facts, enum side side)
{
    return facts_moved(facts, side_peer(side), "TcpExtTCPKeepAlive") > 0;
}

static bool was_challenged(const struct facts *facts, enum side side)
{
    return facts_moved(facts, side_peer(side), "TcpExtTCPSYNChallenge") > 0;
}

static bool lost_listener(const struct facts *facts, enum side side)
{
    char event[MAP_WORD];

    return side == SIDE_SERVER && facts_unaccepted(facts) > 0 &&
           events_last(event, facts, side)[0] == 'k';
}

/* New data at a FIN_WAIT2 without a program behind it (tcp_timewait_state_process()). */
static bool got_data(const struct facts *facts, enum side side)
{
    return facts->side[side].tw_made > 0 &&
           facts_moved(facts, side_peer(side), "TcpEstabResets") > 0;
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
}

/* All that was sent to it has arrived, FIN included, and it has sent its own. */
static bool closed_second(const struct facts *facts, enum side side)
{
    return facts->side[side].peak[TCP_STATE_CLOSE_WAIT] +
               facts->side[side].peak[TCP_STATE_LAST_ACK] >
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
    } else if (story->facts.side[peer].counted) {
        story_say(story,
                  "They cut nothing off: no socket of the %s was in ESTABLISHED or CLOSE_WAIT any "
                  "more (its TcpEstabResets did not move)%s.",
                  side_name(peer),
                  closed_second(&story->facts, peer) ? ", so no data is lost" : "");
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
    fprintf(story->out, ") for %s %s.", COUNT(facts->opened),
            PLURAL(facts->opened, "connection", "connections"));
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
    if (resets > explained) {
        say_answers(story, side, resets - explained, explained > 0);
    }
    if (explained * 2 >= facts->opened) {
        say_aborted(story);
    } else if (explained <= 0) {
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
