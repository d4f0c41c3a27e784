#include <stdio.h>
#include <string.h>

#include "events.h"
#include "resets.h"

/* RSTs that an end sent to abort its own connection. */

#define LENGTH(array) (sizeof(array) / sizeof(array)[0])

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

/* TcpExtTCPAbortOnData is counted in both cases: __tcp_close(), tcp_rcv_state_process().  A row for
 * each answer to whether SO_LINGER is at 0 s, and whether processes were killed: the kernel then
 * closes for them.
 */
static const char *const on_data[][2] = {
    [LINGERING_UNKNOWN] = {"closed with SO_LINGER at 0 s, or got data after it had closed",
                           "closed with SO_LINGER at 0 s, or got data after it had closed or had "
                           "been killed"},
    [LINGERING_NOT] = {"got data after it had closed",
                       "got data after it had closed or had been killed"},
    [LINGERING_ZERO] = {"closed with SO_LINGER at 0 s",
                        "closed, or was killed, with SO_LINGER at 0 s"},
};

/* tcp_rcv_state_process() counts an orphan that may not wait in FIN_WAIT2 as AbortOnData, too. */
static const char *text_of(const struct facts *facts, const struct abort_cause *cause,
                           enum side side)
{
    bool killed = events_count(facts, EVENT_KILL, side) > 0;
    char option[48];

    if (cause == &causes[0]) {
        snprintf(option, sizeof option, "%s.sockopt.linger2", side_name(side));
        return facts_scenario(facts, option)[0] == '-'
                   ? "closed with TCP_LINGER2 at -1, and its FIN was acknowledged"
                   : on_data[facts_lingering(facts, side)][killed];
    }
    return killed && strcmp(cause->counter, "TcpExtTCPAbortOnClose") == 0
               ? "closed, or was killed, with data it had not read (RFC 2525 section 2.17)"
               : cause->text;
}

static double say_cause(struct story *story, const struct abort_cause *cause, double count,
                        const char *host, const char *who, const char *what)
{
    if (count <= 0) {
        return 0;
    }
    story_say(story, "%s %s %s %s (%s).", COUNT(count), PLURAL(count, "time", "times"), who, what,
              cause->counter);
    story_evidence(story, "%s.counter.%s", host, cause->counter);
    return count;
}

double resets_say_aborts(struct story *story, enum side side)
{
    double explained = 0;
    char who[16];

    snprintf(who, sizeof who, "the %s", side_name(side));
    for (size_t i = 0; i < LENGTH(causes); i++) {
        explained +=
            say_cause(story, &causes[i], facts_moved(&story->facts, side, causes[i].counter),
                      side_name(side), who, text_of(&story->facts, &causes[i], side));
    }
    return explained;
}

double resets_say_host_aborts(struct story *story)
{
    double explained = 0;

    for (size_t i = 0; i < LENGTH(causes); i++) {
        explained +=
            say_cause(story, &causes[i], facts_moved_anywhere(&story->facts, causes[i].counter),
                      "host", "a program", causes[i].text);
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
    story_say(story,
              "%s %s it gave a connection up, as the peer had answered none of its keepalive "
              "probes (TcpExtTCPAbortOnTimeout).",
              COUNT(count), PLURAL(count, "time", "times"));
    return count;
}
