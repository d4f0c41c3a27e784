#include <stdio.h>
#include <string.h>

#include "events.h"
#include "finwait/kernel_counter.h"
#include "resets.h"

/* RSTs that an end sent to abort its own connection. */

#define LENGTH(array) (sizeof(array) / sizeof(array)[0])

#define ON_DATA "TcpExtTCPAbortOnData"

/* Who gives up after TCPAbortOnTimeout goes without a RST. */
static const char *const causes[] = {ON_DATA, "TcpExtTCPAbortOnClose", "TcpExtTCPAbortOnLinger",
                                     "TcpExtTCPAbortOnMemory"};

/* ON_DATA's own meaning (NULL) names two cases.  A row for each answer to whether SO_LINGER is at
 * 0 s, and whether processes were killed: the kernel then closes for them. */
static const char *const on_data[][2] = {
    [LINGERING_UNKNOWN] = {NULL,
                           "closed with SO_LINGER at 0 s, or got data after it had closed or had "
                           "been killed"},
    [LINGERING_NOT] = {"got data after it had closed",
                       "got data after it had closed or had been killed"},
    [LINGERING_ZERO] = {"closed with SO_LINGER at 0 s",
                        "closed, or was killed, with SO_LINGER at 0 s"},
};

static const char *text_of_data(const struct facts *facts, enum side side, bool killed)
{
    const char *text = on_data[facts_lingering(facts, side)][killed];

    if (facts_aborts_orphans(facts, side)) {
        return "closed with TCP_LINGER2 at -1, and its FIN was acknowledged";
    }
    return text != NULL ? text : counter_meaning(ON_DATA);
}

static const char *text_of(const struct facts *facts, const char *counter, enum side side)
{
    bool killed = events_count(facts, EVENT_KILL, side) > 0;

    if (strcmp(counter, ON_DATA) == 0) {
        return text_of_data(facts, side, killed);
    }
    return killed && strcmp(counter, "TcpExtTCPAbortOnClose") == 0
               ? "closed, or was killed, with data it had not read (RFC 2525)"
               : counter_meaning(counter);
}

static double say_cause(struct story *story, const char *counter, double count, const char *host,
                        const char *who, const char *what)
{
    if (count <= 0) {
        return 0;
    }
    story_say(story, "%s %s %s (%s).", COUNTED(count, "time", "times"), who, what, counter);
    story_evidence(story, "%s.counter.%s", host, counter);
    return count;
}

/*
 * Whether an abort by SO_LINGER may have met a socket in CLOSING or LAST_ACK, whose FIN has left
 * already: tcp_disconnect() sends no RST then (tcp_need_reset()), and the close is counted the
 * same.
 */
static bool may_be_silent(const struct facts *facts, enum side side)
{
    const struct side_facts *seen = &facts->side[side];
    const struct program *steps = &facts->result->side[side].steps;

    if (facts_lingering(facts, side) == LINGERING_NOT) {
        return false;
    }
    return steps->length > 0 ? program_has(steps, STEP_SHUT_WR)
                             : seen->peak[TCP_STATE_LAST_ACK] + seen->peak[TCP_STATE_CLOSING] > 0;
}

static void say_silent(struct story *story)
{
    story_certainty(story, CERTAINTY_LIKELY);
    story_evidence(story, ".last_ack.peak .closing.peak");
    story_say(story, "Such a close sends a RST unless the FIN of both sides is out by then "
                     "(LAST_ACK, CLOSING): so many of its RSTs, or fewer, are of that, and others "
                     "answered segments for which there was no socket any more.");
}

double resets_say_aborts(struct story *story, enum side side, double *silent)
{
    double explained = 0;
    char who[16];

    *silent = 0;

    snprintf(who, sizeof who, "the %s", side_name(side));
    for (size_t i = 0; i < LENGTH(causes); i++) {
        double count = say_cause(story, causes[i], facts_moved(&story->facts, side, causes[i]),
                                 side_name(side), who, text_of(&story->facts, causes[i], side));
        if (count > 0 && strcmp(causes[i], ON_DATA) == 0 && may_be_silent(&story->facts, side)) {
            say_silent(story);
            *silent = count;
        } else {
            explained += count;
        }
    }
    return explained;
}

double resets_say_host_aborts(struct story *story)
{
    double explained = 0;

    for (size_t i = 0; i < LENGTH(causes); i++) {
        explained += say_cause(story, causes[i], facts_moved_anywhere(&story->facts, causes[i]),
                               "host", "a program", counter_meaning(causes[i]));
    }
    return explained;
}

/* tcp_keepalive_timer(): who gives up after its probes sends a RST, other than who gives up after
 * the last retransmission. */
double resets_say_unanswered_probes(struct story *story, enum side side, double resets)
{
    double gave_up = facts_moved(&story->facts, side, "TcpExtTCPAbortOnTimeout");
    double count = gave_up < resets ? gave_up : resets;

    if (count <= 0 || !(facts_moved(&story->facts, side, "TcpExtTCPKeepAlive") > 0)) {
        return 0;
    }
    story_evidence(story, ".counter.TcpExtTCPAbortOnTimeout .counter.TcpExtTCPKeepAlive");
    story_certainty(story, CERTAINTY_LIKELY); /* a timer without keepalive counts there as well */
    story_say(story,
              "%s it gave a connection up, as the peer had answered none of its keepalive probes "
              "(TcpExtTCPAbortOnTimeout).",
              COUNTED(count, "time", "times"));
    return count;
}
